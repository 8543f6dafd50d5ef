"""What notifyRefund says of a refund."""

from __future__ import annotations

import pytest

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.payments.notifications.notify_refund import notify_refund
from mock_alipay.apis.payments.records import Transaction
from mock_alipay.clock.clocks import wire_time
from tests.apis.payments.orders import FAILED, capture, payment_in, refund
from tests.calls import NOW
from tests.driver import Driver, result_of


def test_it_says_what_the_reply_said() -> None:
    """But for the paymentId, which the documentation does not have."""
    driver = Driver()
    reply = driver.refund(driver.paid("order-1"), "ref-1", "0400")
    [body] = driver.notified("order-1", "notifyRefund")
    del reply["paymentId"]
    assert {**reply, "notifyType": "REFUND_RESULT", "refundStatus": "SUCCESS"} == body


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (refund(5), ("SUCCESS", "SUCCESS", wire_time(NOW))),
        (refund(5, **FAILED), ("PROCESS_FAIL", "FAIL", None)),
    ],
)
def test_its_result_is_that_of_the_refund(made: Transaction, expected: tuple[str, str, str | None]) -> None:
    """One that failed has no time; others of the payment do not matter."""
    payment = payment_in("SUCCESS", None, capture(7), refund(1, "other"), made)
    told, fields = notify_refund(payment, DomainEvent("notifyRefund", NOW, "REFUND_RESULT", made.id))
    assert expected == (told, fields["refundStatus"], fields.get("refundTime"))
    assert ("r-id", "5") == (fields["refundId"], fields["refundAmount"]["value"])


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [("refund-in-process", ("SUCCESS", "SUCCESS")), ("refund-fails-later", ("PROCESS_FAIL", "FAIL"))],
)
def test_one_in_process_is_told_once_it_is_not(scenario: str, expected: tuple[str, str]) -> None:
    """And then only."""
    driver = Driver()
    driver.refund(driver.paid("order-1"), "ref-1", 400, scenario=scenario)
    assert [] == driver.notified("order-1", "notifyRefund")
    driver.wait(minutes=1)
    driver.wait(days=1)
    bodies = driver.notified("order-1", "notifyRefund")
    assert [expected] == [(result_of(body), body["refundStatus"]) for body in bodies]


def test_a_refund_that_is_refused_is_not_told() -> None:
    """The reply says it."""
    driver = Driver()
    driver.refund(driver.paid("order-1"), "ref-1", 1001)
    assert [] == driver.notified("order-1", "notifyRefund")
