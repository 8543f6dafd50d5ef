"""Counters that go up, of many things for each client id."""

from __future__ import annotations

from collections import OrderedDict, defaultdict

_Key = tuple[str, ...]
"""A group, such as a scenario, and what else tells apart what is counted."""


class Counters:
    """Counts from 0; bounded for all client ids together."""

    def __init__(self, most: int = 10_000) -> None:
        """``most``: beyond so many, the client id that has most loses its oldest: none sets another's back."""
        self.most = most
        self._counters: dict[str, OrderedDict[_Key, int]] = {}
        self._sizes: defaultdict[int, dict[str, None]] = defaultdict(dict)
        """The client ids that have so many counters: the fullest is found without a look at all of them."""
        self._largest = 0
        self._size = 0

    async def held(self) -> int:
        """How many are kept."""
        return self._size

    async def by_client(self) -> dict[str, int]:
        """How many are kept for each client id."""
        return {client_id: len(own) for client_id, own in self._counters.items()}

    async def next(self, client_id: str, *key: str) -> int:
        """How often this was asked before; ``key`` begins with a group."""
        own = self._counters.setdefault(client_id, OrderedDict())
        nth = own.pop(key, None)
        own[key] = (nth or 0) + 1
        if nth is None:
            self._resized(client_id, len(own) - 1, len(own))
            if self._size > self.most:
                fullest = next(iter(self._sizes[self._largest]))
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
            self._resized(whom, len(self._counters.pop(whom)), 0)

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
