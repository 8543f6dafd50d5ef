"""What a scenario's buyer does, as it is read."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest

from mock_alipay.contracts.names import Act, BuyerAction
from tests.fields import read
from tests.scenarios.loading import problems, scenario


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{action: pay}", Act("pay")),
        ("{action: leave, after: 3s}", Act("leave", timedelta(seconds=3))),
        ("{action: pending, after: 1h30m}", Act("pending", timedelta(minutes=90))),
        ("{action: challenge, after: PT59M}", Act("challenge", timedelta(minutes=59))),
        ("{action: decline}", Act("decline")),
        ("{action: decline, after: 2d, code: RISK_REJECT}", Act("decline", timedelta(days=2), "RISK_REJECT")),
    ],
)
def test_an_act_is_read(text: str, expected: Act) -> None:
    """Every action, and what stands for the other keys when they are left out."""
    assert (expected,) == scenario(f"buyer: {text}").buyer
    assert (expected,) == scenario(f"buyer: [{text}]").buyer


def test_the_schema_knows_every_action() -> None:
    """Editors offer what the buyer can do."""
    assert list(get_args(BuyerAction)) == read("scenario.json")["$defs"]["Act"]["properties"]["action"]["enum"]


def test_a_payment_is_declined_with_the_codes_of_failure_only() -> None:
    """All whose status is F, and no other."""
    rows = read("results.json")["results"]
    failures = [code for code, row in rows.items() if row["resultStatus"] == "F"]
    acts = [f"{{action: decline, code: {code}}}" for code in failures]
    for start in range(0, len(acts), 100):
        written = ", ".join(acts[start : start + 100])
        assert failures[start : start + 100] == [act.code for act in scenario(f"buyer: [{written}]").buyer]
    for code in rows.keys() - failures:
        (told,) = problems(f"buyer: {{action: decline, code: {code}}}")
        assert f'whose status is F, such as USER_BALANCE_NOT_ENOUGH, got the string "{code}"' in told


def test_a_buyer_may_do_a_hundred_things() -> None:
    """And no more."""
    act = "{action: decline}"
    assert 100 == len(scenario(f"buyer: [{', '.join([act] * 100)}]").buyer)
    assert ["tale.yaml:2: buyer: expected at most 100 elements, got 101"] == list(
        problems(f"buyer: [{', '.join([act] * 101)}]")
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("buyer: pay", ["tale.yaml:2: buyer: ", "a JSON object"]),
        ("buyer: []", ["tale.yaml:2: buyer: ", "at least 1 element"]),
        ("buyer:\n  after: 3s", ["tale.yaml:2: buyer.action: missing"]),
        ("buyer:\n  action: pays", ["tale.yaml:3: buyer.action: ", "did you mean pay?"]),
        ("buyer:\n- action: pay\n  aftr: 3s", ["tale.yaml:4: buyer[0].aftr: ", "did you mean after?"]),
        (
            "buyer:\n  action: pay\n  after: 3",
            ["tale.yaml:4: buyer.after: ", "a duration such as 1.5s", "the number 3"],
        ),
        (
            "buyer:\n- action: decline\n- action: pay\n  code: RISK_REJECT",
            ["tale.yaml:5: buyer[1].code: ", "beside action: decline only"],
        ),
        ("buyer:\n  action: decline\n  code: RISK_REJET", ["tale.yaml:4: buyer.code: ", "did you mean RISK_REJECT?"]),
    ],
)
def test_a_mistake_is_told_with_file_line_and_hint(text: str, expected: list[str]) -> None:
    """Unknown actions, keys and codes, and a code that nothing is declined with."""
    (told,) = problems(text)
    for words in expected:
        assert words in told
