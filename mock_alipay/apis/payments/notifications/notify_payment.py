"""notifyPayment: the payment has a result, or the buyer is done and the result is to come (paymentrn_online)."""

from __future__ import annotations

from typing import Any

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.payments.model import Payment
from mock_alipay.clock.clocks import wire_time

_PENDING = "PAYMENT_PENDING"


def notify_payment(payment: Payment, event: DomainEvent) -> tuple[str, dict[str, Any]]:
    """``result`` says S while the payment is pending, too: then ``notifyType`` alone tells that it is not paid yet."""
    fields: dict[str, Any] = {
        "notifyType": event.notify_type,
        "paymentRequestId": payment.payment_request_id,
        "paymentId": payment.payment_id,
        "paymentAmount": payment.order.amount.wire,
        "paymentCreateTime": wire_time(payment.begun or payment.created),
        "paymentMethodType": payment.order.method,
    }
    if event.notify_type == _PENDING:
        return "SUCCESS", fields
    if payment.paid is None:
        return payment.code or "ORDER_IS_CLOSED", {**fields, **(payment.details if payment.state == "FAIL" else {})}
    fields["paymentTime"] = wire_time(payment.paid)
    return "SUCCESS", {**fields, **payment.details}
