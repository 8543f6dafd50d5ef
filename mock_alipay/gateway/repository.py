"""Commits payments, and starts what follows from a change: schedule, event, notifications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mock_alipay.apis.context import Environment
from mock_alipay.apis.payments import timeline
from mock_alipay.apis.payments.model import Payment
from mock_alipay.clock.schedule import Schedule
from mock_alipay.gateway.notifier import Notifier
from mock_alipay.journal.events import Events
from mock_alipay.storage import MemoryStore

MOST_CONFLICTS = 10
"""How many times a decision is made anew because somebody else was quicker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """The store, and what a change in it sets off."""

    store: MemoryStore[Payment]
    schedule: Schedule
    events: Events
    notifier: Notifier
    environment: Environment

    async def load(self, client_id: str, payment_request_id: str, now: datetime) -> Payment | None:
        """A payment as it stands at ``now``."""
        payment = await self.store.load(client_id, payment_request_id)
        return await self.advance(payment, now) if payment else None

    async def advance(self, payment: Payment, now: datetime) -> Payment | None:
        """A payment that was loaded, after all that was due by ``now`` has happened, been committed and notified.

        None when it has been forgotten meanwhile.
        """
        loaded: Payment | None = payment
        for _ in range(MOST_CONFLICTS):
            if loaded is None or (due := timeline.due(loaded)) is None or due > now:
                return loaded
            if loaded.acts is not None:
                await self.ready()
            kept = await self.commit(timeline.advance(loaded, now, self.environment), now)
            if kept is not None:
                return kept
            loaded = await self.store.load(*payment.key)
        raise conflict(payment.payment_request_id)

    async def ready(self) -> None:
        """To be awaited before a decision that makes up a buyer: what does that takes a while to load."""
        await self.environment.fake_buyers.ready()

    async def commit(self, payment: Payment, now: datetime, *, replying: bool = False) -> Payment | None:
        """Store a payment, and notify its domain events; None when another version was committed since it was loaded.

        ``replying``: a merchant waits for the reply, and what a scenario sends before it has been sent on return.
        """
        kept = payment._replace(version=payment.version + 1, domain_events=())
        if not await self.store.commit(kept):
            return None
        due = timeline.due(kept)
        if due is not None:
            self.schedule.put(kept.client_id, kept.payment_request_id, due, now)
        self.events.publish("payment", kept.client_id, kept, kept.size)
        if payment.domain_events:
            await self.notifier.notify(kept, payment.domain_events, replying=replying)
        if kept.payment_id is not None:
            self.notifier.release(kept)
        return kept

    async def forget(self, client_id: str | None = None) -> int:
        """Drop the payments of one client id or all, and what was due for them; how many there were."""
        self.schedule.forget(client_id)
        return await self.store.forget(client_id)


def conflict(payment_request_id: str) -> RuntimeError:
    """The bug that a decision was in vain so many times would be."""
    return RuntimeError(f"payment {payment_request_id} changed {MOST_CONFLICTS} times while it was decided on")
