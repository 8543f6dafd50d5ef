"""Advances aggregates when they are due, by the clock of their client id."""

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
"""The number of aggregates advanced before control returns to the event loop."""


@dataclass(frozen=True, slots=True)
class Scheduler:
    """Advances due aggregates."""

    schedule: Schedule
    clocks: Clocks
    repository: Repository
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def settle(self) -> None:
        """Advance all aggregates that are due now; an internal error in one does not affect the others."""
        # A concurrent caller waits, so that on return everything due has happened.
        async with self._turn:
            for number, (client_id, family, request_id) in enumerate(await self.schedule.take_due(), 1):
                try:
                    await self._settle((client_id, family, request_id))
                except Exception:
                    noun = self.repository.families[family].noun
                    logger.exception("internal error in a scheduled transition of %s %s", noun, request_id)
                if number % _AT_A_TIME == 0:
                    await asyncio.sleep(0)

    async def clock_moved(self, client_id: str | None, before: datetime) -> None:
        """Reschedule and settle after a clock was moved; ``before``: its time before the move."""
        if self.clocks.now(client_id) < before:
            await self._turn_back(client_id)
        await self.schedule.clocks_moved(client_id)
        await self.settle()

    async def run(self) -> None:
        """Settle whenever something is due, until cancelled."""
        while True:
            await self.settle()
            await self.schedule.wait()

    async def _settle(self, key: Key) -> None:
        now = self.clocks.now(key[0])
        aggregate = await self.repository.load(key, now)
        # The clock may have been set back in the meantime, so the next due time is put again.
        due = aggregate.due() if aggregate else None
        if due is not None:
            await self.schedule.put(key, due)

    async def _turn_back(self, client_id: str | None) -> None:
        """Reopen the aggregates that expired later than the clocks show now."""
        for aggregate in await self.repository.store.browse(client_id):
            now = self.clocks.now(aggregate.client_id)
            changed = aggregate.turned_back(now)
            if changed is not aggregate and await self.repository.commit(changed):
                await self.repository.notifier.withdraw(changed, now)
