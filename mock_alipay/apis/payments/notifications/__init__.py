"""The notifications about payments: one composer per file. This module has the table of them."""

from __future__ import annotations

from collections.abc import Mapping

from mock_alipay.apis.family import Composer
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.notifications.notify_capture import notify_capture
from mock_alipay.apis.payments.notifications.notify_payment import notify_payment
from mock_alipay.apis.payments.notifications.notify_refund import notify_refund

NOTIFICATIONS: Mapping[str, Composer[Payment]] = {
    "notifyPayment": notify_payment,
    "notifyCapture": notify_capture,
    "notifyRefund": notify_refund,
}
