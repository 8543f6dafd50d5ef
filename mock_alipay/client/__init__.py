"""The Python client of the admin API, for tests and tools. The only package that imports httpx2."""

from typing import TYPE_CHECKING, Any

from mock_alipay.client.events import Event, EventStream
from mock_alipay.client.formatting import call_lines, notification_lines
from mock_alipay.client.mock import Mock
from mock_alipay.client.names import (
    BuyerAction,
    EndpointName,
    EventKind,
    NotificationName,
    NotificationStatus,
    OwnScenario,
    PaymentState,
    PaymentStatus,
    ResultStatus,
    Scenario,
    SessionStatus,
    ShippedScenario,
    TransactionStatus,
    TransactionType,
)
from mock_alipay.client.payment import AsyncMockPayment, MockPayment
from mock_alipay.client.payment_records import AttemptRecord, NotificationRecord, PaymentRecord, TransactionRecord
from mock_alipay.client.records import CallRecord, ClockState, ScenarioRecord
from mock_alipay.client.webhooks import Webhook, WebhookAnswer, Webhooks

if TYPE_CHECKING:
    from mock_alipay.client.async_events import AsyncEventStream
    from mock_alipay.client.async_mock import AsyncMockAlipay

__all__ = [
    "AsyncEventStream",
    "AsyncMockAlipay",
    "AsyncMockPayment",
    "AttemptRecord",
    "BuyerAction",
    "CallRecord",
    "ClockState",
    "EndpointName",
    "Event",
    "EventKind",
    "EventStream",
    "Mock",
    "MockPayment",
    "NotificationName",
    "NotificationRecord",
    "NotificationStatus",
    "OwnScenario",
    "PaymentRecord",
    "PaymentState",
    "PaymentStatus",
    "ResultStatus",
    "Scenario",
    "ScenarioRecord",
    "SessionStatus",
    "ShippedScenario",
    "TransactionRecord",
    "TransactionStatus",
    "TransactionType",
    "Webhook",
    "WebhookAnswer",
    "Webhooks",
    "call_lines",
    "notification_lines",
]

_MODULES = {"AsyncEventStream": "async_events", "AsyncMockAlipay": "async_mock"}
"""Modules that commands and most tests do not need."""


def __getattr__(name: str) -> Any:
    """Import the client for event loops on its first use."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
