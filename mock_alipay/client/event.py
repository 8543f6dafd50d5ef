"""What happens at a gateway, as records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from mock_alipay.client.affairs import NotificationRecord, PaymentRecord
from mock_alipay.client.records import CallRecord, ClockState, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened: ``kind`` is call, payment, notification, clock, reset, or missed."""

    KINDS: ClassVar[Mapping[str, type[Record]]] = {
        "call": CallRecord,
        "payment": PaymentRecord,
        "notification": NotificationRecord,
        "clock": ClockState,
    }
    """Kinds whose ``record`` is one; that of the others is the event's JSON."""

    id: str
    """What ``Mock.events(after=…)`` goes on from."""
    kind: str
    record: Any
