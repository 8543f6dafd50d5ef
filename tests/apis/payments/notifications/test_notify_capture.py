"""What notifyCapture says of a capture."""

from __future__ import annotations

import pytest

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.payments.notifications.notify_capture import notify_capture
from mock_alipay.apis.payments.records import Transaction
from mock_alipay.clock.clocks import wire_time
from tests.apis.payments.orders import FAILED, capture, payment_in, refund
from tests.calls import NOW
from tests.driver import Driver, result_of


def test_it_says_what_the_reply_said() -> None:
    """With the merchant's own id for it."""
    driver = Driver()
    reply = driver.capture(driver.paid("order-1", manual=True), "cap-1", "0400")
    [body] = driver.notified("order-1", "notifyCapture")
    assert {**reply, "notifyType": "CAPTURE_RESULT"} == body


def test_one_that_nobody_asked_for_has_an_id_of_the_gateways() -> None:
    """A card that is captured at once."""
    driver = Driver()
    driver.paid("order-1")
    [body] = driver.notified("order-1", "notifyCapture")
    assert body["captureId"] == body["captureRequestId"]
    assert {"currency": "USD", "value": "1000"} == body["captureAmount"]


@pytest.mark.parametrize(
    ("made", "code", "time"), [(capture(5), "SUCCESS", wire_time(NOW)), (capture(5, **FAILED), "PROCESS_FAIL", None)]
)
def test_its_result_is_that_of_the_capture(made: Transaction, code: str, time: str | None) -> None:
    """One that failed has no time; others of the payment do not matter."""
    payment = payment_in("AUTHORIZED", None, capture(7, "other"), refund(1), made)
    told, fields = notify_capture(payment, DomainEvent("notifyCapture", NOW, "CAPTURE_RESULT", made.id))
    assert (code, time, "c-id", "5") == (
        told,
        fields.get("captureTime"),
        fields["captureId"],
        fields["captureAmount"]["value"],
    )


@pytest.mark.parametrize(
    ("scenario", "expected"), [("capture-in-process", "SUCCESS"), ("capture-fails-later", "PROCESS_FAIL")]
)
def test_one_in_process_is_told_once_it_is_not(scenario: str, expected: str) -> None:
    """Five seconds later, and then only."""
    driver = Driver()
    driver.capture(driver.paid("order-1", manual=True), "cap-1", 400, scenario=scenario)
    driver.wait(seconds=4)
    assert [] == driver.notified("order-1", "notifyCapture")
    driver.wait(seconds=1)
    driver.wait(days=1)
    assert [expected] == [result_of(body) for body in driver.notified("order-1", "notifyCapture")]
