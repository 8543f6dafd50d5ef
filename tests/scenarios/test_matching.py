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
ABSENT, PRESENT = {"present": False}, {"present": True}


def only(match: dict[str, Any]) -> Condition:
    (condition,) = conditions(match)
    return condition


def fits(match: dict[str, Any], steps: int = 100) -> bool:
    """Whether a call meets the condition of a match."""
    budget = Budget(steps)
    call = Request("SANDBOX_A", {"x-shop": "berlin-1"}, BODY)
    return only(match).fits(only(match).texts(call, budget), budget)


@pytest.mark.parametrize(
    ("path", "met", "not_met"),
    [
        (
            "amount.value",
            ["100", 100, "1??", "*00", ["7", "1*"], PRESENT],
            ["10", "1000", "1?", "[1]00", ["7", "8"], ABSENT],
        ),
        ("amount.currency", [["x", "BRL"]], ["brl", ["7", ABSENT]]),
        ("native.integer", ["100", 100], [100.0]),
        ("native.yes", [True, "true"], ["True", 1]),
        ("native.no", [False, "false"], [""]),
        ("blank", ["", "*", PRESENT], ["?"]),
        ("missing.deeper", [ABSENT, ["7", ABSENT]], ["*", PRESENT]),
        ("order.goods[].name", ["red*", "blue*"], ["green*"]),
        ("order.goods[2].name", [ABSENT], []),
        ("order.extras[]", [ABSENT], [PRESENT]),
        ("order.extras", [PRESENT], []),
    ],
)
def test_a_body_field_is_compared(path: str, met: list[Any], not_met: list[Any]) -> None:
    """By equality as text, by glob, by presence, or by a list of these; ``[]`` means any element."""
    assert met == [wanted for wanted in [*met, *not_met] if fits({"body": {path: wanted}})]


def test_headers_and_the_client_id_are_compared() -> None:
    """The name of a header is case-insensitive; its value and the client id are not."""
    met: list[Any] = [
        {"headers": {"X-Shop": "berlin-*"}},
        {"headers": {"X-Other": ABSENT}},
        {"clientId": ["x", "SANDBOX_*"]},
    ]
    assert [True] * 3 == [fits(match) for match in met]
    not_met: list[Any] = [{"headers": {"X-Shop": "Berlin-1"}}, {"headers": {"X-Other": "*"}}, {"clientId": "sandbox_a"}]
    assert [False] * 3 == [fits(match) for match in not_met]


@pytest.mark.parametrize(
    ("path", "wanted", "cost"),
    [
        ("amount.value", ["7", "8"], 0),
        ("missing", PRESENT, 0),
        ("amount.value", ["7*", "8*"], 6),
        ("order.goods[].name", "none", 2),
        ("order.goods[].name", "*none", 2 + len("red shoe") + len("blue hat")),
    ],
)
def test_globs_and_array_elements_cost_steps(path: str, wanted: Any, cost: int) -> None:
    """Comparisons by equality and presence are free."""
    assert not fits({"body": {path: wanted}}, cost)
    if cost:
        with pytest.raises(OverBudget):
            fits({"body": {path: wanted}}, cost - 1)


@pytest.mark.parametrize(
    ("wanted", "weight"),
    [(["a", ABSENT], 2), ("a*", 1), (["a", "b?"], 1), (PRESENT, 0), (ABSENT, 0), (["a", PRESENT], 0)],
)
def test_equality_is_more_specific_than_a_glob_and_a_glob_than_presence(wanted: Any, weight: int) -> None:
    """A list is as specific as its least specific part."""
    assert weight == only({"clientId": wanted}).weight
