"""Due times, in the machine's time."""

from __future__ import annotations

import heapq
import itertools
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

_SLACK = 1_000
"""Outdated entries that the queue may hold, in addition to half as many as are current."""

Key = tuple[str, ...]
"""A client id, followed by further parts of the key."""

_Entry = tuple[datetime, int, Key, datetime]
"""The machine's time, a unique number, the key, and the time by the client's clock."""


class DueTimes:
    """The next due time of each key; when the limit is reached, the entry that was put first is evicted."""

    def __init__(self, most: int = 10_000) -> None:
        self.most = most
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._queue: list[_Entry] = []
        """A heap. It may hold outdated entries; entries that are never due are not in it."""
        self._numbers = itertools.count()

    async def put(self, key: Key, due: datetime, moment: datetime | None) -> None:
        """Set the due time of a key, replacing the previous one.

        ``due``: by the client's clock; ``moment``: the same in the machine's time, None for never.
        """
        self._entries.pop(key, None)
        self._put(key, due, moment)
        if len(self._entries) > self.most:
            self._entries.popitem(last=False)
        if len(self._queue) > len(self._entries) * 3 // 2 + _SLACK:
            self._queue = [entry for entry in self._queue if self._is_current(entry)]
            heapq.heapify(self._queue)

    async def take(self, now: datetime) -> list[Key]:
        """Remove and return the keys that are due at ``now``, the earliest first."""
        keys = []
        while self._queue and self._queue[0][0] <= now:
            entry = heapq.heappop(self._queue)
            if self._is_current(entry):
                del self._entries[entry[2]]
                keys.append(entry[2])
        return keys

    async def first(self) -> datetime | None:
        """The earliest due time in the machine's time; None when nothing will be due."""
        while self._queue and not self._is_current(self._queue[0]):
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    async def move(self, client_id: str | None, moment_of: Callable[[str, datetime], datetime | None]) -> None:
        """Recompute the machine times of one client id or of all.

        ``moment_of``: maps a client id and a time by its clock to the machine's time, None for never.
        """
        for _, _, key, due in list(self._entries.values()):
            if client_id in (None, key[0]):
                self._put(key, due, moment_of(key[0], due))

    async def drop(self, key: Key) -> None:
        """Remove the due time of a key, if it has one."""
        self._entries.pop(key, None)

    async def forget(self, client_id: str | None = None) -> int:
        """Delete the due times of one client id or of all; returns how many there were."""
        keys = [key for key in self._entries if client_id in (None, key[0])]
        for key in keys:
            del self._entries[key]
        return len(keys)

    async def held(self) -> int:
        """The number of keys with a due time."""
        return len(self._entries)

    def _put(self, key: Key, due: datetime, moment: datetime | None) -> None:
        entry = self._entries[key] = (moment or due, next(self._numbers), key, due)
        if moment is not None:
            heapq.heappush(self._queue, entry)

    def _is_current(self, entry: _Entry) -> bool:
        return self._entries.get(entry[2]) is entry
