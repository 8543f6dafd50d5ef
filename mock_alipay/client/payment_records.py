"""Payments and notifications as records."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from mock_alipay.client.names import (
    BuyerAction,
    NotificationName,
    NotificationStatus,
    PaymentState,
    PaymentStatus,
    SessionStatus,
    TransactionStatus,
    TransactionType,
)
from mock_alipay.client.records import Record, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRecord(Record):
    """A capture or refund of a payment.

    type: CAPTURE or REFUND
    request_id: the captureRequestId or refundRequestId
    id: the captureId or refundId
    amount: ``currency`` and ``value``, the value in minor units as a string
    status: SUCCESS, PROCESSING or FAIL
    result_code: None while the status is PROCESSING
    time: when it ended; None while the status is PROCESSING
    """

    type: TransactionType
    request_id: str
    id: str
    amount: Mapping[str, str]
    status: TransactionStatus
    result_code: str | None
    time: datetime | None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """The record of a JSON object."""
        return dataclasses.replace(super(TransactionRecord, cls).of(data), time=moment(data["time"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecord(Record):
    """A payment, or a payment session that no buyer has acted on yet.

    state: OPEN, EXPIRED, PROCESSING, PENDING, AUTHORIZED, SUCCESS, FAIL or CANCELLED
    scenario: the scenario of the call that created it
    session_status: OPEN, EXPIRED, or CLOSED once the buyer has acted; None for a payment that pay created
    payment_amount: ``currency`` and ``value``, as in the request
    payment_id, payment_status, payment_result_code, payment_create_time: None until the buyer acts
    payment_time, cancel_time: None until it is paid or cancelled
    transactions: its captures and refunds, oldest first
    buyer: the remaining actions of its scripted buyer, each with ``action`` and ``after``
    next: when it changes next without a call, by the clock of its client id; None when it does not
    request: the parsed body of the call that created it
    history: what the buyer has done, the latest eight acts, each with ``action``, ``resultCode`` and ``time``
    possible: the actions of the buyer that are possible now
    checkout_url: the address of its cashier page, a path of the gateway unless a public URL is set

    The last four are None in an event, which leaves them out.
    """

    payment_request_id: str
    client_id: str
    state: PaymentState
    scenario: str
    session_status: SessionStatus | None
    payment_session_id: str | None
    payment_session_expiry_time: datetime | None
    created: datetime
    payment_amount: Any
    payment_method_type: str
    payment_id: str | None
    payment_status: PaymentStatus | None
    payment_result_code: str | None
    payment_create_time: datetime | None
    payment_time: datetime | None
    cancel_time: datetime | None
    transactions: tuple[TransactionRecord, ...]
    buyer: list[Mapping[str, Any]]
    next: datetime | None
    request: Any
    history: list[Mapping[str, Any]] | None
    possible: list[BuyerAction] | None
    checkout_url: str | None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """The record of a JSON object."""
        return dataclasses.replace(
            super(PaymentRecord, cls).of(data),
            created=datetime.fromisoformat(data["created"]),
            payment_session_expiry_time=moment(data["paymentSessionExpiryTime"]),
            payment_create_time=moment(data["paymentCreateTime"]),
            payment_time=moment(data["paymentTime"]),
            cancel_time=moment(data["cancelTime"]),
            transactions=tuple(TransactionRecord.of(transaction) for transaction in data["transactions"]),
            next=moment(data["next"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord(Record):
    """One attempt to deliver a notification, with the merchant's response.

    time: when it was sent, by the clock of its client id
    request_headers: those that were sent, the signature included
    http_status: None without a response
    answer: the body of the response; empty without one
    accepted: whether the response is an acknowledgement
    why: why it is not; None for an acknowledgement
    by_hand: whether it was a manual resend
    took_ms: milliseconds until the response
    """

    time: datetime
    request_headers: Mapping[str, str]
    http_status: int | None
    answer: str
    accepted: bool
    why: str | None
    by_hand: bool
    took_ms: float

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """The record of a JSON object."""
        return dataclasses.replace(super(AttemptRecord, cls).of(data), time=datetime.fromisoformat(data["time"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRecord(Record):
    """A notification with its latest 20 attempts.

    id: decimal digits, increasing from notification to notification
    notification: notifyPayment, notifyCapture or notifyRefund
    url: where it is sent; None when there is no URL for it
    status: PENDING, ACCEPTED, GIVEN_UP (after the retry schedule's last attempt), DROPPED or REFUSED (never sent)
    problem: why it is never sent; None when it is
    scenario: None when it was sent with ``Mock.notifications.send``
    fault: the fault that the scenario injects, such as ``bad-signature``
    waits_for: the notification that must be delivered first
    next_attempt: when it is due next; None when it is not scheduled
    attempt_count: all its attempts, also those that ``attempts`` leaves out
    request: its parsed body; None in an event, which leaves it out
    signed: the text that the latest attempt's signature must match; None in lists and events
    """

    id: str
    notification: NotificationName
    client_id: str
    payment_request_id: str | None
    created: datetime
    url: str | None
    status: NotificationStatus
    problem: str | None
    scenario: str | None
    fault: str | None
    waits_for: str | None
    next_attempt: datetime | None
    attempt_count: int
    attempts: tuple[AttemptRecord, ...]
    request: Any
    signed: str | None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """The record of a JSON object."""
        return dataclasses.replace(
            super(NotificationRecord, cls).of(data),
            created=datetime.fromisoformat(data["created"]),
            next_attempt=moment(data["nextAttempt"]),
            attempts=tuple(AttemptRecord.of(attempt) for attempt in data["attempts"]),
        )
