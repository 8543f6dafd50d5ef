"""The Python client of the admin API, for tests and tools. The only package that imports httpx2."""

from mock_alipay.client.events import Event, EventStream
from mock_alipay.client.formatting import call_lines, notification_lines
from mock_alipay.client.mock import Mock
from mock_alipay.client.payment import MockPayment
from mock_alipay.client.payment_records import AttemptRecord, NotificationRecord, PaymentRecord, TransactionRecord
from mock_alipay.client.records import CallRecord, ClockState, ScenarioRecord
from mock_alipay.client.webhooks import Webhook, WebhookAnswer, Webhooks

__all__ = [
    "AttemptRecord",
    "CallRecord",
    "ClockState",
    "Event",
    "EventStream",
    "Mock",
    "MockPayment",
    "NotificationRecord",
    "PaymentRecord",
    "ScenarioRecord",
    "TransactionRecord",
    "Webhook",
    "WebhookAnswer",
    "Webhooks",
    "call_lines",
    "notification_lines",
]
