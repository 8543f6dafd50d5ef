"""notifyRefund: the result of a refund."""

from __future__ import annotations

import pytest

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.payments.notifications.notify_refund import notify_refund
from mock_alipay.apis.payments.records import Transaction
from mock_alipay.clock.clocks import wire_time
from tests.apis.payments.orders import FAILED, capture, payment_in, refund
from tests.calls import NOW
from tests.driver import Driver, result_of


def test_it_has_the_fields_of_the_reply() -> None:
    """Except the paymentId, which is not documented; a refused refund is not notified."""
    driver = Driver()
    payment_id = driver.paid("order-1")
    reply = driver.refund(payment_id, "ref-1", "0400")
    driver.refund(payment_id, "ref-2", 601)
    del reply["paymentId"]
    expected = {**reply, "notifyType": "REFUND_RESULT", "refundStatus": "SUCCESS"}
    assert [expected] == driver.notified("order-1", "notifyRefund")


@pytest.mark.parametrize(
    ("made", "expected"),
    [(refund(5), ("SUCCESS", "SUCCESS", wire_time(NOW))), (refund(5, **FAILED), ("PROCESS_FAIL", "FAIL", None))],
)
def test_it_has_the_result_of_its_refund(made: Transaction, expected: tuple[str, str, str | None]) -> None:
    """A failed refund has no time; other transactions do not matter."""
    payment = payment_in("SUCCESS", None, capture(7), refund(1, "other"), made)
    result, fields = notify_refund(payment, DomainEvent("notifyRefund", NOW, "REFUND_RESULT", made.id))
    assert expected == (result, fields["refundStatus"], fields.get("refundTime"))
    assert ("r-id", "5") == (fields["refundId"], fields["refundAmount"]["value"])


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [("refund-in-process", ("SUCCESS", "SUCCESS")), ("refund-fails-later", ("PROCESS_FAIL", "FAIL"))],
)
def test_a_refund_in_process_is_notified_once_it_has_a_result(scenario: str, expected: tuple[str, str]) -> None:
    """And only once."""
    driver = Driver()
    driver.refund(driver.paid("order-1"), "ref-1", 400, scenario=scenario)
    assert [] == driver.notified("order-1", "notifyRefund")
    driver.wait(minutes=1)
    driver.wait(days=1)
    bodies = driver.notified("order-1", "notifyRefund")
    assert [expected] == [(result_of(body), body["refundStatus"]) for body in bodies]
