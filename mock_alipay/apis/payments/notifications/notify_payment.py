"""notifyPayment: the result of a payment, or that it is pending (paymentrn_online)."""

from __future__ import annotations

from typing import Any

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.payments.model import Payment
from mock_alipay.clock.clocks import wire_time

_PENDING = "PAYMENT_PENDING"


def notify_payment(payment: Payment, event: DomainEvent) -> tuple[str, dict[str, Any]]:
    """The body for an event. A pending payment also has resultStatus S; only ``notifyType`` shows that it is unpaid."""
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
