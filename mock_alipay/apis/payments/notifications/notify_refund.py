"""notifyRefund: the result of a refund (docs.antom.com/ac/aba_zh-cn/notify_refund)."""

from __future__ import annotations

from typing import Any

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.payments.model import Payment
from mock_alipay.clock.clocks import wire_time


def notify_refund(payment: Payment, event: DomainEvent) -> tuple[str, dict[str, Any]]:
    """The body for the refund of an event; the documented fields have no paymentId."""
    refund = next(t for t in payment.refunds if t.id == event.transaction_id)
    fields: dict[str, Any] = {
        "notifyType": event.notify_type,
        "refundStatus": refund.status,
        "refundRequestId": refund.request_id,
        "refundId": refund.id,
        "refundAmount": refund.amount.wire,
    }
    if refund.done is not None:
        fields["refundTime"] = wire_time(refund.done)
    return refund.code, fields
