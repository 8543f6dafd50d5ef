"""The schedule of due times, each by the clock of its client id."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from mock_alipay.clock.clocks import Clocks

_TICK = 0.05
"""Minimum seconds between two checks of what is due, so that one check covers due times close to each other."""

_NEVER = datetime.max.replace(tzinfo=UTC)


Key = tuple[str, ...]
"""A client id, followed by parts that identify what is due for it."""


class DueTimes(Protocol):
    """Storage for due times: ``due`` by the client's clock, ``moment`` by the machine's, None for never."""

    async def put(self, key: Key, due: datetime, moment: datetime | None) -> None:
        """Store the due time of a key; it replaces an earlier one."""

    async def take(self, now: datetime) -> list[Key]:
        """Remove and return the keys that are due at ``now`` by the machine's clock, the earliest first."""

    async def first(self) -> datetime | None:
        """The earliest due time by the machine's clock."""

    async def move(self, client_id: str | None, moment_of: Callable[[str, datetime], datetime | None]) -> None:
        """Compute the machine's times of one client id or all again."""

    async def drop(self, key: Key) -> None:
        """Remove one key."""

    async def forget(self, client_id: str | None = None) -> int:
        """Remove the keys of one client id or all; returns their number."""

    async def held(self) -> int:
        """The number of keys."""


class Schedule:
    """The next due time of each aggregate and each notification."""

    def __init__(self, due_times: DueTimes, clocks: Clocks) -> None:
        self.due_times = due_times
        self._clocks = clocks
        self._news: asyncio.Event | None = None
        """Set to end the current wait; None while nothing waits."""
        self._until = _NEVER
        """When the current wait ends by itself."""

    async def put(self, key: Key, due: datetime) -> None:
        """Set the next due time of a key, by its client's clock; it replaces an earlier one."""
        offset = self._clocks.offset(key[0])
        moment = offset.reaches(due, self._clocks.real)
        await self.due_times.put(key, due, moment)
        if self._news is not None and moment is not None and moment < self._until:
            self._news.set()

    async def take_due(self) -> list[Key]:
        """Remove and return the keys that are due, the earliest first."""
        return await self.due_times.take(self._clocks.real.now())

    async def wait(self) -> None:
        """Wait until something may be due, or until a clock is moved."""
        self._news, self._until = asyncio.Event(), _NEVER
        try:
            first = await self.due_times.first()
            pause = None if first is None else max((first - self._clocks.real.now()).total_seconds(), _TICK)
            self._until = first or _NEVER
            # Not wait_for: before Python 3.12 it may swallow a cancellation.
            async with asyncio.timeout(pause):
                await self._news.wait()
            # More keys may be put right after this one: one check then covers them all.
            await asyncio.sleep(_TICK)
        except TimeoutError:
            pass
        finally:
            self._news = None

    async def clocks_moved(self, client_id: str | None = None) -> None:
        """Compute due times again after the clock of a client id, or the clock for all, was moved; end the wait."""
        offset_of, real = self._clocks.offsets(), self._clocks.real
        await self.due_times.move(client_id, lambda owner, due: offset_of(owner).reaches(due, real))
        if self._news is not None:
            self._news.set()
