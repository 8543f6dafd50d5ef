"""Commits aggregates, and starts what follows from a change: schedule, event, notifications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mock_alipay.apis.aggregate import Aggregate
from mock_alipay.apis.context import Kind
from mock_alipay.apis.environment import Environment
from mock_alipay.apis.family import Families
from mock_alipay.clock.schedule import Schedule
from mock_alipay.gateway.notifier import Notifier
from mock_alipay.journal.events import Events
from mock_alipay.storage import Aggregates, Key

MOST_CONFLICTS = 10
"""How many times a decision is made anew because somebody else was quicker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """The store, and what a change in it sets off."""

    families: Families
    store: Aggregates[Aggregate]
    schedule: Schedule
    events: Events
    notifier: Notifier
    environment: Environment

    async def load(self, key: Key, now: datetime) -> Aggregate | None:
        """An aggregate as it stands at ``now``."""
        found = await self.store.load(key)
        return await self.advance(found, now) if found else None

    async def advance(self, aggregate: Aggregate, now: datetime) -> Aggregate | None:
        """An aggregate that was loaded, after all that was due by ``now`` has happened, been committed and notified.

        None when it has been forgotten meanwhile.
        """
        loaded: Aggregate | None = aggregate
        for _ in range(MOST_CONFLICTS):
            if loaded is None or (due := loaded.due()) is None or due > now:
                return loaded
            kept = await self.commit(loaded.advance(now, self.environment))
            if kept is not None:
                return kept
            loaded = await self.store.load(aggregate.key)
        raise conflict(aggregate.request_id)

    async def commit(self, changed: Kind, *, replying: bool = False) -> Kind | None:
        """Store an aggregate and notify its domain events; None when another version was committed since it was loaded.

        ``replying``: a merchant waits for the reply, and what a scenario sends before it has been sent on return.
        """
        kept = changed.committed()
        if not await self.store.commit(kept):
            return None
        due = kept.due()
        if due is not None:
            await self.schedule.put(kept.key, due)
        self.events.publish(self.families.nouns[kept.family], kept.client_id, kept, kept.size)
        if changed.domain_events:
            await self.notifier.notify(kept, changed.domain_events, replying=replying)
        if kept.unexpected:
            await self.notifier.release(kept)
        return kept

    async def forget(self, client_id: str | None = None) -> int:
        """Drop the aggregates of one client id or all, and what was due for them; how many there were."""
        await self.schedule.due_times.forget(client_id)
        return await self.store.forget(client_id)


def conflict(request_id: str) -> RuntimeError:
    """The bug that a decision was in vain so many times would be."""
    return RuntimeError(f"{request_id} changed {MOST_CONFLICTS} times while it was decided on")
