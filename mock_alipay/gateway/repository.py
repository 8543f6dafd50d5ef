"""Commits aggregates, and triggers what follows from a change: schedule, event, notifications."""

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
"""The limit on attempts when concurrent commits conflict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """The store of aggregates, and the effects of a change."""

    families: Families
    store: Aggregates[Aggregate]
    schedule: Schedule
    events: Events
    notifier: Notifier
    environment: Environment

    async def load(self, key: Key, now: datetime) -> Aggregate | None:
        """The aggregate in its state at ``now``; None when there is none."""
        aggregate = await self.store.load(key)
        return await self.advance(aggregate, now) if aggregate else None

    async def advance(self, aggregate: Aggregate, now: datetime) -> Aggregate | None:
        """A loaded aggregate after all transitions due by ``now``, which are committed and notified.

        None when it was deleted in the meantime.
        """
        loaded: Aggregate | None = aggregate
        for _ in range(MOST_CONFLICTS):
            if loaded is None or (due := loaded.due()) is None or due > now:
                return loaded
            committed = await self.commit(loaded.advance(now, self.environment))
            if committed is not None:
                return committed
            loaded = await self.store.load(aggregate.key)
        raise conflict(aggregate.request_id)

    async def commit(self, changed: Kind, *, replying: bool = False) -> Kind | None:
        """Store an aggregate and notify its domain events; None when another version was committed since it was loaded.

        ``replying``: a merchant waits for the reply; notifications that precede it are delivered before this returns.
        """
        committed = changed.committed()
        if not await self.store.commit(committed):
            return None
        due = committed.due()
        if due is not None:
            await self.schedule.put(committed.key, due)
        self.events.publish(self.families.nouns[committed.family], committed.client_id, committed, committed.size)
        if changed.domain_events:
            await self.notifier.notify(committed, changed.domain_events, replying=replying)
        if committed.unexpected:
            await self.notifier.release(committed)
        return committed

    async def forget(self, client_id: str | None = None) -> int:
        """Delete the aggregates of one client id or of all, and their due times; returns how many there were."""
        await self.schedule.due_times.forget(client_id)
        return await self.store.forget(client_id)


def conflict(request_id: str) -> RuntimeError:
    """The error after ``MOST_CONFLICTS`` conflicts in a row."""
    return RuntimeError(f"{request_id}: {MOST_CONFLICTS} commits conflicted")
