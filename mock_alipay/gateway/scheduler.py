"""What happens by itself once its moment has come, by the clock of the client it concerns."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime

from mock_alipay.clock.clocks import Clocks
from mock_alipay.clock.schedule import Schedule
from mock_alipay.gateway.repository import Repository
from mock_alipay.storage import Key

logger = logging.getLogger("mock_alipay")


_AT_A_TIME = 8
"""Aggregates to which something happens before merchants' calls get their turn."""


@dataclass(frozen=True, slots=True)
class Scheduler:
    """Advances aggregates that are due."""

    schedule: Schedule
    clocks: Clocks
    repository: Repository
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def settle(self) -> None:
        """Let everything happen that is due now; a bug in one aggregate's leaves the others theirs."""
        # Whoever comes while somebody settles waits until that is done: then what was due has happened.
        async with self._turn:
            for number, (client_id, family, request_id) in enumerate(await self.schedule.take_due(), 1):
                try:
                    await self._settle((client_id, family, request_id))
                except Exception:
                    noun = self.repository.families[family].noun
                    logger.exception("what was due for %s %s met a bug in mock-alipay", noun, request_id)
                if number % _AT_A_TIME == 0:
                    await asyncio.sleep(0)

    async def clock_moved(self, client_id: str | None, before: datetime) -> None:
        """Let everything happen that is due by a clock that has just been moved, and that stood at ``before``."""
        if await self.clocks.now(client_id) < before:
            await self._turn_back(client_id)
        await self.schedule.clocks_moved(client_id)
        await self.settle()

    async def run(self) -> None:
        """Do so until cancelled."""
        while True:
            await self.settle()
            await self.schedule.wait()

    async def _settle(self, key: Key) -> None:
        now = await self.clocks.now(key[0])
        found = await self.repository.load(key, now)
        # Someone else may have been quicker, or the clock has been set back meanwhile: what is due is noted again.
        due = found.due() if found else None
        if due is not None:
            await self.schedule.put(key, due)

    async def _turn_back(self, client_id: str | None) -> None:
        """What had expired is open again, and will expire again."""
        for found in await self.repository.store.browse(client_id):
            now = await self.clocks.now(found.client_id)
            changed = found.turned_back(now)
            if changed is not found and await self.repository.commit(changed):
                await self.repository.notifier.withdraw(changed, now)
