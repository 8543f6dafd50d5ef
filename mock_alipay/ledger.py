"""Keeps what has been decided, and sees to what follows from it: what is due next, who is told, what is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mock_alipay.agenda import Agenda
from mock_alipay.announcer import Announcer
from mock_alipay.context import World
from mock_alipay.events import Events
from mock_alipay.life import course
from mock_alipay.payment import Payment
from mock_alipay.store import MemoryStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The store, and what a change in it sets off."""

    store: MemoryStore
    agenda: Agenda
    events: Events
    announcer: Announcer
    world: World

    async def standing(self, client_id: str, payment_request_id: str, now: datetime) -> Payment | None:
        """A payment as it stands at ``now``: all that was due by then has happened, and is committed and announced."""
        while True:
            payment = await self.store.load(client_id, payment_request_id)
            if payment is None:
                return None
            changed = course.happened(payment, now, self.world)
            if changed is payment:
                return payment
            kept = await self.commit(changed, now)
            if kept is not None:
                return kept

    async def commit(self, payment: Payment, now: datetime, *, replying: bool = False) -> Payment | None:
        """Keep a payment, and announce its news; None when another version was committed since it was loaded.

        ``replying``: a merchant waits for the reply, and what a scenario sends before it has been sent on return.
        """
        kept = payment._replace(version=payment.version + 1, news=())
        if not await self.store.commit(kept):
            return None
        due = course.due(kept)
        if due is not None:
            self.agenda.put(kept.client_id, kept.payment_request_id, due, now)
        self.events.publish("payment", kept.client_id, kept, kept.size)
        if payment.news:
            await self.announcer.announce(kept, payment.news, replying=replying)
        return kept
