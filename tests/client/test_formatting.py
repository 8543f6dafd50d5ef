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
    """The lines of a good call with some fields changed."""
    return call_lines(dataclasses.replace(GOOD, **fields))


def test_a_good_call_is_one_line() -> None:
    """Local time, number, endpoint, result, scenario with its reason, paymentRequestId."""
    assert ["12:00:00 #7 createPaymentSession S SUCCESS  [success: the default]  order-1"] == lines_of()


def test_details_follow_in_indented_lines() -> None:
    """Each fault, the explanation, the injected fault, the unknown fields, the notes."""
    faults = (Fault("a.b", "a string", "1"), Fault("c", "a number", '"x"'))
    more: dict[str, Any] = {
        "explanation": "Explained.",
        "unknown_fields": ("d: unknown field",),
        "notes": ("e: absent",),
    }
    first, *details = lines_of(result_code="PARAM_ILLEGAL", result_status="F", faults=faults, fault="truncate", **more)
    texts = [faults[0].text, faults[1].text, "Explained.", "fault injected: truncate", "d: unknown field", "e: absent"]
    assert (True, [f"    {text}" for text in texts]) == ("F PARAM_ILLEGAL" in first, details)


@pytest.mark.parametrize(
    ("message", "explanation", "details"),
    [
        ("No.", None, ["No."]),
        ("No.", "It was explained.", ["No.", "It was explained."]),
        ("No: It was explained.", "It was explained.", ["It was explained."]),
    ],
)
def test_a_refusal_shows_its_message(message: str, explanation: str | None, details: list[str]) -> None:
    """Unless the explanation says the same."""
    lines = lines_of(result_status="F", result_code="RISK_REJECT", result_message=message, explanation=explanation)
    assert [f"    {detail}" for detail in details] == lines[1:]


def test_a_call_may_be_unverified_or_without_a_result() -> None:
    """Its line says so, with the HTTP status in place of a result."""
    (line,) = lines_of(signature={"verdict": "unverified"})
    assert "12:00:00 #7 createPaymentSession S SUCCESS (unverified)  [success: the default]  order-1" == line
    absent = dict.fromkeys(("endpoint", "payment_request_id", "result_code", "result_status", "scenario"))
    assert "12:00:00 #7 no endpoint HTTP 405  [no scenario]" == lines_of(**absent, http_status=405)[0]


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
LINE = "12:00:00 !7 notifyPayment {}  [success]  order-1"


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"scenario": None, "payment_request_id": None}, ["12:00:00 !7 notifyPayment PENDING  [by hand]"]),
        (
            {"attempts": (REFUSED,), "attempt_count": 1},
            ["12:01:00" + LINE.format("PENDING")[8:], "    the HTTP status was 500"],
        ),
        (
            {"attempts": (REFUSED, ACCEPTED), "attempt_count": 2, "status": "ACCEPTED"},
            ["12:03:00" + LINE.format("ACCEPTED, attempt 2")[8:]],
        ),
        ({"status": "DROPPED", "problem": "dropped"}, [LINE.format("DROPPED"), "    dropped"]),
    ],
    ids=["manual", "failed", "accepted", "dropped"],
)
def test_a_notification_is_one_line_and_its_problem(changes: dict[str, Any], lines: list[str]) -> None:
    """Time of the latest attempt, status, number of attempts, scenario; the problem is indented."""
    assert lines == notification_lines(dataclasses.replace(PENDING, **changes))


def test_a_notification_cannot_control_the_terminal() -> None:
    """Control characters from a merchant's server are escaped."""
    attempts = (dataclasses.replace(REFUSED, why=CONTROL),)
    lines = notification_lines(dataclasses.replace(PENDING, payment_request_id=CONTROL, attempts=attempts))
    assert (2, True) == (len(lines), all(line.isprintable() for line in lines))
