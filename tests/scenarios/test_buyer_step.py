"""The acts of a scenario's buyer."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest

from mock_alipay.contracts.names import Act, BuyerAction
from tests.fields import read
from tests.scenarios.loading import check_problem, scenario


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{action: pay}", Act("pay")),
        ("{action: pending, after: 1h30m}", Act("pending", timedelta(minutes=90))),
        ("{action: decline, after: PT59M, code: RISK_REJECT}", Act("decline", timedelta(minutes=59), "RISK_REJECT")),
    ],
)
def test_an_act_is_read(text: str, expected: Act) -> None:
    """Alone or in a list."""
    assert (expected,) == scenario(f"buyer: {text}").buyer
    assert (expected, Act("leave")) == scenario(f"buyer: [{text}, {{action: leave}}]").buyer


def test_the_schema_lists_every_action() -> None:
    """Editors offer what the buyer can do."""
    assert list(get_args(BuyerAction)) == read("scenario.json")["$defs"]["Act"]["properties"]["action"]["enum"]


def test_a_payment_is_declined_only_with_codes_of_failure() -> None:
    """Every code whose status is F, and no other."""
    rows = read("results.json")["results"]
    failures = [code for code, row in rows.items() if row["resultStatus"] == "F"]
    for code in failures:
        assert code == scenario(f"buyer: {{action: decline, code: {code}}}").buyer[0].code
    for code in rows.keys() - failures:
        check_problem(f"buyer: {{action: decline, code: {code}}}", "tale.yaml:2: buyer.code: ", code)


def test_a_buyer_has_at_most_a_hundred_acts() -> None:
    """One more is refused."""
    assert 100 == len(scenario(f"buyer: [{', '.join(['{action: pay}'] * 100)}]").buyer)
    check_problem(f"buyer: [{', '.join(['{action: pay}'] * 101)}]", "tale.yaml:2: buyer: ", "at most 100 ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("buyer: pay", ["2: buyer: "]),
        ("buyer: []", ["2: buyer: ", "at least 1 "]),
        ("buyer:\n  after: 3s", ["2: buyer.action: missing"]),
        ("buyer:\n  action: pays", ["3: buyer.action: ", "did you mean pay?"]),
        ("buyer:\n- action: pay\n  aftr: 3s", ["4: buyer[0].aftr: ", "did you mean after?"]),
        ("buyer:\n  action: pay\n  after: 3", ["4: buyer.after: ", "the number 3"]),
        ("buyer:\n- action: decline\n- action: pay\n  code: RISK_REJECT", ["5: buyer[1].code: ", "action: decline"]),
        ("buyer:\n  action: decline\n  code: RISK_REJET", ["4: buyer.code: ", "did you mean RISK_REJECT?"]),
    ],
)
def test_an_invalid_act_is_refused_with_its_line(text: str, expected: list[str]) -> None:
    """The problem names the key and suggests a similar word."""
    check_problem(text, f"tale.yaml:{expected[0]}", *expected[1:])
