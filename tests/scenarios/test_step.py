"""Steps, notices and acts: how a scenario answers calls, sends notifications and plays a buyer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from mock_alipay.contracts.names import Act, BuyerAction, NotificationName
from mock_alipay.journal.faults import NotificationFault, WireFault
from mock_alipay.scenarios.delay import LogNormal, Span
from mock_alipay.scenarios.notification_step import NotificationStep, circle
from mock_alipay.scenarios.step import Rate, Step, Then
from tests.fields import read
from tests.scenarios.loading import check_problem, scenario

HOUR = timedelta(hours=1)


def steps(key: str, text: str) -> tuple[Any, ...]:
    """The steps, notices or acts under a key."""
    loaded = scenario(f"{key}: {text}")
    every = {**loaded.steps, **loaded.notification_steps, "payments/buyer": loaded.buyer}
    return tuple(every[f"payments/{key}"])


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        (
            "createPaymentSession",
            "{result: CARD_NOT_SUPPORTED, message: no, delay: {min: 100ms, max: 2s}, fault: {status: 400}}",
            Step("CARD_NOT_SUPPORTED", "no", Span(0.1, 2.0), fault=WireFault("status", 400)),
        ),
        (
            "pay",
            "{probability: 0.3, delay: {p50: 120ms, p99: 2s}, rate: {limit: 0, per: 1m30s}}",
            Step(
                delay=LogNormal(0.12, 2.0, 3600.0),
                probability=0.3,
                rate=Rate(0, timedelta(seconds=90), "REQUEST_TRAFFIC_EXCEED_LIMIT"),
            ),
        ),
        (
            "capture",
            "{rate: {limit: 5, per: P1D, result: PROCESS_FAIL}}",
            Step(rate=Rate(5, 24 * HOUR, "PROCESS_FAIL")),
        ),
        ("notifyRefund", "{delay: {p50: 1h, p99: 1d}}", NotificationStep(delay=LogNormal(3600, 86400, 315360000))),
        ("pay", "{fault: {status: 599}}", Step(fault=WireFault("status", 599))),
        ("capture", "{result: CAPTURE_IN_PROCESS, then: {}}", Step("CAPTURE_IN_PROCESS", then=Then("SUCCESS", None))),
        (
            "refund",
            "{result: REFUND_IN_PROCESS, then: {result: PROCESS_FAIL, after: 1h}}",
            Step("REFUND_IN_PROCESS", then=Then("PROCESS_FAIL", HOUR)),
        ),
        ("notifyPayment", "{drop: true}", NotificationStep(drop=True)),
        (
            "notifyPayment",
            "{delay: {min: 1h30m, max: P1D}, duplicate: 10, after: notifyCapture, fault: truncate}",
            NotificationStep(delay=Span(5400.0, 86400.0), copies=10, after="notifyCapture", fault="truncate"),
        ),
        (
            "notifyRefund",
            "{before: reply, duplicate: 2, result: PROCESS_FAIL, message: no}",
            NotificationStep(copies=2, before_reply=True, result="PROCESS_FAIL", message="no"),
        ),
        ("buyer", "{action: pay}", Act("pay")),
        ("buyer", "{action: decline, after: PT60M, code: RISK_REJECT}", Act("decline", HOUR, "RISK_REJECT")),
    ],
)
def test_a_step_is_read(key: str, text: str, expected: Any) -> None:
    """A step, notice or act stands alone or in a list."""
    assert (expected,) == steps(key, text) == steps(key, f"[{text}]")


def test_the_schema_lists_every_name() -> None:
    """Editors offer every action, notification, fault and code, and each of them is read."""
    schema = read("scenario.json")["$defs"]
    notice = schema["Notice"]["properties"]
    assert list(get_args(BuyerAction)) == schema["Act"]["properties"]["action"]["enum"]
    assert list(get_args(NotificationName)) == notice["after"]["enum"]
    assert list(get_args(NotificationFault)) == notice["fault"]["enum"]
    codes, faults = list(read("results.json")["results"]), schema["Fault"]["else"]["enum"]
    for key, name, words in (("cancel", "result", codes), ("pay", "fault", faults), ("notifyRefund", "fault", None)):
        wanted = notice["fault"]["enum"] if words is None else words
        found = [getattr(step, name) for step in steps(key, f"[{', '.join(f'{{{name}: {word}}}' for word in wanted)}]")]
        assert wanted == [fault.kind if isinstance(fault, WireFault) else fault for fault in found]


def test_a_payment_is_declined_only_with_codes_of_failure() -> None:
    """Every code whose status is F is accepted, and no other."""
    rows = read("results.json")["results"]
    failures = [code for code, row in rows.items() if row["resultStatus"] == "F"]
    assert failures == [steps("buyer", f"{{action: decline, code: {code}}}")[0].code for code in failures]
    for code in rows.keys() - failures:
        check_problem(f"buyer: {{action: decline, code: {code}}}", "tale.yaml:2: buyer.code: ", code)


def test_a_buyer_has_at_most_a_hundred_acts() -> None:
    """One more is refused."""
    assert 100 == len(steps("buyer", f"[{', '.join(['{action: leave}'] * 100)}]"))
    check_problem(f"buyer: [{', '.join(['{action: leave}'] * 101)}]", "tale.yaml:2: buyer: ", "at most 100 ")


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("buyer: []", "2: buyer: ", "at least 1 "),
        ("buyer:\n  after: 3s", "2: buyer.action: missing", ""),
        ("buyer:\n  action: pays", "3: buyer.action: ", "did you mean pay?"),
        ("buyer:\n  action: pay\n  after: 3", "4: buyer.after: ", "the number 3"),
        ("buyer:\n- action: pay\n  code: RISK_REJECT", "4: buyer[0].code: ", "action: decline"),
        ("capture:\n  result: REFUND_IN_PROCESS\n  then: {}", "4: capture.then: ", "CAPTURE_IN_PROCESS"),
        ("refund:\n- then: {}", "3: refund[0].then: ", "REFUND_IN_PROCESS"),
        ("refund:\n  result: CAPTURE_IN_PROCESS\n  then: {}", "4: refund.then: ", "REFUND_IN_PROCESS"),
        ("cancel:\n  result: REFUND_IN_PROCESS\n  then: {}", "4: cancel.then: ", "unknown name"),
        ("refund: {result: REFUND_IN_PROCESS, then: {result: REFUND_IN_PROCESS}}", "2: refund.then.result: ", "S or F"),
        ("refund: {result: REFUND_IN_PROCESS, then: {after: PTS}}", "2: refund.then.after: ", "'PTS'"),
        *((f"notifyRefund:\n  duplicate: {n}", "3: notifyRefund.duplicate: ", "2 to 10") for n in (1, 11, "true")),
        ("notifyRefund:\n  drop: false", "3: notifyRefund.drop: expected true", ""),
        ("notifyRefund:\n  after: notifyCaptures", "3: notifyRefund.after: ", "did you mean notifyCapture?"),
        ("notifyRefund:\n  fault: reset", "3: notifyRefund.fault: expected one of bad-signature, ", ""),
        *(
            (f"notifyRefund:\n  drop: true\n  {key}: {value}", f"4: notifyRefund.{key}: expected nothing", "drop: true")
            for key, value in (("delay", "3s"), ("duplicate", "2"), ("before", "reply"), ("fault", "truncate"))
        ),
        *(
            (f"notifyRefund:\n  before: reply\n  {key}: {value}", f"4: notifyRefund.{key}: ", "before: reply")
            for key, value in (("delay", "3s"), ("after", "notifyPayment"))
        ),
    ],
)
def test_an_invalid_step_is_refused_with_its_line(text: str, place: str, hint: str) -> None:
    """The problem names the key and what was expected, and suggests a similar word."""
    check_problem(text, f"tale.yaml:{place}", hint)


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        ({"Payment": None, "Capture": "Payment", "Refund": "Capture"}, []),
        ({"Payment": "Capture"}, []),
        ({"Payment": "Capture", "Capture": "Refund", "Refund": "Capture"}, ["Capture", "Refund"]),
        ({"Payment": "Capture", "Capture": "Refund", "Refund": "Payment"}, ["Payment", "Capture", "Refund"]),
    ],
)
def test_notifications_that_wait_for_each_other_are_found(waits: dict[str, str | None], expected: list[str]) -> None:
    """Only those in the circle are named, not those that wait for one of them."""
    written = {
        f"payments/notify{name}": (NotificationStep(after=after and f"notify{after}"), NotificationStep())
        for name, after in waits.items()
    }
    assert [f"payments/notify{name}" for name in expected] == circle(written)
