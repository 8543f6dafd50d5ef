"""Counters that go up, of many things for each client id."""

from __future__ import annotations

from collections import OrderedDict

_Key = tuple[str, ...]
"""A group, such as a scenario, and what else tells apart what is counted."""


class Counters:
    """Counts from 0; bounded for all client ids together."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._counters: dict[str, OrderedDict[_Key, int]] = {}
        self._size = 0

    async def held(self) -> dict[str, int]:
        """How many are kept for each client id."""
        return {client_id: len(own) for client_id, own in self._counters.items()}

    async def next(self, client_id: str, *key: str) -> int:
        """How often this was asked before; ``key`` begins with a group."""
        own = self._counters.setdefault(client_id, OrderedDict())
        nth = own.pop(key, None)
        self._size += nth is None
        own[key] = (nth or 0) + 1
        if self._size > self._most:
            # The client id that counts most makes room: no client id sets another's counters back.
            fullest = max(self._counters, key=lambda whom: len(self._counters[whom]))
            self._drop(fullest, next(iter(self._counters[fullest])))
        return nth or 0

    async def restart(self, group: str, client_id: str | None) -> None:
        """Begin a group at 0 again, for one client id or all."""
        for whom in [whom for whom in self._counters if client_id in (None, whom)]:
            for key in [key for key in self._counters[whom] if key[0] == group]:
                self._drop(whom, key)

    async def forget(self, client_id: str | None = None) -> None:
        """Drop the counters of one client id or of all."""
        for whom in [whom for whom in self._counters if client_id in (None, whom)]:
            self._size -= len(self._counters.pop(whom))

    def _drop(self, client_id: str, key: _Key) -> None:
        own = self._counters[client_id]
        del own[key]
        self._size -= 1
        if not own:
            del self._counters[client_id]
