"""Calls and notifications as lines of text."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import pytest

from mock_alipay.client import AttemptRecord, CallRecord, NotificationRecord, call_lines, notification_lines
from mock_alipay.errors import Fault

NOON = datetime(2026, 11, 22, 12).astimezone()
CONTROL = "a\x00\x1b[2J\x07\x7f\x9b\u202e\u2028\n\rb"
"""Characters that control a terminal."""
GOOD = CallRecord.of(
    {"id": "7", "time": NOON.isoformat(), "endpoint": "createPaymentSession", "paymentRequestId": "order-1"}
    | {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "Success", "httpStatus": 200, "faults": []}
    | {"scenario": "success", "reason": "the default", "signature": {"verdict": "valid"}, "unknownFields": []}
)


def lines_of(**fields: Any) -> list[str]:
    return call_lines(dataclasses.replace(GOOD, **fields))


def test_a_call_is_one_line_and_its_details() -> None:
    """Local time, number, endpoint, result, scenario, paymentRequestId; then faults, explanation and notes indented."""
    line = "12:00:00 #7 createPaymentSession S SUCCESS{}  [success: the default]  order-1"
    assert [line.format("")] == lines_of()
    assert [line.format(" (unverified)")] == lines_of(signature={"verdict": "unverified"})
    absent = dict.fromkeys(("endpoint", "payment_request_id", "result_code", "result_status", "scenario"))
    assert "12:00:00 #7 no endpoint HTTP 405  [no scenario]" == lines_of(**absent, http_status=405)[0]
    faults, texts = (Fault("a.b", "a string", "1"), Fault("c", "a number", '"x"')), ("d: unknown field",)
    details = lines_of(faults=faults, explanation="Explained.", fault="truncate", unknown_fields=texts, notes=("e",))[
        1:
    ]
    expected = [*(fault.text for fault in faults), "Explained.", "fault injected: truncate", *texts, "e"]
    assert [f"    {text}" for text in expected] == details


@pytest.mark.parametrize(
    ("message", "explanation", "details"),
    [
        ("No.", "It was explained.", ["No.", "It was explained."]),
        ("No: It was explained.", "It was explained.", ["It was explained."]),
    ],
)
def test_a_refusal_shows_its_message(message: str, explanation: str, details: list[str]) -> None:
    """Unless the explanation says the same."""
    lines = lines_of(result_status="F", result_code="RISK_REJECT", result_message=message, explanation=explanation)
    assert [f"    {detail}" for detail in details] == lines[1:]


def test_a_call_cannot_control_the_terminal() -> None:
    """Control characters from a merchant are escaped, and line breaks add no lines."""
    names = ("endpoint", "payment_request_id", "reason", "explanation", "result_message", "fault")
    faults = (Fault(CONTROL, CONTROL, CONTROL),)
    lines = lines_of(**dict.fromkeys(names, CONTROL), faults=faults, unknown_fields=(CONTROL,), result_status="F")
    assert (5, True) == (len(lines), all(line.isprintable() for line in lines))
    assert r"a\x00\x1b[2J\x07\x7f\x9b\u202e\u2028\n\rb" in lines[0]


ATTEMPT = {"time": (NOON + timedelta(minutes=1)).isoformat(), "httpStatus": 500, "why": "the HTTP status was 500"}
REFUSED = AttemptRecord.of(ATTEMPT)
ACCEPTED = dataclasses.replace(REFUSED, time=NOON + timedelta(minutes=3), http_status=200, accepted=True, why=None)
PENDING = NotificationRecord.of(
    {"id": "7", "notification": "notifyPayment", "paymentRequestId": "order-1", "created": NOON.isoformat()}
    | {"status": "PENDING", "scenario": "success", "nextAttempt": None, "attemptCount": 0, "attempts": []}
)


@pytest.mark.parametrize(
    ("changes", "head", "details"),
    [
        ({"attempts": (REFUSED,), "attempt_count": 1}, "12:01:00 {} PENDING", ["    the HTTP status was 500"]),
        ({"attempts": (ACCEPTED,), "attempt_count": 2, "status": "ACCEPTED"}, "12:03:00 {} ACCEPTED, attempt 2", []),
        ({"status": "DROPPED", "problem": "dropped"}, "12:00:00 {} DROPPED", ["    dropped"]),
    ],
    ids=["failed", "accepted", "dropped"],
)
def test_a_notification_is_one_line_and_its_problem(changes: dict[str, Any], head: str, details: list[str]) -> None:
    """Time of the latest attempt, status, number of attempts, scenario; the problem is indented."""
    line, *more = notification_lines(dataclasses.replace(PENDING, **changes))
    assert (f"{head.format('!7 notifyPayment')}  [success]  order-1", details) == (line, more)
    assert "[by hand]" in notification_lines(dataclasses.replace(PENDING, **changes, scenario=None))[0]


def test_a_notification_cannot_control_the_terminal() -> None:
    """Control characters from a merchant's server are escaped."""
    attempts = (dataclasses.replace(REFUSED, why=CONTROL),)
    lines = notification_lines(dataclasses.replace(PENDING, payment_request_id=CONTROL, attempts=attempts))
    assert (2, True) == (len(lines), all(line.isprintable() for line in lines))
