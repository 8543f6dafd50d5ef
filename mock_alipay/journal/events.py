"""The event bus: events are passed to listeners at once, and recent ones are kept for listeners that reconnect."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

logger = logging.getLogger("mock_alipay")

EventKind = str
"""``call``, ``notification``, ``clock``, ``reset``, or the noun of a family, such as ``payment``.

The subjects are, in this order: a CallRecord, a Notification, JSON, JSON, an aggregate.
"""

MAX_EVENTS = 1_000
MAX_BYTES = 8 * 1024 * 1024


class Event(NamedTuple):
    """An event; a tuple because each call creates two, and tuples are cheap to create."""

    number: int
    """Increases by one from 1."""
    kind: EventKind
    client_id: str | None
    """The client id concerned; None for all."""
    subject: Any
    size: int
    """Approximate memory of the subject in bytes."""


Listener = Callable[[Event], None]


class Backlog:
    """The latest events, oldest first; when a limit is reached, the oldest are evicted, but never the latest."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._size = 0
        self.evicted = 0
        """How many events were evicted."""
        self.last_evicted = 0
        """The number of the last of them."""

    def append(self, event: Event) -> None:
        """Add an event."""
        events = self._events
        events.append(event)
        self._size += event.size
        while len(events) > MAX_EVENTS or (self._size > MAX_BYTES and len(events) > 1):
            oldest = events.popleft()
            self._size -= oldest.size
            self.evicted += 1
            self.last_evicted = oldest.number

    def forget(self, client_id: str | None = None) -> None:
        """Delete the events of one client id or of all."""
        kept = [event for event in self._events if client_id not in (None, event.client_id)]
        self._events, self._size = deque(kept), sum(event.size for event in kept)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)


class Events:
    """Publishes events to listeners and keeps the latest ones.

    ``run`` identifies this process: event ids are ``run.number``.
    """

    def __init__(self, run: str, always: Iterable[Listener] = ()) -> None:
        """``always`` are permanent listeners; they are called before the others."""
        self._run = run
        self._number = 0
        self._recent = Backlog()
        self._listeners = tuple(always)
        self._permanent = len(self._listeners)

    def publish(self, kind: EventKind, client_id: str | None, subject: Any, size: int = 0) -> None:
        """Call every listener in this thread."""
        self._number += 1
        event = Event(self._number, kind, client_id, subject, size)
        self._recent.append(event)
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:
                # A failing listener must not keep the call from its reply.
                logger.exception("internal error in a listener of event %d", event.number)

    @contextmanager
    def subscribed(self, listener: Listener) -> Iterator[None]:
        """Call ``listener`` with every event within the block."""
        self._listeners += (listener,)
        try:
            yield
        finally:
            remaining = list(self._listeners)
            remaining.remove(listener)
            self._listeners = tuple(remaining)

    @property
    def listeners(self) -> int:
        """Number of listeners, without the permanent ones."""
        return len(self._listeners) - self._permanent

    @property
    def latest(self) -> str:
        """Id of the last event; ``run.0`` before the first."""
        return f"{self._run}.{self._number}"

    def id_of(self, event: Event) -> str:
        """The id by which a listener resumes after this event."""
        return f"{self._run}.{event.number}"

    def resuming(self, event_id: str) -> str:
        """The id from which a listener continues: ``event_id``, or ``run.0`` when another process issued it."""
        return event_id if event_id.rpartition(".")[0] == self._run else f"{self._run}.0"

    def since(self, event_id: str) -> tuple[int, list[Event]]:
        """The number of evicted events after ``event_id``, and the later events that are kept.

        An id that this process did not issue counts as older than all events.
        """
        run, _, number = event_id.rpartition(".")
        last = int(number) if run == self._run and number.isascii() and number.isdigit() and len(number) < 16 else 0
        if last > self._number:
            last = 0
        return max(self._recent.last_evicted - last, 0), [event for event in self._recent if event.number > last]

    def forget(self, client_id: str | None = None) -> None:
        """Delete the kept events of one client id or of all."""
        self._recent.forget(client_id)
