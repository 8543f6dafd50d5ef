"""What will happen by itself, each thing at a moment of its client's clock."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
from collections import OrderedDict
from datetime import datetime, timedelta

from mock_alipay.clock.clocks import Clocks

MOST = 10_000
"""Keys with something due; the oldest make room, as they do in the store."""

_Key = tuple[str, ...]
"""A client id, and what else tells apart what is due for it."""

_Entry = tuple[datetime, int, _Key]
"""When, a number that no other entry has, and for whom."""

_SLACK = 1_000
"""Entries out of date that the queues may hold, beside as many as are not."""

_TICK = 0.05
"""Seconds between two looks at what is due, at least: many moments close to each other are one look."""


class Schedule:
    """The next moment at which something is due, for each aggregate or notification.

    Kept in a queue for each clock: ten thousand that are not due yet cost nothing.
    """

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._due: OrderedDict[_Key, _Entry] = OrderedDict()
        self._queues: dict[str | None, list[_Entry]] = {}
        """Entries by whose clock they go, client ids without one of their own under None; some are out of date."""
        self._queued = 0
        self._numbers = itertools.count()
        self._moves = clocks.moves
        self._news: asyncio.Event | None = None
        """Set to end the wait under way; None while nobody waits."""
        self._until = 0.0
        """Seconds, as the loop counts them, at which that wait ends by itself."""
        self._pause = timedelta.max
        """How long that wait is: what is due later than that from now is due after it has ended."""

    def put(self, key: _Key, due: datetime, now: datetime) -> None:
        """Note what is due next for a key, in place of what was noted before; ``now`` by its client's clock."""
        entry = self._due[key] = (due, next(self._numbers), key)
        self._due.move_to_end(key)
        if len(self._due) > MOST:
            self._due.popitem(last=False)
        self._enqueue(entry)
        if self._queued > 2 * len(self._due) + _SLACK:
            self._sort()
        # Most are due later, which is told by what the caller knows already.
        if self._news is not None and due - now < self._pause and not self._news.is_set():
            wait = self._wait(key[0], due, self._clocks.real.now())
            if wait is not None and asyncio.get_running_loop().time() + wait < self._until:
                self._news.set()

    def take_due(self) -> list[_Key]:
        """The keys whose moment has come, the earliest first; they are taken off."""
        real = self._clocks.real.now()
        found: list[_Entry] = []
        for owner, queue in self._sorted().items():
            now = self._clocks.read(real, owner)
            while queue and queue[0][0] <= now:
                entry = self._dequeue(queue)
                if self._due.get(entry[2]) is entry:
                    del self._due[entry[2]]
                    found.append(entry)
        return [key for _, _, key in sorted(found)]

    def drop(self, key: _Key) -> None:
        """Take off what is due for a key."""
        self._due.pop(key, None)

    def forget(self, client_id: str | None = None) -> None:
        """Take off what is due for one client id or all."""
        for key in [key for key in self._due if client_id in (None, key[0])]:
            del self._due[key]

    async def wait(self) -> None:
        """Return when something may be due, or when a clock has been moved."""
        real = self._clocks.real.now()
        nearest = [(owner, entry) for owner, queue in self._sorted().items() if (entry := self._first(queue))]
        waits = [wait for owner, entry in nearest if (wait := self._wait(owner, entry[0], real)) is not None]
        pause = max(min(waits), _TICK) if waits else math.inf
        self._until = asyncio.get_running_loop().time() + pause
        self._pause = timedelta(seconds=pause) if waits else timedelta.max
        self._news = asyncio.Event()
        try:
            # Not wait_for: until Python 3.12 it may keep a cancellation to itself.
            async with asyncio.timeout(pause if waits else None):
                await self._news.wait()
            # Others may be noted in the same breath.
            await asyncio.sleep(_TICK)
        except TimeoutError:
            pass
        finally:
            self._news = None

    def clocks_moved(self) -> None:
        """Look again at what is due."""
        if self._news is not None:
            self._news.set()

    def _first(self, queue: list[_Entry]) -> _Entry | None:
        """The first entry of a queue that is not out of date."""
        while queue and self._due.get(queue[0][2]) is not queue[0]:
            self._dequeue(queue)
        return queue[0] if queue else None

    def _sorted(self) -> dict[str | None, list[_Entry]]:
        """The queues, each of what goes by one clock, whoever has got a clock of its own meanwhile or lost it."""
        if self._moves != self._clocks.moves:
            self._sort()
        return self._queues

    def _sort(self) -> None:
        self._moves = self._clocks.moves
        self._queues, self._queued = {}, 0
        for entry in self._due.values():
            self._enqueue(entry)

    def _enqueue(self, entry: _Entry) -> None:
        client_id = entry[2][0]
        owner = client_id if self._clocks.has_own(client_id) else None
        heapq.heappush(self._queues.setdefault(owner, []), entry)
        self._queued += 1

    def _dequeue(self, queue: list[_Entry]) -> _Entry:
        self._queued -= 1
        return heapq.heappop(queue)

    def _wait(self, client_id: str | None, due: datetime, real: datetime) -> float | None:
        """Real seconds until a moment of a client's clock; None while that clock is frozen before it."""
        left = (due - self._clocks.read(real, client_id)).total_seconds()
        return None if left > 0 and self._clocks.offset(client_id).frozen else max(left, 0.0)

    def __len__(self) -> int:
        return len(self._due)
