"""Places for deliveries that are under way at a time, in all and for each client id."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Rooms:
    """``most`` places in all, ``each`` of them for one client id; whoever finds none waits."""

    def __init__(self, most: int, each: int) -> None:
        self.most = most
        self.taken = 0
        self._each = each
        self._all = asyncio.Semaphore(most)
        self._own: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def place(self, client_id: str) -> AsyncIterator[None]:
        """Have a place within the block. A client id that has all of its own keeps none of the others' waiting."""
        own = self._own.setdefault(client_id, asyncio.Semaphore(self._each))
        async with own, self._all:
            self.taken += 1
            try:
                yield
            finally:
                self.taken -= 1
