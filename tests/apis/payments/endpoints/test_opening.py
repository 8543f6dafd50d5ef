"""What of a request a payment's life depends on, and how that begins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from mock_alipay.apis.payments.endpoints.opening import new_payment, order_of
from mock_alipay.apis.payments.records import Money, Session
from mock_alipay.errors import Refusal
from tests.apis.payments.orders import DAY, HOUR, MINUTE, SECOND, context
from tests.calls import NOW
from tests.live import sample

MANUAL = {"captureMode": "MANUAL"}


def test_it_is_the_money_the_method_and_where_to_tell_of_it() -> None:
    """The paymentAmount counts, not the order's own."""
    body = sample("x", paymentAmount={"currency": "JPY", "value": "0042"}, paymentNotifyUrl=None)
    assert (Money("JPY", 42), "CARD", None, False, None) == order_of(body, context(None))
    assert (
        "http://127.0.0.1/x" == order_of({**body, "paymentNotifyUrl": "http://127.0.0.1/x"}, context(None)).notify_url
    )


@pytest.mark.parametrize(
    ("method", "factor", "expected"),
    [
        ("CARD", MANUAL, True),
        ("CARD", {"captureMode": "AUTOMATIC"}, False),
        ("CARD", {"isAuthorization": True}, False),
        ("CARD", None, False),
        ("GCASH", MANUAL, False),
        ("card", MANUAL, False),
    ],
)
def test_only_a_cards_money_is_held(method: str, factor: Any, expected: bool) -> None:
    """When the merchant wants to capture it."""
    body = sample("x", paymentMethod={"paymentMethodType": method}, paymentFactor=factor)
    assert expected == order_of(body, context(None)).held


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-22T01:07:11Z", NOW + SECOND),
        ("2026-11-22T09:17:10+08:00", NOW + 10 * MINUTE),
        ("2026-11-24T01:07:10Z", NOW + 2 * DAY),
    ],
)
def test_when_it_closes_is_a_moment_within_two_days(written: str, expected: datetime) -> None:
    """In whatever offset it is written; the last second belongs to it."""
    assert expected == order_of(sample("x", paymentExpiryTime=written), context(None)).expires


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-22T01:07:10Z",
        "2026-11-22T09:07:09+08:00",
        "2026-11-24T01:07:11Z",
        "2020-01-01T00:00:00Z",
        "2026-02-30T12:00:00Z",
        "9999-12-31T23:59:59-23:59",
    ],
)
def test_no_other_time_is_taken(written: str) -> None:
    """Nor one that no calendar has; the fault says what would have been right."""
    with pytest.raises(Refusal) as refused:
        order_of(sample("x", paymentExpiryTime=written), context(None))
    [fault] = refused.value.faults
    assert ("PARAM_ILLEGAL", "paymentExpiryTime", written) == (refused.value.code, fault.path, fault.found)
    assert "a time after now and not later than 2026-11-24T01:07:10Z" == fault.expected


@pytest.mark.parametrize(
    ("session", "written", "expected"),
    [
        (HOUR, None, HOUR),
        (HOUR, "2026-11-22T01:17:10Z", 10 * MINUTE),
        (HOUR, "2026-11-23T01:07:10Z", HOUR),
        (None, None, timedelta()),
    ],
)
def test_a_session_closes_with_its_payment(session: timedelta | None, written: str | None, expected: timedelta) -> None:
    """Whichever time comes first; without a session nothing waits for a buyer yet."""
    made = None if session is None else Session("id", "data", NOW, NOW + session, "")
    payment = new_payment(sample("x", paymentExpiryTime=written), context(None), made)
    assert (NOW + expected, made, "OPEN", 0) == (payment.closes, payment.session, payment.state, payment.version)
