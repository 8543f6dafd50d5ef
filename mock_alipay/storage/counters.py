"""Counters per client id that only count up."""

from __future__ import annotations

from collections import OrderedDict, defaultdict

_Key = tuple[str, ...]
"""A group, such as a scenario, followed by further parts of the key."""


class Counters:
    """Counters that start at 0, with one limit for all client ids together."""

    def __init__(self, most: int = 10_000) -> None:
        """``most``: beyond this number the client id with the most counters loses its least recently used one.

        So no client id resets the counters of another.
        """
        self.most = most
        self._counters: dict[str, OrderedDict[_Key, int]] = {}
        self._sizes: defaultdict[int, dict[str, None]] = defaultdict(dict)
        """Client ids by their number of counters, so that the largest is found without a scan."""
        self._largest = 0
        self._size = 0

    async def held(self) -> int:
        """The number of counters."""
        return self._size

    async def by_client(self) -> dict[str, int]:
        """The number of counters of each client id."""
        return {client_id: len(own) for client_id, own in self._counters.items()}

    async def next(self, client_id: str, *key: str) -> int:
        """The number of earlier calls with this key; ``key`` begins with a group."""
        own = self._counters.setdefault(client_id, OrderedDict())
        count = own.pop(key, None)
        own[key] = (count or 0) + 1
        if count is None:
            self._resized(client_id, len(own) - 1, len(own))
            if self._size > self.most:
                largest = next(iter(self._sizes[self._largest]))
                self._drop(largest, next(iter(self._counters[largest])))
        return count or 0

    async def counted(self) -> list[tuple[str, _Key, int]]:
        """All counters: client id, key and count; of each client id the least recently used first."""
        return [(owner, key, count) for owner, own in self._counters.items() for key, count in own.items()]

    async def restore(self, client_id: str, key: _Key, count: int) -> None:
        """Set a counter."""
        await self.next(client_id, *key)
        self._counters[client_id][key] = count

    async def restart(self, group: str, client_id: str | None) -> None:
        """Reset a group to 0, for one client id or all."""
        for owner in [owner for owner in self._counters if client_id in (None, owner)]:
            for key in [key for key in self._counters[owner] if key[0] == group]:
                self._drop(owner, key)

    async def forget(self, client_id: str | None = None) -> None:
        """Delete the counters of one client id or of all."""
        for owner in [owner for owner in self._counters if client_id in (None, owner)]:
            self._resized(owner, len(self._counters.pop(owner)), 0)

    def _drop(self, client_id: str, key: _Key) -> None:
        own = self._counters[client_id]
        del own[key]
        self._resized(client_id, len(own) + 1, len(own))
        if not own:
            del self._counters[client_id]

    def _resized(self, client_id: str, before: int, after: int) -> None:
        self._size += after - before
        if before:
            del self._sizes[before][client_id]
            if not self._sizes[before]:
                del self._sizes[before]
        if after:
            self._sizes[after][client_id] = None
            self._largest = max(self._largest, after)
        while self._largest and self._largest not in self._sizes:
            self._largest -= 1
