"""``Mock.events``: a gateway's events as an iterator."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, islice
from types import TracebackType
from typing import Any, ClassVar, Literal, Self

from mock_alipay.client.names import EventKind
from mock_alipay.client.payment_records import NotificationRecord, PaymentRecord
from mock_alipay.client.records import CallRecord, ClockState, Record
from mock_alipay.client.transport import Transport
from mock_alipay.errors import Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in the gateway.

    id: for ``Mock.events(after=…)``, which continues after this event
    kind: call, payment, notification, clock, reset, or missed
    record: a CallRecord, PaymentRecord, NotificationRecord or ClockState; for the other kinds the event's JSON, such
        as ``{"missed": 3}``: so many events were not sent, because the reader was too slow
    data: the event's JSON
    """

    KINDS: ClassVar[Mapping[str, type[Record]]] = {
        "call": CallRecord,
        "payment": PaymentRecord,
        "notification": NotificationRecord,
        "clock": ClockState,
    }

    id: str
    kind: EventKind | Literal["missed"]
    record: Any
    data: Mapping[str, Any]

    @classmethod
    def of(cls, event_id: str, kind: Any, data: Mapping[str, Any]) -> Self:
        """The event as the gateway sends it."""
        record = cls.KINDS.get(kind)
        return cls(id=event_id, kind=kind, record=record.of(data) if record else data, data=data)


class EventStream(Iterator[Event]):
    """The events from the moment that the stream is made; ``Mock.events`` makes one.

    Close it, or use it in a ``with`` block. Iterating blocks until the next event. With a ``timeout`` it raises
    TimeoutError and closes the stream when no event comes for so many seconds (at least one). Unreachable when the
    gateway stops.
    """

    def __init__(
        self, transport: Transport, query: Mapping[str, Any], after: str | None, timeout: float | None = None
    ) -> None:
        self.last_id = after
        """The id of the latest event that was read, or that came before the stream: for ``Mock.events(after=…)``."""
        self._closed = False
        self._timeout = timeout
        self._exits = ExitStack()
        received = self._exits.enter_context(transport.listen(query, after, timeout))
        # The gateway begins with an id alone: that of its latest event.
        first = list(islice(received, 1))
        self._received = chain((event for event in first if event[2] is not None), received)
        self.last_id = next((event[0] for event in first if event[2] is None), "") or after

    def __next__(self) -> Event:
        if self._is_closed():
            raise StopIteration
        deadline = math.inf if self._timeout is None else time.monotonic() + self._timeout
        try:
            event = self._next(deadline)
        except TimeoutError:
            self.close()
            raise TimeoutError(f"no event came within {self._timeout:g} s") from None
        except Unreachable:
            if not self._is_closed():
                raise
            event = None
        if event is None:
            raise StopIteration
        return event

    def _is_closed(self) -> bool:
        """A method, so that type checkers know that another thread may have changed it meanwhile."""
        return self._closed

    def _next(self, deadline: float) -> Event | None:
        """The next event; None at the end of the stream, TimeoutError after the deadline."""
        for event_id, kind, data in self._received:
            self.last_id = event_id or self.last_id
            if data is not None:
                return Event.of(event_id, kind, data)
            # An id without data is a keep-alive.
            if time.monotonic() >= deadline:
                raise TimeoutError
        return None

    def close(self) -> None:
        """Stop listening; a thread that waits for the next event sees the end of the stream."""
        self._closed = True
        self._exits.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
