"""cancel: in which states, until when, and how often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from mock_alipay.clock.clocks import wire_time
from mock_alipay.contracts.names import BuyerAction
from tests.calls import NOW
from tests.driver import Body, Driver, pay_body, result_of

Prepare = Callable[[Driver], object]
FAILS_LATER, IN_PROCESS = "capture-fails-later", "capture-in-process"


def cancel(driver: Driver, name: str = "order-1") -> Body:
    """The reply to a cancel."""
    return driver.call("cancel", {"paymentRequestId": name})


def acted(action: BuyerAction) -> Prepare:
    """A payment after a buyer action."""
    return lambda driver: driver.act(driver.open("order-1"), action)


def captured(scenario: str | None = None, *, seconds: int = 0) -> Prepare:
    """An authorization with a capture of a part."""

    def prepare(driver: Driver) -> None:
        driver.capture(driver.paid("order-1", manual=True), "c", 1, scenario=scenario)
        driver.wait(seconds=seconds)

    return prepare


def refunded(scenario: str | None = None, *, seconds: int = 0) -> Prepare:
    """A payment by wallet with a refund of a part."""

    def prepare(driver: Driver) -> None:
        driver.refund(driver.paid("order-1", method="GCASH"), "r", 1, scenario=scenario)
        driver.wait(seconds=seconds)

    return prepare


def waited(driver: Driver, _: object, **time: float) -> None:
    """Let time pass after something was prepared."""
    driver.wait(**time)


@pytest.mark.parametrize(
    "prepare",
    [
        pytest.param(lambda driver: driver.open("order-1"), id="open"),
        pytest.param(acted("challenge"), id="challenged"),
        pytest.param(acted("pending"), id="pending"),
        pytest.param(lambda driver: driver.call("pay", pay_body("order-1")), id="in-process"),
        pytest.param(lambda driver: driver.paid("order-1", manual=True), id="authorized"),
        pytest.param(lambda driver: driver.paid("order-1", method="GCASH"), id="paid-by-wallet"),
        pytest.param(captured(FAILS_LATER, seconds=5), id="capture-failed"),
        pytest.param(refunded("refund-fails-later", seconds=5), id="refund-failed"),
    ],
)
def test_a_payment_without_captures_and_refunds_can_be_cancelled(prepare: Prepare) -> None:
    """Failed captures and refunds do not count; the merchant is not notified."""
    driver = Driver()
    prepare(driver)
    before = driver.notified("order-1")
    reply, payment = cancel(driver), driver.payment("order-1")
    expected = {
        "paymentId": payment.payment_id,
        "paymentRequestId": "order-1",
        "cancelTime": wire_time(driver.clock.now()),
    }
    assert "SUCCESS" == reply.pop("result")["resultCode"]
    assert expected == reply
    assert ("CANCELLED", "ORDER_IS_CANCELED", before) == (payment.state, payment.code, driver.notified("order-1"))


@pytest.mark.parametrize(
    ("prepare", "expected", "why"),
    [
        pytest.param(acted("decline"), "ORDER_STATUS_INVALID", "FAIL", id="declined"),
        pytest.param(
            lambda driver: waited(driver, driver.open("order-1"), hours=1),
            "ORDER_STATUS_INVALID",
            "EXPIRED",
            id="expired",
        ),
        pytest.param(
            lambda driver: waited(driver, driver.paid("order-1", manual=True), days=7),
            "ORDER_STATUS_INVALID",
            "expired",
            id="released",
        ),
        pytest.param(lambda driver: driver.paid("order-1"), "ORDER_STATUS_INVALID", "refund it instead", id="captured"),
        pytest.param(captured(), "ORDER_STATUS_INVALID", "refund it instead", id="captured-in-part"),
        pytest.param(captured(IN_PROCESS), "ORDER_STATUS_INVALID", "refund it instead", id="capture-in-process"),
        pytest.param(refunded(), "PROCESS_FAIL", "refund", id="refunded"),
        pytest.param(refunded("refund-fails-later"), "PROCESS_FAIL", "refund", id="refund-in-process"),
        pytest.param(
            lambda driver: driver.paid("order-1", method="JKOPAY"), "ORDER_STATUS_INVALID", "JKOPAY", id="jkopay"
        ),
    ],
)
def test_other_payments_cannot_be_cancelled(prepare: Prepare, expected: str, why: str) -> None:
    """The message says why, and the payment does not change."""
    driver = Driver()
    prepare(driver)
    payment, reply = driver.payment("order-1"), cancel(driver)
    assert (expected, {"result"}) == (result_of(reply), set(reply))
    assert why in reply["result"]["resultMessage"]
    assert payment == driver.payment("order-1")


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
    """The scripted buyer does not act, and the session does not expire."""
    driver = Driver()
    driver.open("order-1", scenario="pays-late")
    cancel(driver)
    driver.wait(days=1)
    assert ("CANCELLED", []) == (driver.payment("order-1").state, driver.notified("order-1"))
    assert "CANCELLED" == driver.inquiry("order-1")["paymentStatus"]
