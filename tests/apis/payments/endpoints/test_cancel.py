"""cancel: in which states, until when, and how often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.clock.clocks import wire_time
from tests.calls import NOW
from tests.driver import Body, Driver, pay_body, result_of


def cancel(driver: Driver) -> Body:
    """The reply to a cancel."""
    return driver.call("cancel", {"paymentRequestId": "order-1"})


def captured(driver: Driver, scenario: str | None = None) -> Any:
    """An authorization with a capture of a part."""
    driver.capture(driver.paid("order-1", manual=True), "c", 1, scenario=scenario)


def refunded(driver: Driver, scenario: str | None = None) -> Any:
    """A payment by wallet with a refund of a part."""
    driver.refund(driver.paid("order-1", method="GCASH"), "r", 1, scenario=scenario)


NO, FAILED = "ORDER_STATUS_INVALID", "PROCESS_FAIL"
CASES: dict[str, tuple[Callable[[Driver], Any], timedelta, str, str]] = {
    # what happens, the time that passes, the result code, a part of the message
    "open": (lambda t: t.open("order-1"), timedelta(), "SUCCESS", ""),
    "pending": (lambda t: t.act(t.open("order-1"), "pending"), timedelta(), "SUCCESS", ""),
    "in process": (lambda t: t.call("pay", pay_body("order-1")), timedelta(), "SUCCESS", ""),
    "authorized": (lambda t: t.paid("order-1", manual=True), timedelta(), "SUCCESS", ""),
    "paid by wallet": (lambda t: t.paid("order-1", method="GCASH"), timedelta(), "SUCCESS", ""),
    "capture failed": (lambda t: captured(t, "capture-fails-later"), timedelta(seconds=5), "SUCCESS", ""),
    "refund failed": (lambda t: refunded(t, "refund-fails-later"), timedelta(seconds=5), "SUCCESS", ""),
    "declined": (lambda t: t.act(t.open("order-1"), "decline"), timedelta(), NO, "FAIL"),
    "expired": (lambda t: t.open("order-1"), timedelta(hours=1), NO, "EXPIRED"),
    "released": (lambda t: t.paid("order-1", manual=True), timedelta(days=7), NO, "expired"),
    "captured": (lambda t: t.paid("order-1"), timedelta(), NO, "refund it instead"),
    "captured in part": (captured, timedelta(), NO, "refund it instead"),
    "capture in process": (lambda t: captured(t, "capture-in-process"), timedelta(), NO, "refund it instead"),
    "refunded": (refunded, timedelta(), FAILED, "refund"),
    "refund in process": (lambda t: refunded(t, "refund-fails-later"), timedelta(), FAILED, "refund"),
    "without cancels": (lambda t: t.paid("order-1", method="JKOPAY"), timedelta(), NO, "JKOPAY"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_payment_without_captures_and_refunds_can_be_cancelled(case: str) -> None:
    """Failed ones do not count; a refusal says why and changes nothing; the merchant is not notified."""
    prepare, time, code, why = CASES[case]
    driver = Driver()
    prepare(driver)
    driver.clock.moment += time
    driver.settle()
    before, notified = driver.payment("order-1"), driver.notified("order-1")
    reply, payment = cancel(driver), driver.payment("order-1")
    assert (code, notified) == (result_of(reply), driver.notified("order-1"))
    assert why in reply.pop("result")["resultMessage"]
    if code != "SUCCESS":
        assert ({}, before) == (reply, payment)
        return
    cancelled = {"paymentId": payment.payment_id, "cancelTime": wire_time(driver.clock.now())}
    assert {"paymentRequestId": "order-1", **cancelled} == reply
    assert ("CANCELLED", "ORDER_IS_CANCELED") == (payment.state, payment.code)


def test_a_repeat_gets_the_same_reply() -> None:
    """By either id, also long after the cancel window."""
    driver = Driver()
    payment_id = driver.paid("order-1", method="GCASH")
    first, version = cancel(driver), driver.payment("order-1").version
    driver.wait(days=30)
    assert first == cancel(driver) == driver.call("cancel", {"paymentId": payment_id})
    assert version == driver.payment("order-1").version


@pytest.mark.parametrize(
    ("method", "manual", "window", "expected"),
    [
        ("CARD", True, timedelta(days=7), "ORDER_STATUS_INVALID"),  # released at that moment
        ("GCASH", False, timedelta(hours=15, minutes=7, seconds=50), "CANCEL_WINDOW_EXCEED"),
        ("MERCADOPAGO_BR", False, timedelta(days=7), "CANCEL_WINDOW_EXCEED"),
    ],
)
def test_a_paid_payment_has_a_cancel_window(method: str, manual: bool, window: timedelta, expected: str) -> None:
    """It ends exactly then; for wallets at 00:15 of the next day, UTC+8."""
    codes = []
    for left in (timedelta(seconds=1), timedelta()):
        driver = Driver()
        driver.paid("order-1", method=method, manual=manual)
        driver.clock.moment = NOW + window - left
        codes.append(result_of(cancel(driver)))
    assert ["SUCCESS", expected] == codes


def test_a_cancelled_payment_cannot_be_paid() -> None:
    """The scripted buyer does not act, and the session does not expire; before, there was nothing to cancel."""
    driver = Driver()
    assert "ORDER_NOT_EXIST" == result_of(cancel(driver))
    driver.open("order-1", scenario="pays-late")
    cancel(driver)
    driver.wait(days=1)
    assert ("CANCELLED", []) == (driver.payment("order-1").state, driver.notified("order-1"))
