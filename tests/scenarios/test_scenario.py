"""A scenario is loaded as a whole, or refused with the line of every problem."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mock_alipay.contracts.names import Act
from mock_alipay.errors import SetupError
from mock_alipay.scenarios.notification_step import NotificationStep
from mock_alipay.scenarios.scenario import Scenario
from mock_alipay.scenarios.step import Step
from tests.scenarios.loading import VOCABULARY, problems, read_text, scenario


def test_every_section_is_read() -> None:
    """Endpoints and notifications go by short name or by id, and lists keep their order; a description is enough."""
    assert Scenario("tale", "tale.yaml", "A test.", (), count_by_client=False, steps={}) == scenario("")
    loaded = scenario(
        "count: client\n"
        "'*': {result: PROCESS_FAIL}\n"
        "pay: [{result: RISK_REJECT}, {}]\n"
        "payments/cancel: {message: no}\n"
        "buyer: [{action: challenge}, {action: pay, after: 3s}]\n"
        "notifyPayment: [{drop: true}, {}]\n"
        "payments/notifyRefund: {duplicate: 2}\n"
    )
    assert loaded.count_by_client
    assert not scenario("count: paymentRequestId").count_by_client
    assert (Act("challenge"), Act("pay", timedelta(seconds=3))) == loaded.buyer
    assert {
        "*": (Step("PROCESS_FAIL"),),
        "payments/pay": (Step("RISK_REJECT"), Step()),
        "payments/cancel": (Step(message="no"),),
    } == loaded.steps
    assert {
        "payments/notifyPayment": (NotificationStep(drop=True), NotificationStep()),
        "payments/notifyRefund": (NotificationStep(copies=2),),
    } == loaded.notification_steps


def headers(count: int) -> str:
    """A match with one condition for the client id, and as many for headers."""
    return f"match:\n  clientId: a\n  headers: {{{', '.join(f'x{n}: 1' for n in range(count))}}}"


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("reslut: x", "2: reslut: ", "unknown name"),
        ("count: clients", "2: count: ", "did you mean client?"),
        ("pay: {}\npayments/pay: {}", "3: payments/pay: the same as pay", ""),
        ("pay:\n- {}\n- result: CARD_NOT_SUPORTED", "4: pay[1].result: ", "did you mean CARD_NOT_SUPPORTED?"),
        ("pay:", "2: pay: ", "null"),
        ("pay: []", "2: pay: ", "at least 1 element"),
        ("pay:\n  delay: 5", "3: pay.delay: ", "duration"),
        ("pay:\n  set: [a]", "3: pay.set: ", "an array"),
        ("pay:\n  fault: resett", "3: pay.fault: ", "did you mean reset?"),
        ("pay:\n  fault: {status: 399}", "3: pay.fault.status: ", "400"),
        ("pay:\n  fault: {status: 600}", "3: pay.fault.status: ", "599"),
        ("pay:\n  fault: {status: 502, code: 1}", "3: pay.fault.code: ", ""),
        ("match: {}", "2: match: ", "at least 1 field"),
        ("match:\n  body: {}", "3: match.body: ", "at least 1 field"),
        ("match:\n  body:\n    a: []", "4: match.body.a: ", "at least 1 element"),
        ("match:\n  body:\n    a:\n    - {present: yes}", "5: match.body.a[0].present: ", "true or false"),
        (f"match:\n  body:\n    b: ['*{'b' * 256}']", "4: match.body: ", "has 257 characters, expected at most 256"),
        (headers(100), "2: match: ", "at most 100 conditions, got 101"),
        (
            "notifyPayment: {after: notifyCapture}\nnotifyCapture:\n- after: notifyPayment",
            "2: notifyPayment waits for notifyCapture waits for notifyPayment",
            "",
        ),
    ],
)
def test_a_problem_has_file_line_and_hint(text: str, place: str, hint: str) -> None:
    """Unknown keys, names and codes, wrong types, invalid paths and limits are reported."""
    problem = problems(text)[0]
    assert problem.startswith(f"tale.yaml:{place}")
    assert hint in problem


def test_a_match_may_have_a_hundred_conditions() -> None:
    """The conditions of all sections count."""
    assert 100 == len(scenario(headers(99)).match)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", "expected the keys of a scenario"),
        ("null", "expected the keys of a scenario"),
        ("count: client", "description: missing"),
        ("description: ''", "description: .*at least 1 character"),
    ],
)
def test_a_document_without_a_description_is_refused(text: str, expected: str) -> None:
    """A scenario is an object with a description that is not empty."""
    with pytest.raises(SetupError, match=rf"^tale\.yaml:1: {expected}"):
        read_text("tale", text, "tale.yaml", VOCABULARY)


FAULTY = """\
pay:
  set: {a: '${requst.x}',
        b..c: 1}
  delay: {min: 2s, max: 1s}
buyer: {after: 9999d}
match: {body: {a..b: 1, 'c[': 1}}
notifyPayment: {after: notifyPayment}
count: 1
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FAULTY, "3: pay.set.a, 4: pay.set.b..c, 5: pay.delay, 6: buyer, 7: match, 8: notify, 9: count"),
        ("buyer: [{after: 9999d}, {actio: pay}]\npay: {set: {a..b: 1}}\n", "2: buyer[0], 2: buyer[1], 3: pay.set"),
        ("descriptio: 1\npay: 3\nrefund: {delay: {min: 2s, max: 1s}}\n", "2: descriptio, 3: pay, 4: refund.delay"),
    ],
)
def test_problems_of_schema_and_parser_are_reported_together(text: str, expected: str) -> None:
    """They are sorted by line, so that one run shows all of them."""
    found = problems(text)
    assert sorted(found, key=lambda problem: int(problem.split(":")[1])) == list(found)
    for start in expected.split(", "):
        assert any(problem.startswith(f"tale.yaml:{start}") for problem in found), (start, found)


@pytest.mark.parametrize(
    ("good", "bad"),
    [("A.b_c-1", "a--b"), ("9", "-a"), ("a" * 60, "a" * 61), ("a", ""), ("a", "ä"), ("a", "a/b"), ("a", "a\n")],
)
def test_a_name_has_up_to_60_letters_digits_and_single_dashes(good: str, bad: str) -> None:
    """Two dashes end a scenario's name in a paymentRequestId."""
    assert good == scenario("", good).name
    (problem,) = problems("", bad)
    assert "1 to 60 letters, digits" in problem


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{set: {result.resultCode: OWN}}", True),
        ("[{}, {set: {result: {resultCode: null}}}]", True),
        ("{set: {result.resultMessage: x, own: x, a.result: x}}", False),
        ("{result: PROCESS_FAIL, message: 'by ${clientId}'}", False),
    ],
)
def test_a_scenario_knows_whether_it_sets_result_codes(written: str, expected: bool) -> None:
    """Steps and notices may set them."""
    assert [expected] * 2 == [scenario(f"{name}: {written}").sets_result_code for name in ("refund", "notifyRefund")]
