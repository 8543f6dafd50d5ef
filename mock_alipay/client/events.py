"""A gateway's events as an iterator."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, islice
from types import TracebackType
from typing import Any, ClassVar, Self

from mock_alipay.client.records import CallRecord, ClockState, NotificationRecord, PaymentRecord, Record
from mock_alipay.client.transport import Transport
from mock_alipay.errors import Unreachable


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


class EventStream(Iterator[Event]):
    """What happens from the moment that it is made, without end; close it, or use it in a ``with`` block.

    Iterating waits for what comes, however long that takes or, with a ``timeout``, so many seconds, at least one: then
    it is a TimeoutError, and the stream is closed. Unreachable when the gateway goes.
    """

    def __init__(
        self, transport: Transport, query: Mapping[str, Any], after: str | None, timeout: float | None = None
    ) -> None:
        self.last_id = after
        """The id of the latest event that was read, or happened before: what ``Mock.events(after=…)`` goes on from."""
        self._closed = False
        self._timeout = timeout
        self._open = ExitStack()
        found = self._open.enter_context(transport.listen(query, after, timeout))
        # The first thing told is an id alone, that of the latest event there was.
        opening = list(islice(found, 1))
        self._found = chain((one for one in opening if one[2] is not None), found)
        self.last_id = next((one[0] for one in opening if one[2] is None), "") or after

    def __next__(self) -> Event:
        if self._is_closed():
            raise StopIteration
        until = math.inf if self._timeout is None else time.monotonic() + self._timeout
        try:
            event = self._next(until)
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
        """Whether it is, perhaps since a moment ago and by another thread."""
        return self._closed

    def _next(self, until: float) -> Event | None:
        """The next event; None when there are no more, TimeoutError when none has come by then."""
        for event_id, name, data in self._found:
            self.last_id = event_id or self.last_id
            if data is not None:
                record = Event.KINDS.get(name)
                return Event(id=event_id, kind=name, record=record.of(data) if record else data)
            # A gateway that has nothing to tell says so now and then.
            if time.monotonic() >= until:
                raise TimeoutError
        return None

    def close(self) -> None:
        """Stop listening."""
        self._closed = True
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
