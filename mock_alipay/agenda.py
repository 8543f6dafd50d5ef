"""What will happen by itself, payment by payment, at a moment of its client's clock."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from datetime import datetime, timedelta

from mock_alipay.clock import Clocks

MOST = 10_000
"""Payments with something due; the oldest make room, as they do in the store."""

_TICK = 0.05
"""Seconds between two looks at what is due, at least: many moments close to each other are one look."""


class Agenda:
    """The next moment at which something is due for each payment."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._due: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        self._news: asyncio.Event | None = None
        """Set to end the wait under way; None while nobody waits."""
        self._until = 0.0
        """Seconds, as the loop counts them, at which that wait ends by itself."""
        self._pause = timedelta.max
        """How long that wait is: what is due later than that from now is due after it has ended."""

    def put(self, client_id: str, payment_request_id: str, due: datetime, now: datetime) -> None:
        """Note what is due next for a payment, in place of what was noted before; ``now`` by its client's clock."""
        key = (client_id, payment_request_id)
        self._due[key] = due
        self._due.move_to_end(key)
        if len(self._due) > MOST:
            self._due.popitem(last=False)
        # Most are due later, which is told by what the caller knows already.
        if self._news is not None and due - now < self._pause and not self._news.is_set():
            wait = self._wait(client_id, due, self._clocks.real.now())
            if wait is not None and asyncio.get_running_loop().time() + wait < self._until:
                self._news.set()

    def take_due(self) -> list[tuple[str, str]]:
        """Client ids and paymentRequestIds whose moment has come, the earliest first; they are taken off."""
        real = self._clocks.real.now()
        due = [key for key, moment in self._due.items() if moment <= self._clocks.read(real, key[0])]
        due.sort(key=self._due.__getitem__)
        for key in due:
            del self._due[key]
        return due

    def forget(self, client_id: str | None = None) -> None:
        """Take off what is due for one client id or all."""
        for key in [key for key in self._due if client_id in (None, key[0])]:
            del self._due[key]

    async def wait(self) -> None:
        """Return when something may be due, or when a clock has been moved."""
        real = self._clocks.real.now()
        waits = [wait for key, due in self._due.items() if (wait := self._wait(key[0], due, real)) is not None]
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

    def _wait(self, client_id: str, due: datetime, real: datetime) -> float | None:
        """Real seconds until a moment of a client's clock; None while that clock is frozen before it."""
        left = (due - self._clocks.read(real, client_id)).total_seconds()
        return None if left > 0 and self._clocks.hands(client_id).frozen else max(left, 0.0)

    def __len__(self) -> int:
        return len(self._due)
