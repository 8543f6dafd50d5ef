"""A call, or a notification, told in lines."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_alipay.client import CallRecord, NotificationRecord, call_lines, notification_lines
from mock_alipay.client.records import AttemptRecord
from mock_alipay.errors import Fault

NOON = datetime(2026, 11, 22, 12).astimezone()
GOOD = CallRecord(
    id="7",
    time=NOON,
    endpoint="createPaymentSession",
    client_id="SANDBOX_A",
    payment_request_id="order-1",
    result_code="SUCCESS",
    result_status="S",
    result_message="Success",
    http_status=200,
    scenario="success",
    reason="the default",
    fault=None,
    explanation=None,
    signature={"verdict": "valid", "explanation": None},
    faults=(),
    unknown_fields=(),
    timing={},
    request=None,
    reply=None,
)


def changed(**fields: Any) -> CallRecord:
    """The same call but for these fields."""
    return dataclasses.replace(GOOD, **fields)


def test_good_call() -> None:
    """A call with which all is well is one line: time of day here, number, endpoint, result, scenario and why, id."""
    assert ["12:00:00 #7 createPaymentSession S SUCCESS  [success: the default]  order-1"] == call_lines(GOOD)


def test_what_was_wrong() -> None:
    """Each fault has a line further in, then why, what was done to the reply, and which fields are unknown."""
    call = changed(
        result_code="PARAM_ILLEGAL",
        result_status="F",
        faults=(Fault("a.b", "a string", "1"), Fault("c", "a number", '"x"')),
        explanation="It was explained.",
        fault="truncate",
        unknown_fields=("d: unknown field",),
        notes=("e is absent",),
    )
    first, *details = call_lines(call)
    assert "F PARAM_ILLEGAL" in first
    assert [
        "    " + Fault("a.b", "a string", "1").text,
        "    " + Fault("c", "a number", '"x"').text,
        "    It was explained.",
        "    the reply was spoilt on its way out: truncate",
        "    d: unknown field",
        "    e is absent",
    ] == details


def test_message_when_nothing_else_is_said() -> None:
    """A refusal without faults or explanation tells its message, a success none."""
    assert ["    No."] == call_lines(changed(result_status="F", result_code="RISK_REJECT", result_message="No."))[1:]


def test_message_beside_an_explanation() -> None:
    """A refusal tells its message too, unless the message is what the explanation says."""
    refused = {"result_status": "F", "result_code": "RISK_REJECT", "explanation": "It was explained."}
    for message, told in (("No.", ["No.", "It was explained."]), ("No: It was explained.", ["It was explained."])):
        assert [f"    {line}" for line in told] == call_lines(changed(**refused, result_message=message))[1:]


def test_unverified_call() -> None:
    """It shows beside the result that nobody has checked the signature."""
    call = changed(signature={"verdict": "unverified", "explanation": None}, explanation="No key.")
    first = "12:00:00 #7 createPaymentSession S SUCCESS (unverified)  [success: the default]  order-1"
    assert [first, "    No key."] == call_lines(call)


def test_no_ams_call() -> None:
    """A request that was no AMS call tells its HTTP status."""
    call = changed(
        endpoint=None, payment_request_id=None, result_code=None, result_status=None, scenario=None, http_status=405
    )
    assert "12:00:00 #7 no endpoint HTTP 405  [no scenario]" == call_lines(call)[0]


@given(text=st.text(max_size=20) | st.text("\x00\x1b\x07\x7f\x9b\u202e\u2028\n\r", max_size=20))
def test_nothing_steers_the_terminal(text: str) -> None:
    """Whatever a merchant sends, each line is printable, and as many lines come as without it."""
    fields = ("endpoint", "payment_request_id", "reason", "explanation", "result_message", "fault")
    call = changed(
        **dict.fromkeys(fields, text), faults=(Fault(text, text, text),), unknown_fields=(text,), result_status="F"
    )
    lines = call_lines(call)
    assert [True] * len(lines) == [line.isprintable() for line in lines]
    assert (5 if text else 3) == len(lines)


# --- notifications ----------------------------------------------------------------------------------------------------

REFUSED = AttemptRecord(
    time=NOON + timedelta(minutes=1),
    request_headers={},
    http_status=500,
    answer="",
    accepted=False,
    why="the HTTP status was 500",
    by_hand=False,
    took_ms=1.0,
)
ACCEPTED = dataclasses.replace(REFUSED, time=NOON + timedelta(minutes=3), http_status=200, accepted=True, why=None)
PENDING = NotificationRecord(
    id="7",
    notification="notifyPayment",
    client_id="SANDBOX_A",
    payment_request_id="order-1",
    created=NOON,
    url="http://127.0.0.1:1/",
    status="PENDING",
    problem=None,
    scenario="success",
    fault=None,
    waits_for=None,
    next_attempt=None,
    attempt_count=0,
    attempts=(),
    request=None,
    signed=None,
)


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ({}, ["12:00:00 !7 notifyPayment PENDING  [success]  order-1"]),
        ({"scenario": None, "payment_request_id": None}, ["12:00:00 !7 notifyPayment PENDING  [by hand]"]),
        (
            {"attempts": (REFUSED,)},
            ["12:01:00 !7 notifyPayment PENDING  [success]  order-1", "    the HTTP status was 500"],
        ),
        (
            {"attempts": (REFUSED, ACCEPTED), "attempt_count": 2, "status": "ACCEPTED"},
            ["12:03:00 !7 notifyPayment ACCEPTED, attempt 2  [success]  order-1"],
        ),
        (
            {"status": "DROPPED", "problem": "dropped by the scenario x"},
            ["12:00:00 !7 notifyPayment DROPPED  [success]  order-1", "    dropped by the scenario x"],
        ),
    ],
)
def test_notifications(change: dict[str, Any], lines: list[str]) -> None:
    """When it was tried last, how it stands, in which scenario, and below what keeps it from being accepted."""
    assert lines == notification_lines(dataclasses.replace(PENDING, **change))


@given(text=st.text(max_size=20) | st.text("\x00\x1b\x07\x7f\x9b\u202e\u2028\n\r", max_size=20))
def test_no_notification_steers_the_terminal(text: str) -> None:
    """Whatever a shop answers, each line is printable, and there are two at most."""
    attempts = (dataclasses.replace(REFUSED, why=text),)
    lines = notification_lines(dataclasses.replace(PENDING, payment_request_id=text, attempts=attempts))
    assert ([True] * len(lines), 2 if text else 1) == ([line.isprintable() for line in lines], len(lines))
