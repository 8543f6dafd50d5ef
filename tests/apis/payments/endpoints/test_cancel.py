"""cancel: until when, in which states, and how often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.clock.clocks import wire_time
from tests.calls import NOW
from tests.driver import Body, Driver, pay_body, result_of


def cancel(driver: Driver, name: str = "order-1") -> Body:
    """What a cancel is told."""
    return driver.call("cancel", {"paymentRequestId": name})


def opened(driver: Driver) -> None:
    driver.open("order-1")


def challenged(driver: Driver) -> None:
    driver.act(driver.open("order-1"), "challenge")


def pending(driver: Driver) -> None:
    driver.act(driver.open("order-1"), "pending")


def begun(driver: Driver) -> None:
    driver.call("pay", pay_body("order-1"))


def authorized(driver: Driver) -> None:
    driver.paid("order-1", manual=True)


def by_wallet(driver: Driver) -> None:
    driver.paid("order-1", method="GCASH")


def declined(driver: Driver) -> None:
    driver.act(driver.open("order-1"), "decline")


def expired(driver: Driver) -> None:
    driver.open("order-1")
    driver.wait(hours=1)


def released(driver: Driver) -> None:
    driver.paid("order-1", manual=True)
    driver.wait(days=7)


def captured(driver: Driver) -> None:
    driver.paid("order-1")


def captured_in_part(driver: Driver) -> None:
    driver.capture(driver.paid("order-1", manual=True), "c", 1)


def capture_in_process(driver: Driver) -> None:
    driver.capture(driver.paid("order-1", manual=True), "c", 1, scenario="capture-in-process")


def capture_failed(driver: Driver) -> None:
    driver.capture(driver.paid("order-1", manual=True), "c", 1, scenario="capture-fails-later")
    driver.wait(seconds=5)


def refunded(driver: Driver) -> None:
    driver.refund(driver.paid("order-1", method="GCASH"), "r", 1)


def refund_in_process(driver: Driver) -> None:
    driver.refund(driver.paid("order-1", method="GCASH"), "r", 1, scenario="refund-fails-later")


def refund_failed(driver: Driver) -> None:
    refund_in_process(driver)
    driver.wait(seconds=5)


def jkopay(driver: Driver) -> None:
    driver.paid("order-1", method="JKOPAY")


@pytest.mark.parametrize(
    "before", [opened, challenged, pending, begun, authorized, by_wallet, capture_failed, refund_failed]
)
def test_what_is_not_the_merchants_yet_can_be_cancelled(before: Any) -> None:
    """Or what was paid just now; what has failed to be captured or refunded does not stand in the way."""
    driver = Driver()
    before(driver)
    told, told_before = cancel(driver), driver.notified("order-1")
    payment = driver.payment("order-1")
    expected = {
        "paymentId": payment.payment_id,
        "paymentRequestId": "order-1",
        "cancelTime": wire_time(driver.clock.now()),
    }
    assert ("SUCCESS", expected) == (result_of(told), {name: told[name] for name in expected})
    assert ("CANCELLED", "ORDER_IS_CANCELED") == (payment.state, payment.code)
    assert told_before == driver.notified("order-1")


@pytest.mark.parametrize(
    ("before", "expected", "why"),
    [
        (declined, "ORDER_STATUS_INVALID", "FAIL"),
        (expired, "ORDER_STATUS_INVALID", "EXPIRED"),
        (released, "ORDER_STATUS_INVALID", "expired"),
        (captured, "ORDER_STATUS_INVALID", "refund it instead"),
        (captured_in_part, "ORDER_STATUS_INVALID", "refund it instead"),
        (capture_in_process, "ORDER_STATUS_INVALID", "refund it instead"),
        (refunded, "PROCESS_FAIL", "refund"),
        (refund_in_process, "PROCESS_FAIL", "refund"),
        (jkopay, "ORDER_STATUS_INVALID", "by JKOPAY cannot be cancelled"),
    ],
)
def test_other_payments_cannot(before: Any, expected: str, why: str) -> None:
    """The message says why, and nothing changes."""
    driver = Driver()
    before(driver)
    payment = driver.payment("order-1")
    told = cancel(driver)
    assert (expected, {"result"}) == (result_of(told), set(told))
    assert why in told["result"]["resultMessage"]
    assert payment == driver.payment("order-1")


def test_a_repeat_gets_the_same_answer() -> None:
    """The time is that of the first, by whichever id; long after the window, too."""
    driver = Driver()
    payment_id = driver.paid("order-1", method="GCASH")
    first = cancel(driver)
    version = driver.payment("order-1").version
    driver.wait(days=30)
    assert first == cancel(driver) == driver.call("cancel", {"paymentId": payment_id})
    assert version == driver.payment("order-1").version


@pytest.mark.parametrize(
    ("method", "manual", "window"),
    [
        ("CARD", True, timedelta(days=7)),
        ("GCASH", False, timedelta(hours=15, minutes=7, seconds=50)),
        ("MERCADOPAGO_BR", False, timedelta(days=7)),
    ],
)
def test_a_paid_one_can_be_cancelled_so_long(method: str, manual: bool, window: timedelta) -> None:
    """To the second; a wallet's until a quarter past midnight, UTC+8."""
    codes = []
    for left in (timedelta(seconds=1), timedelta()):
        driver = Driver()
        driver.paid("order-1", method=method, manual=manual)
        driver.clock.moment = NOW + window - left
        codes.append(result_of(cancel(driver)))
    # An authorization is released at the very moment when its window closes.
    assert ["SUCCESS", "ORDER_STATUS_INVALID" if manual else "CANCEL_WINDOW_EXCEED"] == codes


def test_nobody_can_pay_what_was_cancelled() -> None:
    """Neither a buyer by hand nor one who was to act later; and it never expires."""
    driver = Driver()
    driver.open("order-1", scenario="pays-late")
    cancel(driver)
    driver.wait(days=1)
    assert ("CANCELLED", []) == (driver.payment("order-1").state, driver.notified("order-1"))
    assert "CANCELLED" == driver.inquiry("order-1")["paymentStatus"]


def test_there_must_be_a_payment() -> None:
    """Of this client."""
    driver = Driver()
    driver.open("order-1")
    driver.client_id = "SANDBOX_OTHER"
    assert "ORDER_NOT_EXIST" == result_of(cancel(driver))
