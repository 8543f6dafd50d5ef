"""notifyCapture: the result of a capture (NCAP: the page of 2024-04-24)."""

from __future__ import annotations

from typing import Any

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.payments.model import Payment
from mock_alipay.clock.clocks import wire_time


def notify_capture(payment: Payment, event: DomainEvent) -> tuple[str, dict[str, Any]]:
    """The body for the capture of an event."""
    capture = next(t for t in payment.captures if t.id == event.transaction_id)
    fields: dict[str, Any] = {
        "notifyType": event.notify_type,
        "captureRequestId": capture.request_id,
        "paymentId": payment.payment_id,
        "captureId": capture.id,
        "captureAmount": capture.amount.wire,
    }
    if capture.done is not None:
        fields["captureTime"] = wire_time(capture.done)
    return capture.code, {**fields, **payment.acquirer}
