"""Replies of the admin API as records: the fields are its JSON keys in snake_case."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from mock_alipay.client.names import EndpointName, ResultStatus
from mock_alipay.clock import durations
from mock_alipay.errors import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The base class of the records. Unknown JSON keys are ignored; keys that are missing become None."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """The record of a JSON object."""
        return cls(**{name: data.get(camel(name)) for name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord(Record):
    """A merchant's call in the journal, with its reply.

    id: decimal digits, increasing from call to call
    time: when the request arrived, by the clock of its client id
    family: of the endpoint, such as ``payments``; None when the path is unknown
    endpoint: its name within the family, such as ``pay``; None when the path is unknown
    result_code, result_status, result_message: of the reply; None, None and empty without a result
    http_status: None when an injected fault kept the reply from the client
    scenario, reason: the scenario of the reply, and why it was selected; None when there was none
    fault: the fault that the scenario injected, such as ``truncate``
    explanation: details for people, such as why a signature is wrong
    signature: ``verdict`` and ``explanation``
    faults: the contract faults of the request
    unknown_fields: a sentence for each unknown field of the request
    notes: accepted oddities, such as required fields that are absent
    timing: ``received``, ``tookMs``, and ``delayMs`` (the scenario's delay)
    request, reply: the parsed bodies; None in an event, which leaves them out
    """

    id: str
    time: datetime
    family: str | None = None
    endpoint: EndpointName | None
    client_id: str
    payment_request_id: str | None = None
    result_code: str | None
    result_status: ResultStatus | None
    result_message: str
    http_status: int | None
    scenario: str | None
    reason: str | None
    fault: str | None
    explanation: str | None
    signature: Mapping[str, Any]
    faults: tuple[Fault, ...]
    unknown_fields: tuple[str, ...]
    notes: tuple[str, ...] = ()
    timing: Mapping[str, Any]
    request: Any
    reply: Any

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """The record of a JSON object."""
        return dataclasses.replace(
            super(CallRecord, cls).of(data),
            time=datetime.fromisoformat(data["time"]),
            faults=tuple(Fault(fault["path"], fault["expected"], fault["found"]) for fault in data["faults"]),
            unknown_fields=tuple(data["unknownFields"]),
            notes=tuple(data.get("notes", ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRecord(Record):
    """A loaded scenario.

    endpoints: the endpoints that have steps; ``*`` for all
    calls: the endpoints whose calls count when the scenario is set for a number of calls; ``*`` for all
    buyer: the actions of its buyer, in order
    notifications: the notifications that have steps
    match: the header or field that each of its conditions is about
    file: None when it was loaded at run time
    client_id: the only client id that it was loaded for; None for all
    """

    name: str
    description: str
    endpoints: list[str]
    calls: list[str]
    buyer: list[str]
    notifications: list[str]
    match: list[str]
    file: str | None
    client_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState(Record):
    """The state of a clock.

    client_id: whose clock it is; None for the clock of all client ids
    now: the time that it shows
    frozen: whether it stands still
    ahead: its difference from the machine's time; negative when it is behind
    own: whether the client id has a clock of its own, or follows that of all
    notifications_under_way: due notifications without a response; moving the clock waits up to 20 seconds for them
    """

    client_id: str | None
    now: datetime
    frozen: bool
    ahead: timedelta
    own: bool
    notifications_under_way: int

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """The record of a JSON object."""
        ahead: str = data["ahead"]
        length = durations.parse(ahead.removeprefix("-"))
        return dataclasses.replace(
            super(ClockState, cls).of(data),
            now=datetime.fromisoformat(data["now"]),
            ahead=-length if ahead.startswith("-") else length,
        )


def camel(name: str) -> str:
    """A field's JSON key: ``clientId`` for ``client_id``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def moment(text: str | None) -> datetime | None:
    """The datetime of ISO 8601 text; None for None."""
    return datetime.fromisoformat(text) if text else None
