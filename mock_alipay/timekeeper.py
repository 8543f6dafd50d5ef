"""What happens by itself once its moment has come, by the clock of the client it concerns."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from mock_alipay.agenda import Agenda
from mock_alipay.clock import Clocks
from mock_alipay.events import Events
from mock_alipay.store import MemoryStore

logger = logging.getLogger("mock_alipay")


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """Sees to the agenda."""

    agenda: Agenda
    clocks: Clocks
    store: MemoryStore
    events: Events

    async def settle(self) -> None:
        """Let everything happen that is due now; a bug in one payment's leaves the others theirs."""
        for client_id, payment_request_id in self.agenda.take_due():
            try:
                await self._expire(client_id, payment_request_id)
            except Exception:
                logger.exception("what was due for payment %s met a bug in mock-alipay", payment_request_id)

    async def clock_moved(self, client_id: str | None, before: datetime) -> None:
        """Let everything happen that is due by a clock that has just been moved, and that stood at ``before``."""
        if self.clocks.now(client_id) < before:
            await self._turn_back(client_id, before)
        self.agenda.clocks_moved()
        await self.settle()

    async def _turn_back(self, client_id: str | None, before: datetime) -> None:
        """Sessions that had expired are open again, and will expire again."""
        for payment in await self.store.browse(client_id):
            now = self.clocks.now(payment.client_id)
            moved = client_id is not None or not self.clocks.has_own(payment.client_id)
            if moved and now < payment.session.expires <= before:
                self.agenda.put(payment.client_id, payment.payment_request_id, payment.session.expires, now)
                self.events.publish("payment", payment.client_id, (payment, now), len(payment.request))

    async def run(self) -> None:
        """Do so until cancelled."""
        while True:
            await self.settle()
            await self.agenda.wait()

    async def _expire(self, client_id: str, payment_request_id: str) -> None:
        payment = await self.store.load(client_id, payment_request_id)
        if payment is not None:
            # Nobody paid: the session has expired.
            self.events.publish("payment", client_id, (payment, self.clocks.now(client_id)), len(payment.request))
