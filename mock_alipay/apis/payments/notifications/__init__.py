"""What the gateway tells a merchant by itself: one composer a file, and here the table of them.

A composer takes the payment and the event, and returns the fields of a body beside ``result``, and the result's code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mock_alipay.apis.payments.model import DomainEvent, Payment
from mock_alipay.apis.payments.notifications.notify_capture import notify_capture
from mock_alipay.apis.payments.notifications.notify_payment import notify_payment
from mock_alipay.apis.payments.notifications.notify_refund import notify_refund
from mock_alipay.contracts.names import NotificationName

Composer = Callable[[Payment, DomainEvent], tuple[str, dict[str, Any]]]

NOTIFICATIONS: Mapping[NotificationName, Composer] = {
    "notifyPayment": notify_payment,
    "notifyCapture": notify_capture,
    "notifyRefund": notify_refund,
}
