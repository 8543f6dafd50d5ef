"""The gateway's notion of now: the machine's time, moved by hand for one client id or for all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Protocol

GATEWAY_ZONE = timezone(timedelta(hours=8))
"""The offset of the documented sample replies (PAGE: ``2023-04-06T03:28:49+08:00``)."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""A clock cannot be moved beyond these: every sum of times that the gateway makes stays within the calendar."""

MOST_CLOCKS = 10_000
"""Client ids that may have a clock of their own."""


class Clock(Protocol):
    """Tells the time; everything that needs it is handed one."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class StoppedClock:
    """A clock that stands at one moment until it is moved, for tests."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """How a clock stands to the machine's time: ahead by so much, or frozen at a moment."""

    ahead: timedelta = timedelta()
    frozen: datetime | None = None

    def read(self, real: datetime) -> datetime:
        """The time that the clock shows when the machine's is ``real``."""
        return self.frozen or real + self.ahead


class Clocks:
    """One clock for all client ids, and one of its own for each that moves it.

    A client's own clock starts from where that of all stands, and no longer follows it.
    """

    def __init__(self, real: Clock) -> None:
        self.real = real
        self._all = ClockOffset()
        self._own: dict[str, ClockOffset] = {}
        self.moves = 0
        """How many times a clock has been moved."""

    def now(self, client_id: str | None = None) -> datetime:
        """The time of a client id, or of those that have no clock of their own."""
        return self.read(self.real.now(), client_id)

    def read(self, real: datetime, client_id: str | None = None) -> datetime:
        """The same when the machine's time is ``real``."""
        return self.offset(client_id).read(real)

    def offset(self, client_id: str | None = None) -> ClockOffset:
        """How the clock of a client id stands, or that of all."""
        return self._own.get(client_id, self._all) if client_id is not None else self._all

    def has_own(self, client_id: str) -> bool:
        """Whether a client id has moved its clock."""
        return client_id in self._own

    def advance(self, by: timedelta, client_id: str | None = None) -> None:
        """Move forward; a frozen clock stays frozen. ValueError beyond LATEST."""
        offset = self.offset(client_id)
        most = LATEST - offset.read(self.real.now())
        if by > most:
            raise ValueError(f"too long, at most {most.days}d: {_BOUNDS}")
        try:
            moved = ClockOffset(offset.ahead + by) if offset.frozen is None else ClockOffset(frozen=offset.frozen + by)
            self._set(moved, client_id)
        except OverflowError:
            raise ValueError(_BOUNDS) from None

    def freeze(self, at: datetime | None = None, client_id: str | None = None) -> None:
        """Stop at a moment, or where the clock stands. ValueError before EARLIEST or beyond LATEST."""
        try:
            moment = (at or self.now(client_id)).astimezone(UTC)
        except OverflowError:
            raise ValueError(_BOUNDS) from None
        self._set(ClockOffset(frozen=moment), client_id)

    def run(self, client_id: str | None = None) -> None:
        """Go on from where the clock stands."""
        real = self.real.now()
        self._set(ClockOffset(self.read(real, client_id) - real), client_id)

    def forget(self, client_id: str | None = None) -> None:
        """Back to the clock of all; without a client id, back to the machine's time for everyone."""
        self.moves += 1
        if client_id is None:
            self._all = ClockOffset()
            self._own.clear()
        else:
            self._own.pop(client_id, None)

    def _set(self, offset: ClockOffset, client_id: str | None) -> None:
        if not EARLIEST <= offset.read(self.real.now()) <= LATEST:
            raise ValueError(_BOUNDS)
        self.moves += 1
        if client_id is None:
            self._all = offset
        elif client_id in self._own or len(self._own) < MOST_CLOCKS:
            self._own[client_id] = offset
        else:
            raise ValueError(f"{MOST_CLOCKS} client ids have clocks of their own; reset some of them")


_BOUNDS = f"the clock can be set from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}"


def wire_time(moment: datetime, zone: timezone = GATEWAY_ZONE) -> str:
    """ISO 8601 with offset, to the second, as reply headers and bodies carry it."""
    return _second(math.floor(moment.timestamp()), zone)


@lru_cache(maxsize=256)
def _second(timestamp: int, zone: timezone) -> str:
    # Every call of a second says the same, several times over.
    text = datetime.fromtimestamp(timestamp, zone).isoformat()
    return text[:-6] + "Z" if zone is UTC else text
