"""What the admin API answers, as records: the wire's names in snake_case."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from mock_alipay.clock import durations
from mock_alipay.errors import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Made from JSON by the names of its fields; what the JSON has beside them is left out."""

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """The record of a JSON object."""
        return cls(**{name: found.get(camel(name)) for name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord(Record):
    """A call that reached the gateway, and what became of it.

    ``request`` and ``reply`` are the bodies, parsed; None in an event, which leaves them out.
    """

    id: str
    time: datetime
    """When it came, by its client's clock."""
    family: str | None = None
    endpoint: str | None
    """Its name within the family."""
    client_id: str
    payment_request_id: str | None = None
    result_code: str | None
    result_status: str | None
    result_message: str
    http_status: int | None
    """None when a scenario's fault kept the reply from the client."""
    scenario: str | None
    reason: str | None
    """Why it played in that scenario."""
    fault: str | None
    """What the scenario did to the reply on its way out."""
    explanation: str | None
    signature: Mapping[str, Any]
    """``verdict`` and ``explanation``."""
    faults: tuple[Fault, ...]
    """What was wrong with the request."""
    unknown_fields: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """What was accepted, but is worth knowing: required fields that are absent, unknown methods."""
    timing: Mapping[str, Any]
    request: Any
    reply: Any

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """The record of a JSON object."""
        plain = super(CallRecord, cls).of(found)
        return dataclasses.replace(
            plain,
            time=datetime.fromisoformat(found["time"]),
            faults=tuple(Fault(fault["path"], fault["expected"], fault["found"]) for fault in found["faults"]),
            unknown_fields=tuple(found["unknownFields"]),
            notes=tuple(found.get("notes", ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRecord(Record):
    """A scenario that the gateway knows."""

    name: str
    description: str
    endpoints: list[str]
    calls: list[str]
    """The endpoints whose calls it changes, and that count when it is set for some calls; ``*`` for all."""
    buyer: list[str]
    """What its buyer does, in order."""
    notifications: list[str]
    """The notifications that it changes."""
    match: list[str]
    file: str | None
    """None when it was loaded at run time."""
    client_id: str | None
    """For whom alone it was loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState(Record):
    """How a clock stands."""

    client_id: str | None
    now: datetime
    frozen: bool
    ahead: timedelta
    """Before the machine's time by so much."""
    own: bool
    """Whether the client id has a clock of its own."""
    notifications_under_way: int
    """How many the shop has not answered; a move waits for them for 20 seconds."""

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """The record of a JSON object."""
        ahead: str = found["ahead"]
        length = durations.parse(ahead.removeprefix("-"))
        return dataclasses.replace(
            super(ClockState, cls).of(found),
            now=datetime.fromisoformat(found["now"]),
            ahead=-length if ahead.startswith("-") else length,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecord(Record):
    """A payment as the gateway sees it; ``request`` is None in an event, which leaves it out."""

    payment_request_id: str
    client_id: str
    state: str
    """OPEN, EXPIRED, PROCESSING, PENDING, AUTHORIZED, SUCCESS, FAIL or CANCELLED."""
    scenario: str
    """The scenario that it began in."""
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
    """A notification with its latest 20 attempts; ``request`` (its body) is None in an event, which leaves it out."""

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
    attempt_count: int
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


def camel(name: str) -> str:
    """``client_id`` as the wire writes it: ``clientId``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
