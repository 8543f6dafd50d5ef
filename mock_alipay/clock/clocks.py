"""The gateway's notion of now: the machine's time, moved by hand for one client id or for all."""

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
"""A clock cannot be moved beyond these: every sum of times that the gateway makes stays within the calendar."""


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

    def reaches(self, moment: datetime, real: Clock) -> datetime | None:
        """When the machine's clock shows that this one has come to a moment; None while it is frozen before it."""
        if self.frozen is None:
            return moment - self.ahead
        # What a frozen clock has passed is past, and comes in the order of its moments.
        return real.now() - (self.frozen - moment) if moment <= self.frozen else None


_AS_THE_MACHINE = ClockOffset()


class Offsets(Protocol):
    """Where offsets are kept: by client id, and under None that of all."""

    most: int
    """Clocks that may have been moved."""

    async def change(self, client_id: str | None, change: Callable[[ClockOffset | None], ClockOffset]) -> bool:
        """Change one of them; False when there are too many."""

    async def snapshot(self) -> Mapping[str | None, ClockOffset]:
        """All of them."""

    async def forget(self, client_id: str | None = None) -> None:
        """Let go of one or all."""


class Clocks:
    """One clock for all client ids, and one of its own for each that moves it.

    A client's own clock starts from where that of all stands, and no longer follows it.
    """

    def __init__(self, real: Clock, offsets: Offsets) -> None:
        self.real = real
        self._offsets = offsets

    async def now(self, client_id: str | None = None) -> datetime:
        """The time of a client id, or of those that have no clock of their own."""
        return (await self.offset(client_id)).read(self.real.now())

    async def read(self, real: datetime, client_id: str | None = None) -> datetime:
        """The same when the machine's time is ``real``."""
        moved = await self._offsets.snapshot()
        return _own(moved, client_id).read(real) if moved else real

    async def offset(self, client_id: str | None = None) -> ClockOffset:
        """How the clock of a client id stands, or that of all."""
        return _own(await self._offsets.snapshot(), client_id)

    async def offsets(self) -> Callable[[str], ClockOffset]:
        """The same for all client ids at once."""
        return partial(_own, await self._offsets.snapshot())

    async def has_own(self, client_id: str) -> bool:
        """Whether a client id has moved its clock."""
        return client_id in await self._offsets.snapshot()

    async def advance(self, by: timedelta, client_id: str | None = None) -> None:
        """Move forward; a frozen clock stays frozen. ValueError beyond LATEST."""

        def moved(offset: ClockOffset, real: datetime) -> ClockOffset:
            most = LATEST - offset.read(real)
            if by > most:
                raise ValueError(f"too long, at most {most.days}d: {_BOUNDS}")
            if offset.frozen is None:
                return ClockOffset(offset.ahead + by)
            return ClockOffset(frozen=offset.frozen + by)

        await self._move(client_id, moved)

    async def freeze(self, at: datetime | None = None, client_id: str | None = None) -> None:
        """Stop at a moment, or where the clock stands. ValueError before EARLIEST or beyond LATEST."""
        await self._move(client_id, lambda offset, real: ClockOffset(frozen=(at or offset.read(real)).astimezone(UTC)))

    async def run(self, client_id: str | None = None) -> None:
        """Go on from where the clock stands."""
        await self._move(client_id, lambda offset, real: ClockOffset(offset.read(real) - real))

    async def forget(self, client_id: str | None = None) -> None:
        """Back to the clock of all; without a client id, back to the machine's time for everyone."""
        await self._offsets.forget(client_id)

    async def _move(self, client_id: str | None, move: Callable[[ClockOffset, datetime], ClockOffset]) -> None:
        usual, real = await self.offset(), self.real.now()

        def changed(before: ClockOffset | None) -> ClockOffset:
            try:
                after = move(before or usual, real)
            except OverflowError:
                raise ValueError(_BOUNDS) from None
            if not EARLIEST <= after.read(real) <= LATEST:
                raise ValueError(_BOUNDS)
            return after

        if not await self._offsets.change(client_id, changed):
            raise ValueError(f"{self._offsets.most} client ids have clocks of their own; reset some of them")


_BOUNDS = f"the clock can be set from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}"


def _own(moved: Mapping[str | None, ClockOffset], client_id: str | None) -> ClockOffset:
    return moved.get(client_id) or moved.get(None, _AS_THE_MACHINE)


def wire_time(moment: datetime, zone: timezone = GATEWAY_ZONE) -> str:
    """ISO 8601 with offset, to the second, as reply headers and bodies carry it."""
    return _second(math.floor(moment.timestamp()), zone)


@lru_cache(maxsize=256)
def _second(timestamp: int, zone: timezone) -> str:
    # Every call of a second says the same, several times over.
    text = datetime.fromtimestamp(timestamp, zone).isoformat()
    return text[:-6] + "Z" if zone is UTC else text
