"""Payments and notifications as the admin API tells them, as records."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from mock_alipay.client.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecord(Record):
    """A payment as the gateway sees it; ``request`` is None in an event, which leaves it out."""

    payment_request_id: str
    client_id: str
    state: str
    """OPEN, EXPIRED, PROCESSING, PENDING, AUTHORIZED, SUCCESS, FAIL or CANCELLED."""
    scenario: str
    """The story that it began in."""
    session_status: str | None
    """OPEN, EXPIRED, or CLOSED once the buyer has acted; None for a payment that began with pay."""
    payment_session_id: str | None
    payment_session_expiry_time: datetime | None
    created: datetime
    payment_amount: Any
    payment_method_type: str
    payment_id: str | None
    """None until the buyer acts."""
    payment_status: str | None
    payment_result_code: str | None
    payment_create_time: datetime | None
    payment_time: datetime | None
    cancel_time: datetime | None
    transactions: list[Mapping[str, Any]]
    """Captures and refunds."""
    buyer: list[Mapping[str, Any]]
    """What the scripted buyer is still to do."""
    next: datetime | None
    """When something happens next by itself."""
    request: Any

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """The record of a JSON object."""
        return dataclasses.replace(
            super(PaymentRecord, cls).of(found),
            created=datetime.fromisoformat(found["created"]),
            payment_session_expiry_time=_moment(found["paymentSessionExpiryTime"]),
            payment_create_time=_moment(found["paymentCreateTime"]),
            payment_time=_moment(found["paymentTime"]),
            cancel_time=_moment(found["cancelTime"]),
            next=_moment(found["next"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord(Record):
    """One delivery of a notification, and what came of it."""

    time: datetime
    request_headers: Mapping[str, str]
    """Those that went out, the signature's among them."""
    http_status: int | None
    """None when no answer came."""
    answer: str
    accepted: bool
    why: str | None
    """Why it was not accepted."""
    by_hand: bool
    took_ms: float

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """The record of a JSON object."""
        return dataclasses.replace(super(AttemptRecord, cls).of(found), time=datetime.fromisoformat(found["time"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRecord(Record):
    """A notification with every attempt; ``request`` (its body) is None in an event, which leaves it out."""

    id: str
    notification: str
    """notifyPayment, notifyCapture or notifyRefund."""
    client_id: str
    payment_request_id: str | None
    created: datetime
    url: str | None
    status: str
    """PENDING, ACCEPTED, GIVEN_UP, DROPPED or REFUSED."""
    problem: str | None
    """Why it is not sent at all."""
    scenario: str | None
    """None when it was sent by hand."""
    fault: str | None
    waits_for: str | None
    next_attempt: datetime | None
    attempts: tuple[AttemptRecord, ...]
    request: Any
    signed: str | None
    """The text that the latest attempt's signature must fit, where one notification was asked for."""

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """The record of a JSON object."""
        return dataclasses.replace(
            super(NotificationRecord, cls).of(found),
            created=datetime.fromisoformat(found["created"]),
            next_attempt=_moment(found["nextAttempt"]),
            attempts=tuple(AttemptRecord.of(attempt) for attempt in found["attempts"]),
        )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
