"""notifyCapture: the result of a capture."""

from __future__ import annotations

import pytest

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.payments.notifications.notify_capture import notify_capture
from mock_alipay.apis.payments.records import Transaction
from mock_alipay.clock.clocks import wire_time
from tests.apis.payments.orders import FAILED, capture, payment_in, refund
from tests.calls import NOW
from tests.driver import Driver, result_of


def test_it_has_the_fields_of_the_reply() -> None:
    """With the merchant's captureRequestId."""
    driver = Driver()
    reply = driver.capture(driver.paid("order-1", manual=True), "cap-1", "0400")
    assert [{**reply, "notifyType": "CAPTURE_RESULT"}] == driver.notified("order-1", "notifyCapture")


def test_an_automatic_capture_has_one_id() -> None:
    """The captureId is also the captureRequestId."""
    driver = Driver()
    driver.paid("order-1")
    [body] = driver.notified("order-1", "notifyCapture")
    assert (body["captureId"], "1000") == (body["captureRequestId"], body["captureAmount"]["value"])


@pytest.mark.parametrize(
    ("made", "code", "time"), [(capture(5), "SUCCESS", wire_time(NOW)), (capture(5, **FAILED), "PROCESS_FAIL", None)]
)
def test_it_has_the_result_of_its_capture(made: Transaction, code: str, time: str | None) -> None:
    """A failed capture has no time; other transactions do not matter."""
    payment = payment_in("AUTHORIZED", None, capture(7, "other"), refund(1), made)
    result, fields = notify_capture(payment, DomainEvent("notifyCapture", NOW, "CAPTURE_RESULT", made.id))
    assert (code, time, "c-id") == (result, fields.get("captureTime"), fields["captureId"])
    assert "5" == fields["captureAmount"]["value"]


@pytest.mark.parametrize(
    ("scenario", "expected"), [("capture-in-process", "SUCCESS"), ("capture-fails-later", "PROCESS_FAIL")]
)
def test_a_capture_in_process_is_notified_once_it_has_a_result(scenario: str, expected: str) -> None:
    """Five seconds later, and only once."""
    driver = Driver()
    driver.capture(driver.paid("order-1", manual=True), "cap-1", 400, scenario=scenario)
    driver.wait(seconds=4)
    assert [] == driver.notified("order-1", "notifyCapture")
    driver.wait(seconds=1)
    driver.wait(days=1)
    assert [expected] == [result_of(body) for body in driver.notified("order-1", "notifyCapture")]
