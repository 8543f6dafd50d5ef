"""Conditions of a ``match`` section."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.scenarios.budget import Budget, OverBudget
from mock_alipay.scenarios.matching import Condition, conditions
from tests.scenarios.loading import Request

BODY: dict[str, Any] = {
    "amount": {"value": "100", "currency": "BRL"},
    "native": {"integer": 100, "decimal": 1.5, "yes": True, "no": False},
    "order": {"goods": [{"name": "red shoe"}, {"name": "blue hat"}], "extras": []},
    "blank": "",
}
REQUEST = Request("SANDBOX_A", {"x-shop": "berlin-1"}, BODY)


def only(match: dict[str, Any]) -> Condition:
    """The condition of a match that has one."""
    (condition,) = conditions(match)
    return condition


def fits(match: dict[str, Any], budget: Budget) -> bool:
    """Whether REQUEST meets the condition of a match."""
    condition = only(match)
    return condition.fits(condition.texts(REQUEST, budget), budget)


@pytest.mark.parametrize(
    ("path", "wanted", "expected"),
    [
        ("amount.value", ["100", 100, "1*", "1??", "*00", ["7", "100"], ["7", "1*"], {"present": True}], True),
        ("amount.value", ["10", "1000", "1?", "[1]00", ["7", "8"], ["7", {"present": False}]], False),
        ("amount.currency", ["brl"], False),
        ("amount", [{"present": True}], True),
        ("amount", ["*", {"present": False}], False),
        ("native.integer", ["100", 100], True),
        ("native.integer", [100.0], False),
        ("native.decimal", ["1.5", 1.5], True),
        ("native.yes", [True, "true"], True),
        ("native.yes", ["True", 1], False),
        ("native.no", [False, "false"], True),
        ("native.no", [""], False),
        ("blank", ["", "*", {"present": True}], True),
        ("blank", ["?"], False),
        ("missing.deeper", [{"present": False}, ["7", {"present": False}]], True),
        ("missing", ["*", {"present": True}], False),
        ("order.goods[0].name", ["red*"], True),
        ("order.goods[1].name", ["red*"], False),
        ("order.goods[].name", ["blue*"], True),
        ("order.goods[].name", ["green*"], False),
        ("order.goods[2].name", [{"present": False}], True),
        ("order.extras[]", [{"present": True}], False),
        ("order.extras", [{"present": True}], True),
    ],
)
def test_a_body_field_is_compared(path: str, wanted: list[Any], expected: bool) -> None:
    """By equality as text, by glob, by presence, or by a list of these; ``[]`` means any element."""
    for one in wanted:
        assert expected == fits({"body": {path: one}}, Budget(100)), one


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"headers": {"X-Shop": "berlin-*"}}, True),
        ({"headers": {"X-SHOP": "Berlin-1"}}, False),
        ({"headers": {"X-Other": {"present": False}}}, True),
        ({"headers": {"X-Other": "*"}}, False),
        ({"clientId": ["x", "SANDBOX_*"]}, True),
        ({"clientId": "sandbox_a"}, False),
        ({"clientId": {"present": True}}, True),
    ],
)
def test_headers_and_the_client_id_are_compared(match: dict[str, Any], expected: bool) -> None:
    """The name of a header is case-insensitive; its value and the client id are not."""
    assert expected == fits(match, Budget(100))


@pytest.mark.parametrize(
    ("path", "wanted", "cost"),
    [
        ("amount.value", ["7", "8"], 0),
        ("missing", {"present": False}, 0),
        ("amount.value", ["7*", "8*"], 6),
        ("order.goods[].name", "none", 2),
        ("order.goods[].name", "*none", 2 + len("red shoe") + len("blue hat")),
    ],
)
def test_globs_and_array_elements_cost_steps(path: str, wanted: Any, cost: int) -> None:
    """Comparisons by equality and presence are free."""
    assert (path == "missing") == fits({"body": {path: wanted}}, Budget(cost))
    if cost:
        with pytest.raises(OverBudget):
            fits({"body": {path: wanted}}, Budget(cost - 1))


@pytest.mark.parametrize(
    ("wanted", "weight"),
    [
        (["a", "b"], 2),
        (["a", {"present": False}], 2),
        ("a*", 1),
        (["a", "b?"], 1),
        ({"present": True}, 0),
        ({"present": False}, 0),
        (["a", {"present": True}], 0),
    ],
)
def test_equality_is_more_specific_than_a_glob_and_a_glob_than_presence(wanted: Any, weight: int) -> None:
    """A list is as specific as its least specific part."""
    assert weight == only({"clientId": wanted}).weight
