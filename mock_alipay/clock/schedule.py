"""What will happen by itself, each thing at a moment of its client's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from mock_alipay.clock.clocks import Clocks

_TICK = 0.05
"""Seconds between two looks at what is due, at least: many moments close to each other are one look."""

_NEVER = datetime.max.replace(tzinfo=UTC)


Key = tuple[str, ...]
"""A client id, and what else tells apart what is due for it."""


class DueTimes(Protocol):
    """Where moments are kept: by the client's clock, and by the machine's, which is None for never."""

    async def put(self, key: Key, due: datetime, moment: datetime | None) -> None:
        """Note a moment, in place of the one that was noted before."""

    async def take(self, now: datetime) -> list[Key]:
        """Take off all that the machine's clock has come to, the earliest first."""

    async def first(self) -> datetime | None:
        """The earliest by the machine's clock."""

    async def move(self, client_id: str | None, moment_of: Callable[[str, datetime], datetime | None]) -> None:
        """Work out the moments of one client id or all anew."""

    async def drop(self, key: Key) -> None:
        """Take off one."""

    async def forget(self, client_id: str | None = None) -> int:
        """Take off those of one client id or all."""

    async def held(self) -> int:
        """How many there are."""


class Schedule:
    """The next moment at which something is due, for each aggregate or notification."""

    def __init__(self, due_times: DueTimes, clocks: Clocks) -> None:
        self.due_times = due_times
        self._clocks = clocks
        self._news: asyncio.Event | None = None
        """Set to end the wait under way; None while nobody waits."""
        self._until = _NEVER
        """When that wait ends by itself."""

    async def put(self, key: Key, due: datetime) -> None:
        """Note what is due next for a key by its client's clock, in place of what was noted before."""
        offset = await self._clocks.offset(key[0])
        moment = offset.reaches(due, self._clocks.real)
        await self.due_times.put(key, due, moment)
        if self._news is not None and moment is not None and moment < self._until:
            self._news.set()

    async def take_due(self) -> list[Key]:
        """The keys whose moment has come, the earliest first; they are taken off."""
        return await self.due_times.take(self._clocks.real.now())

    async def wait(self) -> None:
        """Return when something may be due, or when a clock has been moved."""
        self._news, self._until = asyncio.Event(), _NEVER
        try:
            first = await self.due_times.first()
            pause = None if first is None else max((first - self._clocks.real.now()).total_seconds(), _TICK)
            self._until = first or _NEVER
            # Not wait_for: until Python 3.12 it may keep a cancellation to itself.
            async with asyncio.timeout(pause):
                await self._news.wait()
            # Others may be noted in the same breath.
            await asyncio.sleep(_TICK)
        except TimeoutError:
            pass
        finally:
            self._news = None

    async def clocks_moved(self, client_id: str | None = None) -> None:
        """Work out anew what is due by the clock of a client id, or by that of all, and look at it."""
        offset_of, real = await self._clocks.offsets(), self._clocks.real
        await self.due_times.move(client_id, lambda whose, due: offset_of(whose).reaches(due, real))
        if self._news is not None:
            self._news.set()
