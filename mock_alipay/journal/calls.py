"""The journal's record of a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from mock_alipay.errors import Fault
from mock_alipay.journal.exchange import Call, Reply, Verdict

Readers = Mapping[str, Callable[[Any], str | None]]
"""Maps a filter's wire name to a function that reads the value from a record."""

_ENTRY_OVERHEAD = 2_000
"""Approximate bytes of an entry's objects, without its texts."""


class CallRecord(NamedTuple):
    """A call, its reply, and why the gateway replied so."""

    id: str
    time: datetime
    """When the call arrived, by the client id's clock; ``call.received`` is the machine's time."""
    call: Call
    reply: Reply
    client_id: str
    family: str | None
    endpoint: str | None
    """Name within the family."""
    id_field: str
    """The family's id field, such as ``paymentRequestId``."""
    request_id: str | None
    """The call's value of ``id_field``."""
    result_code: str | None
    """None if the reply is a plain HTTP error."""
    result_status: str | None
    message: str
    verdict: Verdict
    explanation: str | None
    """Why the signature is invalid, or another hint for the merchant's developer."""
    faults: tuple[Fault, ...]
    scenario: str | None
    reason: str | None
    took: float
    """Seconds from the call to its reply, without the scripted delay."""

    @property
    def number(self) -> int:
        """The id as a number; ids increase by one."""
        return int(self.id)

    @property
    def http_status(self) -> int | None:
        """The HTTP status that the client received; None if an injected fault suppressed the reply."""
        fault = self.reply.fault
        if fault is None or fault.kind not in ("reset", "empty", "garbage", "hang", "status"):
            return self.reply.status
        return fault.status or None

    @property
    def size(self) -> int:
        """Approximate memory of the entry in bytes."""
        call = self.call
        # The reply's headers may repeat text of the request line and headers.
        head = 2 * len(call.target) + sum(map(len, call.headers)) + 2 * sum(map(len, call.headers.values()))
        return head + len(call.body) + len(self.reply.body) + 300 * len(self.faults) + _ENTRY_OVERHEAD


FILTERS: Readers = {
    "clientId": lambda entry: entry.client_id,
    "family": lambda entry: entry.family,
    "endpoint": lambda entry: entry.endpoint,
    "resultCode": lambda entry: entry.result_code,
    "scenario": lambda entry: entry.scenario,
}
"""Filters for calls by wire name, in addition to the ``id_field`` of the call's family."""


def wanted(filters: Mapping[str, str]) -> Callable[[CallRecord], bool]:
    """A predicate that is true for calls that match all ``filters``."""
    return fitting(FILTERS, filters)


def found_by(readers: Readers, name: str, record: Any) -> str | None:
    """The record's value for a filter; ``name`` is a key of ``readers`` or the ``id_field`` of the record's family."""
    if name in readers:
        return readers[name](record)
    return record.request_id if record.id_field == name else None


def fitting(readers: Readers, filters: Mapping[str, str]) -> Callable[[Any], bool]:
    """A predicate that is true for records that match all ``filters``."""
    return lambda record: all(found_by(readers, name, record) == value for name, value in filters.items())
