"""The gateway's clocks: the machine's time, which tests can move for one client id or for all."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache, partial
from typing import Protocol

GATEWAY_ZONE = timezone(timedelta(hours=8))
"""The offset of the documented sample replies (PAGE: ``2023-04-06T03:28:49+08:00``)."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""Limits for moving a clock. Within them, every time that the gateway computes stays within Python's calendar."""


class Clock(Protocol):
    """A source of the current time. It is passed to everything that needs the time."""

    def now(self) -> datetime:
        """The current time: timezone-aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class StoppedClock:
    """A clock that shows one fixed time until ``moment`` is set, for tests."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """The difference between a clock and the machine's: ``ahead`` of it, or frozen at one time."""

    ahead: timedelta = timedelta()
    frozen: datetime | None = None

    def read(self, real: datetime) -> datetime:
        """The time that the clock shows when the machine's time is ``real``."""
        return self.frozen or real + self.ahead

    def reaches(self, moment: datetime, real: Clock) -> datetime | None:
        """The machine's time when this clock reaches ``moment``; None while it is frozen before ``moment``."""
        if self.frozen is None:
            return moment - self.ahead
        # A frozen clock has already passed these moments: they are due now, in their order.
        return real.now() - (self.frozen - moment) if moment <= self.frozen else None


_NO_OFFSET = ClockOffset()


class Offsets(Protocol):
    """Storage for offsets, by client id; None is the key of the clock for all client ids."""

    most: int
    """The largest number of moved clocks."""

    async def change(self, client_id: str | None, change: Callable[[ClockOffset | None], ClockOffset]) -> bool:
        """Change one offset; False when the storage is full."""

    def snapshot(self) -> Mapping[str | None, ClockOffset]:
        """All offsets."""

    async def forget(self, client_id: str | None = None) -> None:
        """Delete the offset of one client id, or all offsets."""


class Clocks:
    """One clock for all client ids, and a separate one for each client id that moves its clock.

    A client id's own clock starts at the time of the clock for all. After that it no longer follows it.
    """

    def __init__(self, real: Clock, offsets: Offsets) -> None:
        self.real = real
        self._offsets = offsets

    def now(self, client_id: str | None = None) -> datetime:
        """The current time for a client id; without one, for client ids that have no clock of their own."""
        return self.offset(client_id).read(self.real.now())

    def read(self, real: datetime, client_id: str | None = None) -> datetime:
        """The time for a client id when the machine's time is ``real``."""
        moved = self._offsets.snapshot()
        return _own(moved, client_id).read(real) if moved else real

    def offset(self, client_id: str | None = None) -> ClockOffset:
        """The offset of a client id's clock, or of the clock for all."""
        return _own(self._offsets.snapshot(), client_id)

    def offsets(self) -> Callable[[str], ClockOffset]:
        """A function that gives the offset of any client id, from one snapshot."""
        return partial(_own, self._offsets.snapshot())

    def has_own(self, client_id: str) -> bool:
        """Whether a client id has a clock of its own."""
        return client_id in self._offsets.snapshot()

    async def advance(self, by: timedelta, client_id: str | None = None) -> None:
        """Move a clock forward; a frozen clock stays frozen. ValueError beyond LATEST."""

        def moved(offset: ClockOffset, real: datetime) -> ClockOffset:
            longest = LATEST - offset.read(real)
            if by > longest:
                raise ValueError(f"too long, at most {longest.days}d: {_BOUNDS}")
            if offset.frozen is None:
                return ClockOffset(offset.ahead + by)
            return ClockOffset(frozen=offset.frozen + by)

        await self._move(client_id, moved)

    async def freeze(self, at: datetime | None = None, client_id: str | None = None) -> None:
        """Stop a clock at a given time or at its current time. ValueError before EARLIEST or beyond LATEST."""
        await self._move(client_id, lambda offset, real: ClockOffset(frozen=(at or offset.read(real)).astimezone(UTC)))

    async def run(self, client_id: str | None = None) -> None:
        """Let a frozen clock run again, from the time that it shows."""
        await self._move(client_id, lambda offset, real: ClockOffset(offset.read(real) - real))

    async def forget(self, client_id: str | None = None) -> None:
        """Return a client id to the clock for all; without a client id, return all clocks to the machine's time."""
        await self._offsets.forget(client_id)

    async def _move(self, client_id: str | None, move: Callable[[ClockOffset, datetime], ClockOffset]) -> None:
        shared, real = self.offset(), self.real.now()

        def changed(before: ClockOffset | None) -> ClockOffset:
            try:
                after = move(before or shared, real)
            except OverflowError:
                raise ValueError(_BOUNDS) from None
            if not EARLIEST <= after.read(real) <= LATEST:
                raise ValueError(_BOUNDS)
            return after

        if not await self._offsets.change(client_id, changed):
            raise ValueError(f"{self._offsets.most} client ids have clocks of their own; reset some of them")


_BOUNDS = f"the clock can be set from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}"


def _own(moved: Mapping[str | None, ClockOffset], client_id: str | None) -> ClockOffset:
    return moved.get(client_id) or moved.get(None, _NO_OFFSET)


def wire_time(moment: datetime, zone: timezone = GATEWAY_ZONE) -> str:
    """A time as reply headers and bodies carry it: ISO 8601 with offset, in whole seconds."""
    return _second(math.floor(moment.timestamp()), zone)


@lru_cache(maxsize=256)
def _second(timestamp: int, zone: timezone) -> str:
    # Cached: all calls within one second need the same text several times.
    text = datetime.fromtimestamp(timestamp, zone).isoformat()
    return text[:-6] + "Z" if zone is UTC else text
