"""Which calls a match claims."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.scenarios.budget import Budget, OverBudget
from mock_alipay.scenarios.matching import MAX_STEPS, Condition, conditions
from tests.scenarios.loading import Request

BODY: dict[str, Any] = {
    "paymentAmount": {"value": "100", "currency": "BRL"},
    "native": {"integer": 100, "decimal": 1.5, "yes": True, "no": False},
    "order": {"goods": [{"name": "red shoe"}, {"name": "blue hat"}], "extras": []},
    "blank": "",
}

REQUEST = Request("SANDBOX_A", {"x-shop": "berlin-1", "content-type": "application/json"}, BODY)


def only(match: dict[str, Any]) -> Condition:
    """The condition of a match that has one."""
    (condition,) = conditions(match)
    return condition


def holds(condition: Condition, call: Request, limit: int = MAX_STEPS) -> bool:
    """Whether a call fits, with so many steps to spend."""
    budget = Budget(limit)
    return condition.fits(condition.texts(call, budget), budget)


@pytest.mark.parametrize(
    ("path", "wanted", "expected"),
    [
        ("paymentAmount.value", "100", True),
        ("paymentAmount.value", 100, True),
        ("paymentAmount.value", "10", False),
        ("paymentAmount.value", "1000", False),
        ("paymentAmount.currency", "brl", False),
        ("native.integer", "100", True),
        ("native.integer", 100, True),
        ("native.integer", 100.0, False),
        ("native.decimal", "1.5", True),
        ("native.decimal", 1.5, True),
        ("native.yes", True, True),
        ("native.yes", "true", True),
        ("native.yes", "True", False),
        ("native.yes", 1, False),
        ("native.no", False, True),
        ("native.no", "", False),
        ("blank", "", True),
        ("blank", "?", False),
        ("blank", "*", True),
        ("paymentAmount.value", "1*", True),
        ("paymentAmount.value", "1??", True),
        ("paymentAmount.value", "1?", False),
        ("paymentAmount.value", "*00", True),
        ("paymentAmount.value", "[1]00", False),
        ("paymentAmount.value", ["7", "100"], True),
        ("paymentAmount.value", ["7", "8"], False),
        ("paymentAmount.value", ["7", "1*"], True),
        ("paymentAmount", {"present": True}, True),
        ("paymentAmount", {"present": False}, False),
        ("blank", {"present": True}, True),
        ("missing", {"present": False}, True),
        ("missing", {"present": True}, False),
        ("missing.deeper", {"present": False}, True),
        ("missing", "*", False),
        ("paymentAmount", "*", False),
        ("paymentAmount.value", ["7", {"present": False}], False),
        ("missing", ["7", {"present": False}], True),
        ("order.goods[0].name", "red*", True),
        ("order.goods[1].name", "red*", False),
        ("order.goods[].name", "blue*", True),
        ("order.goods[].name", "green*", False),
        ("order.goods[2].name", {"present": False}, True),
        ("order.goods[].price", {"present": False}, True),
        ("order.extras[]", {"present": True}, False),
        ("order.extras", {"present": True}, True),
    ],
)
def test_a_body_field_is_compared(path: str, wanted: Any, expected: bool) -> None:
    """Equality as text, globs, presence, and lists of these; ``[]`` means any element."""
    assert expected == holds(only({"body": {path: wanted}}), REQUEST)


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"headers": {"X-Shop": "berlin-*"}}, True),
        ({"headers": {"x-shop": "berlin-1"}}, True),
        ({"headers": {"X-SHOP": "Berlin-1"}}, False),
        ({"headers": {"X-Shop": {"present": False}}}, False),
        ({"headers": {"X-Other": {"present": False}}}, True),
        ({"headers": {"X-Other": "*"}}, False),
        ({"clientId": "SANDBOX_*"}, True),
        ({"clientId": ["x", "SANDBOX_A"]}, True),
        ({"clientId": "sandbox_a"}, False),
        ({"clientId": {"present": True}}, True),
    ],
)
def test_headers_and_client_id_are_compared(match: dict[str, Any], expected: bool) -> None:
    """A header's name is free in its case, its value and the client id are not."""
    assert expected == holds(only(match), REQUEST)


def steps(condition: Condition, call: Request) -> int:
    """The least budget with which a condition can be compared."""
    for limit in range(1_000):
        try:
            holds(condition, call, limit)
        except OverBudget:
            continue
        return limit
    raise AssertionError


@pytest.mark.parametrize(
    ("path", "wanted", "expected"),
    [
        ("paymentAmount.value", "100", 0),
        ("paymentAmount.value", ["7", "8"], 0),
        ("missing", {"present": False}, 0),
        ("paymentAmount.value", "7*", 3),
        ("paymentAmount.value", ["7*", "8*"], 6),
        ("order.goods[].name", "none", 2),
        ("order.goods[].name", "*none", 2 + len("red shoe") + len("blue hat")),
    ],
)
def test_globs_and_elements_cost_steps(path: str, wanted: Any, expected: int) -> None:
    """What takes time by what is written or sent counts; what one look tells is free."""
    assert expected == steps(only({"body": {path: wanted}}), REQUEST)


@pytest.mark.parametrize(
    ("wanted", "weight"),
    [
        ("a", 2),
        (["a", "b"], 2),
        (["a", {"present": False}], 2),
        ("a*", 1),
        (["a", "b?"], 1),
        ({"present": True}, 0),
        ({"present": False}, 0),
        (["a", {"present": True}], 0),
    ],
)
def test_equality_weighs_more_than_a_glob_and_that_more_than_presence(wanted: Any, weight: int) -> None:
    """A list weighs what its loosest part weighs."""
    assert weight == only({"clientId": wanted}).weight


def test_a_bad_path_is_an_error() -> None:
    """Whoever builds conditions learns of a path that is none."""
    with pytest.raises(ValueError, match=r"'a\.\.b' is not a path"):
        conditions({"body": {"a..b": 1}})
