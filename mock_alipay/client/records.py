"""What the admin API answers, as records: the wire's names in snake_case."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from mock_alipay import duration
from mock_alipay.terms import Fault


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
    endpoint: str | None
    client_id: str
    payment_request_id: str | None
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
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRecord(Record):
    """A scenario that the gateway knows."""

    name: str
    description: str
    endpoints: list[str]
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
        length = duration.parse(ahead.removeprefix("-"))
        return dataclasses.replace(
            super(ClockState, cls).of(found),
            now=datetime.fromisoformat(found["now"]),
            ahead=-length if ahead.startswith("-") else length,
        )


def camel(name: str) -> str:
    """``client_id`` as the wire writes it: ``clientId``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
