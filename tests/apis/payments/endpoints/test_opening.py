"""The order in a body, and the payment that it creates."""

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


@pytest.mark.parametrize(
    ("method", "factor", "held"),
    [
        ("CARD", {"captureMode": "MANUAL"}, True),
        ("CARD", {"captureMode": "AUTOMATIC"}, False),
        ("CARD", None, False),
        ("GCASH", {"captureMode": "MANUAL"}, False),
    ],
)
def test_an_order_has_the_amount_to_pay(method: str, factor: Any, held: bool) -> None:
    """paymentAmount, not order.orderAmount; only a card payment with captureMode MANUAL is captured manually."""
    changes = {"paymentMethod": {"paymentMethodType": method}, "paymentFactor": factor, "paymentNotifyUrl": "http://x/"}
    body = sample("x", paymentAmount={"currency": "JPY", "value": "0042"}, **changes)
    assert (Money("JPY", 42), method, "http://x/", held, None) == order_of(body, context(None))


OFFERED = [
    {"paymentMethodType": "PIX"},
    {"paymentMethodType": "GCASH", "paymentMethodOrder": "9" * 5_000},
    {"paymentMethodType": "TNG", "paymentMethodOrder": "0010"},
    {"paymentMethodType": "DANA", "paymentMethodOrder": 9},
]


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ({}, "CARD"),
        ({"savedPaymentMethods": [{"paymentMethodType": "GCASH"}]}, "GCASH"),
        ({"availablePaymentMethod": {"paymentMethodTypeList": [{}, {"paymentMethodType": "PIX"}]}}, "PIX"),
        ({"availablePaymentMethod": {"paymentMethodTypeList": OFFERED}, "savedPaymentMethods": OFFERED[:1]}, "DANA"),
        ({"paymentMethod": {"paymentMethodType": "TNG"}, "savedPaymentMethods": [{"paymentMethodType": "PIX"}]}, "TNG"),
    ],
)
def test_without_a_method_the_first_one_shown_is_used(listed: dict[str, Any], expected: str) -> None:
    """By paymentMethodOrder; else a saved one, else a card."""
    order = order_of({**sample("x", paymentMethod=None, paymentNotifyUrl=None), **listed}, context(None))
    assert (expected, None) == (order.method, order.notify_url)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-22T01:07:11Z", NOW + SECOND),
        ("2026-11-24T01:07:10Z", NOW + 2 * DAY),
        ("2026-11-22T01:07:10Z", None),
        ("2026-11-24T01:07:11Z", None),
        ("2026-02-30T12:00:00Z", None),
        ("9999-12-31T23:59:59-23:59", None),
    ],
)
def test_an_order_expires_within_two_days(written: str, expected: datetime | None) -> None:
    """Any other time, and a date that does not exist, is refused with the valid range."""
    body = sample("x", paymentExpiryTime=written)
    if expected:
        assert expected == order_of(body, context(None)).expires
        return
    with pytest.raises(Refusal, match="PARAM_ILLEGAL") as refused:
        order_of(body, context(None))
    [fault] = refused.value.faults
    assert ("paymentExpiryTime", written) == (fault.path, fault.found)
    assert "not later than 2026-11-24T01:07:10Z" in fault.expected


@pytest.mark.parametrize(
    ("session", "written", "expected"),
    [
        (HOUR, None, HOUR),
        (HOUR, "2026-11-22T01:17:10Z", 10 * MINUTE),
        (HOUR, "2026-11-23T01:07:10Z", HOUR),
        (None, None, timedelta()),
    ],
)
def test_a_payment_closes_with_its_session_or_order(
    session: timedelta | None, written: str | None, expected: timedelta
) -> None:
    """Whichever comes first."""
    made = None if session is None else Session("id", "data", NOW, NOW + session, "")
    payment = new_payment(sample("x", paymentExpiryTime=written), context(None), made)
    assert (NOW + expected, made, "OPEN", 0) == (payment.closes, payment.session, payment.state, payment.version)
