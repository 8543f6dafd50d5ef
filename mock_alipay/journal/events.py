"""What happens, told at once to whoever listens, and kept for a while for those who come back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from mock_alipay.storage.bounded import Bounded

logger = logging.getLogger("mock_alipay")

EventKind = str
"""``call``, ``notification``, ``clock``, ``reset``, or the noun of a family, such as ``payment``.

Their subjects: a CallRecord, a Notification, JSON, JSON, an aggregate.
"""

MAX_EVENTS = 1_000
MAX_BYTES = 8 * 1024 * 1024


class Event(NamedTuple):
    """One thing that happened; a tuple, for two are made a call."""

    number: int
    """Events count up from 1."""
    kind: EventKind
    client_id: str | None
    """Whom it concerns; None for everyone."""
    subject: Any
    size: int
    """Bytes that the subject holds, roughly."""


Listener = Callable[[Event], None]


def backlog() -> Bounded[Event]:
    """Room for the latest events, by their numbers."""
    return Bounded(MAX_EVENTS, MAX_BYTES)


class Events:
    """The gateway's events, as they happen.

    ``run`` tells this process's events from those of an earlier one: event ids are ``run.number``.
    """

    def __init__(self, run: str, always: Iterable[Listener] = ()) -> None:
        """``always`` are told for good, before those who come and go."""
        self._run = run
        self._number = 0
        self._recent = backlog()
        self._lost = 0
        """The number of the last event that had to make room."""
        self._listeners = tuple(always)
        self._always = len(self._listeners)

    def publish(self, kind: EventKind, client_id: str | None, subject: Any, size: int = 0) -> None:
        """Tell everyone who listens, at once and in this thread."""
        self._number += 1
        event = Event(self._number, kind, client_id, subject, size)
        if gone := self._recent.put(self._number, event, size):
            self._lost = gone[-1].number
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:
                # A call is answered, whoever listens.
                logger.exception("event %d met a bug in mock-alipay where it was told", event.number)

    @contextmanager
    def subscribed(self, listener: Listener) -> Iterator[None]:
        """Have ``listener`` told of every event within the block."""
        self._listeners += (listener,)
        try:
            yield
        finally:
            left = list(self._listeners)
            left.remove(listener)
            self._listeners = tuple(left)

    @property
    def listeners(self) -> int:
        """How many listen, beside those who always do."""
        return len(self._listeners) - self._always

    @property
    def latest(self) -> str:
        """The id of the last event, or one before the first."""
        return f"{self._run}.{self._number}"

    def id_of(self, event: Event) -> str:
        """The id under which a listener remembers an event."""
        return f"{self._run}.{event.number}"

    def since(self, event_id: str) -> tuple[int, list[Event]]:
        """How many events after this one had to make room, and those that did not.

        Of an id that this process did not give, everything that is kept counts as after it.
        """
        run, _, number = event_id.rpartition(".")
        last = int(number) if run == self._run and number.isascii() and number.isdigit() and len(number) < 16 else 0
        if last > self._number:
            last = 0
        return max(self._lost - last, 0), [event for event in self._recent if event.number > last]

    def forget(self, client_id: str | None = None) -> None:
        """Keep no event of one client id or of all any longer."""
        self._recent.forget(client_id)
