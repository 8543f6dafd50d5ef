"""The bodies of notifyPayment, notifyCapture and notifyRefund."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.payments.model import State
from mock_alipay.apis.payments.notifications import NOTIFICATIONS
from mock_alipay.apis.payments.records import Transaction
from mock_alipay.clock.clocks import wire_time
from mock_alipay.contracts.names import BuyerAction
from tests.apis.payments.orders import FAILED, capture, payment_in, refund
from tests.calls import NOW
from tests.driver import Driver, amount, result_of

RESULT, PENDING = (DomainEvent("notifyPayment", NOW, f"PAYMENT_{kind}") for kind in ("RESULT", "PENDING"))


@pytest.mark.parametrize("method", ["CARD", "GCASH"])
def test_a_paid_payment_is_notified_with_the_buyers_details(method: str) -> None:
    """The same as inquiryPayment shows."""
    driver = Driver()
    driver.paid("order-1", method=method)
    shown = driver.inquiry("order-1")
    own = {"paymentStatus", "paymentResultCode", "paymentResultMessage", "transactions"}
    expected = {name: value for name, value in shown.items() if name not in own}
    expected["result"] = {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."}
    assert [{"notifyType": "PAYMENT_RESULT", **expected}] == driver.notified("order-1", "notifyPayment")


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("pay", ("PAYMENT_RESULT", "SUCCESS", "S", True, True)),
        ("pending", ("PAYMENT_PENDING", "SUCCESS", "S", False, False)),
        ("decline", ("PAYMENT_RESULT", "USER_BALANCE_NOT_ENOUGH", "F", False, True)),
        ("leave", ("PAYMENT_RESULT", "ORDER_IS_CLOSED", "F", False, False)),
    ],
)
def test_the_type_tells_pending_from_paid(action: BuyerAction, expected: tuple[Any, ...]) -> None:
    """A pending payment also has status S, but no paymentTime; an expired session has no buyer details."""
    driver = Driver()
    driver.act(driver.open("order-1"), action)
    driver.wait(hours=1)
    body = driver.notified("order-1", "notifyPayment")[0]
    fields = ("paymentTime" in body, "paymentResultInfo" in body)
    assert expected == (body["notifyType"], result_of(body), body["result"]["resultStatus"], *fields)


@pytest.mark.parametrize(
    ("state", "changes", "event", "code"),
    [
        ("EXPIRED", {}, RESULT, "ORDER_IS_CLOSED"),
        ("FAIL", {"code": "RISK_REJECT"}, RESULT, "RISK_REJECT"),
        ("CANCELLED", {"paid": NOW, "code": "AUTH_EXPIRED"}, RESULT, "SUCCESS"),
        ("CANCELLED", {"paid": NOW, "code": "AUTH_EXPIRED"}, PENDING, "SUCCESS"),
    ],
)
def test_it_reports_the_event(state: State, changes: dict[str, Any], event: DomainEvent, code: str) -> None:
    """A later release does not change the result."""
    assert code == NOTIFICATIONS["notifyPayment"](payment_in(state, **changes), event)[0]


@pytest.mark.parametrize(
    ("kind", "made", "expected"),
    [
        ("Capture", capture(5), ("SUCCESS", None, wire_time(NOW))),
        ("Capture", capture(5, **FAILED), ("PROCESS_FAIL", None, None)),
        ("Refund", refund(5, "c"), ("SUCCESS", "SUCCESS", wire_time(NOW))),
        ("Refund", refund(5, "c", **FAILED), ("PROCESS_FAIL", "FAIL", None)),
    ],
)
def test_a_capture_or_refund_has_its_own_result(kind: str, made: Transaction, expected: tuple[Any, ...]) -> None:
    """Other transactions do not matter; a failed one has no time."""
    payment = payment_in("AUTHORIZED", None, capture(7, "x"), refund(1, "y"), made)
    code, body = NOTIFICATIONS[f"notify{kind}"](payment, DomainEvent("", NOW, "", made.id))
    name = kind.lower()
    assert expected == (code, body.get("refundStatus"), body.get(f"{name}Time"))
    assert ("c-id", amount(5)) == (body[f"{name}Id"], body[f"{name}Amount"])


def test_the_fields_are_those_of_the_reply() -> None:
    """notifyRefund has no paymentId; an automatic capture has one id; a refused refund is not notified."""
    driver = Driver()
    captured = driver.capture(driver.paid("order-1", manual=True), "cap-1", "0400")
    assert [{**captured, "notifyType": "CAPTURE_RESULT"}] == driver.notified("order-1", "notifyCapture")
    payment_id = driver.paid("order-2")
    refunded = driver.refund(payment_id, "ref-1", "0400")
    driver.refund(payment_id, "ref-2", 601)
    [body] = driver.notified("order-2", "notifyRefund")
    assert {**refunded, "notifyType": "REFUND_RESULT", "refundStatus": "SUCCESS"} == {**body, "paymentId": payment_id}
    [automatic] = driver.notified("order-2", "notifyCapture")
    assert (automatic["captureId"], amount(1000)) == (automatic["captureRequestId"], automatic["captureAmount"])
