"""Limits concurrent deliveries, in total and per client id."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Slots:
    """``limit`` slots in total, at most ``limit_per_client`` of them for one client id."""

    def __init__(self, limit: int, limit_per_client: int) -> None:
        self.limit = limit
        self.used = 0
        self._limit_per_client = limit_per_client
        self._total = asyncio.Semaphore(limit)
        self._per_client: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def acquire(self, client_id: str) -> AsyncIterator[None]:
        """Hold a slot within the block; a client id that has reached its own limit does not block the others."""
        own = self._per_client.setdefault(client_id, asyncio.Semaphore(self._limit_per_client))
        async with own, self._total:
            self.used += 1
            try:
                yield
            finally:
                self.used -= 1
