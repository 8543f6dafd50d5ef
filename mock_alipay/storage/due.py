"""What is due, by the machine's time."""

from __future__ import annotations

import heapq
import itertools
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

_SLACK = 1_000
"""Entries out of date that the queue may hold, beside as many as are not."""


Key = tuple[str, ...]
"""A client id, and what else tells apart what is due for it."""


_Entry = tuple[datetime, int, Key, datetime]
"""The moment, a number that no other entry has, for what, and the moment by the client's clock."""


class DueTimes:
    """The moment of the next thing that is due for each key; those put longest ago make room."""

    def __init__(self, most: int = 10_000) -> None:
        self.most = most
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._queue: list[_Entry] = []
        """Some are out of date; what never comes is not in it."""
        self._numbers = itertools.count()

    async def put(self, key: Key, due: datetime, moment: datetime | None) -> None:
        """Note what is due next for a key, in place of what was noted before.

        ``due``: by the client's clock; ``moment``: when the machine's clock will show as much, None for never.
        """
        self._entries.pop(key, None)
        self._put(key, due, moment)
        if len(self._entries) > self.most:
            self._entries.popitem(last=False)
        if len(self._queue) > 2 * len(self._entries) + _SLACK:
            self._queue = [entry for entry in self._queue if self._stands(entry)]
            heapq.heapify(self._queue)

    async def take(self, now: datetime) -> list[Key]:
        """The keys whose moment has come, the earliest first; they are taken off."""
        found = []
        while self._queue and self._queue[0][0] <= now:
            entry = heapq.heappop(self._queue)
            if self._stands(entry):
                del self._entries[entry[2]]
                found.append(entry[2])
        return found

    async def first(self) -> datetime | None:
        """The earliest moment."""
        while self._queue and not self._stands(self._queue[0]):
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    async def move(self, client_id: str | None, moment_of: Callable[[str, datetime], datetime | None]) -> None:
        """Work out the moments of one client id or all anew, from client ids and what is due by their clocks."""
        for _, _, key, due in list(self._entries.values()):
            if client_id in (None, key[0]):
                self._put(key, due, moment_of(key[0], due))

    async def drop(self, key: Key) -> None:
        """Take off what is due for a key."""
        self._entries.pop(key, None)

    async def forget(self, client_id: str | None = None) -> int:
        """Take off what is due for one client id or all; for how many keys something was."""
        doomed = [key for key in self._entries if client_id in (None, key[0])]
        for key in doomed:
            del self._entries[key]
        return len(doomed)

    async def held(self) -> int:
        """For how many keys something is due."""
        return len(self._entries)

    def _put(self, key: Key, due: datetime, moment: datetime | None) -> None:
        entry = self._entries[key] = (moment or due, next(self._numbers), key, due)
        if moment is not None:
            heapq.heappush(self._queue, entry)

    def _stands(self, entry: _Entry) -> bool:
        return self._entries.get(entry[2]) is entry
