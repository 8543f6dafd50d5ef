"""What the journal notes of every exchange."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from mock_alipay.errors import Fault
from mock_alipay.journal.exchange import Call, Reply, Verdict

Readers = Mapping[str, Callable[[Any], str | None]]
"""How a kind of record is read, by the wire's name of what is read."""

_ENTRY_OVERHEAD = 2_000
"""About what an entry's own objects take, in bytes, beside the texts."""


class CallRecord(NamedTuple):
    """One exchange: a call, its reply, and how the one came from the other."""

    id: str
    time: datetime
    """When the call came, by its client's clock; ``call.received`` is the machine's time."""
    call: Call
    reply: Reply
    client_id: str
    family: str | None
    endpoint: str | None
    """Its name within the family."""
    id_field: str
    """The family's field for its own ids, such as ``paymentRequestId``; and what the call has there."""
    request_id: str | None
    result_code: str | None
    """None when the reply is a plain HTTP error."""
    result_status: str | None
    message: str
    verdict: Verdict
    explanation: str | None
    """Why the signature does not fit, or what else is worth saying to the merchant's engineer."""
    faults: tuple[Fault, ...]
    scenario: str | None
    reason: str | None
    took: float
    """Seconds from the call to its reply, the scripted delay not counted."""

    @property
    def number(self) -> int:
        """Ids count up; this is the count."""
        return int(self.id)

    @property
    def http_status(self) -> int | None:
        """What the client saw; None when a fault kept the reply from it."""
        fault = self.reply.fault
        if fault is None or fault.kind not in ("reset", "empty", "garbage", "hang", "status"):
            return self.reply.status
        return fault.status or None

    @property
    def size(self) -> int:
        """Bytes that the entry holds, roughly."""
        call = self.call
        # What stands in the head may stand in the reply's head too.
        head = 2 * len(call.target) + sum(map(len, call.headers)) + 2 * sum(map(len, call.headers.values()))
        return head + len(call.body) + len(self.reply.body) + 300 * len(self.faults) + _ENTRY_OVERHEAD


FILTERS: Readers = {
    "clientId": lambda entry: entry.client_id,
    "family": lambda entry: entry.family,
    "endpoint": lambda entry: entry.endpoint,
    "resultCode": lambda entry: entry.result_code,
    "scenario": lambda entry: entry.scenario,
}
"""What an exchange can be looked up by, in the wire's words, beside the ``id_field`` of its family."""


def wanted(filters: Mapping[str, str]) -> Callable[[CallRecord], bool]:
    """A predicate on exchanges: all ``filters`` must fit."""
    return fitting(FILTERS, filters)


def found_by(readers: Readers, name: str, record: Any) -> str | None:
    """What a record has where a filter looks: under a name of ``readers``, or in the ``id_field`` of its family."""
    if name in readers:
        return readers[name](record)
    return record.request_id if record.id_field == name else None


def fitting(readers: Readers, filters: Mapping[str, str]) -> Callable[[Any], bool]:
    """A predicate on records: all ``filters`` must fit."""
    return lambda record: all(found_by(readers, name, record) == value for name, value in filters.items())
