"""What happens by itself once its moment has come, by the clock of the client it concerns."""

from __future__ import annotations

import logging
from dataclasses import dataclass

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

    async def clocks_moved(self) -> None:
        """Let everything happen that is due by a clock that has just been moved."""
        self.agenda.clocks_moved()
        await self.settle()

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
