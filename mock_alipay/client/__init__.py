"""A client of the admin API, for tests and tools that steer a gateway, here or elsewhere. httpx2 lives here."""

from mock_alipay.client.events import Event, EventStream
from mock_alipay.client.formatting import call_lines, notification_lines
from mock_alipay.client.mock import Mock
from mock_alipay.client.payment import MockPayment
from mock_alipay.client.records import (
    AttemptRecord,
    CallRecord,
    ClockState,
    NotificationRecord,
    PaymentRecord,
    ScenarioRecord,
)

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
    "call_lines",
    "notification_lines",
]
