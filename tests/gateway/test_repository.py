"""The effects of a commit, and aggregates in their current state."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.payments.model import Payment
from mock_alipay.gateway.repository import MOST_CONFLICTS, Repository
from mock_alipay.journal.events import Event, Events
from mock_alipay.storage import Aggregates
from tests.apis.payments.orders import HOUR, SECOND, capture, opened, order, payment_in
from tests.calls import NOW, parts_of
from tests.memory import done, kept

URL = "http://127.0.0.1:9/notify"
KEY = ("A", "payments", "order-1")
PAID = payment_in(
    "SUCCESS", order(url=URL), version=0, domain_events=(DomainEvent("notifyPayment", NOW, "PAYMENT_RESULT"),)
)


class Contested(Aggregates[Any]):
    """A store in which another commit comes first, some times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    async def commit(self, changed: Any) -> bool:
        if self.times > 0 and changed.version > 1:
            self.times -= 1
            stored = await self.load(changed.key)
            assert stored is not None
            await super().commit(stored._replace(version=stored.version + 1))
            return False
        return await super().commit(changed)


def watched(times: int = 0) -> tuple[Repository, list[Event]]:
    """A repository with a contested store, and the events that it publishes."""
    events: list[Event] = []
    return replace(parts_of().repository, store=Contested(times), events=Events("run", always=(events.append,))), events


def notified(repository: Repository) -> list[str]:
    """The names of the notifications."""
    return [notification.name for notification in kept(repository.notifier.dispatcher.journal)]


def test_a_commit_stores_the_next_version_and_publishes_it_once() -> None:
    """With its due time, an event and the notifications of its domain events, which are not stored."""
    repository, events = watched()
    paid = asyncio.run(repository.commit(PAID))
    assert PAID._replace(version=1, domain_events=()) == paid == asyncio.run(repository.store.load(KEY))
    asyncio.run(repository.commit(opened(version=0, payment_request_id="order-2")))
    assert [("payment", "A", paid)] == [event[1:4] for event in events[:1]]
    assert (2, 1, ["notifyPayment"]) == (
        len(events),
        done(repository.schedule.due_times.held()),
        notified(repository),
    )


def test_a_conflicting_commit_has_no_effect() -> None:
    """Neither event nor notification nor due time."""
    repository, events = watched()
    asyncio.run(repository.commit(payment_in("FAIL", version=0)))
    assert asyncio.run(repository.commit(PAID)) is None
    assert asyncio.run(repository.commit(opened(version=0))) is None
    assert (1, [], 0) == (len(events), notified(repository), done(repository.schedule.due_times.held()))


@pytest.mark.parametrize("times", [0, 1, 5])
def test_what_is_due_happens_once_before_an_aggregate_is_returned(times: int) -> None:
    """Whatever other commits come first; a second load finds the same."""
    repository, _ = watched(times)
    session = asyncio.run(repository.commit(opened(order(url=URL), version=0)))
    assert session is asyncio.run(repository.load(KEY, NOW + HOUR - SECOND))
    for moment in (NOW + HOUR, NOW + 2 * HOUR):
        payment = asyncio.run(repository.load(KEY, moment))
        assert isinstance(payment, Payment)
        assert ("EXPIRED", NOW + HOUR, 2 + times) == (payment.state, payment.begun, payment.version)
        assert payment == asyncio.run(repository.store.load(KEY))
    assert ["notifyPayment"] == notified(repository)
    assert asyncio.run(repository.load(("B", *KEY[1:]), NOW + HOUR)) is None


def test_all_due_transitions_are_one_commit() -> None:
    """With one event."""
    repository, events = watched()
    pending: dict[str, Any] = {"status": "PROCESSING", "done": None, "settles": NOW + HOUR, "code": "PROCESS_FAIL"}
    payment = payment_in("AUTHORIZED", order(held=True, url=URL), capture(5, **pending), capture(6, "d"), version=0)
    asyncio.run(repository.commit(payment))
    loaded = asyncio.run(repository.load(KEY, NOW + timedelta(days=30)))
    assert isinstance(loaded, Payment)
    assert ("SUCCESS", ["FAIL", "SUCCESS"]) == (loaded.state, [t.status for t in loaded.captures])
    assert [loaded] == [event.subject for event in events[1:]]


def test_an_aggregate_that_is_deleted_in_the_meantime_stays_deleted() -> None:
    """Its due transition is not committed."""
    repository, events = watched()
    session = asyncio.run(repository.commit(opened(version=0)))
    assert session is not None
    asyncio.run(repository.forget())
    assert (None, 1) == (asyncio.run(repository.advance(session, NOW + HOUR)), len(events))


def test_loading_gives_up_after_ten_conflicts() -> None:
    """Instead of trying forever."""
    repository, _ = watched(1000)
    asyncio.run(repository.commit(opened(version=0)))
    with pytest.raises(RuntimeError, match="order-1: 10 commits conflicted"):
        asyncio.run(repository.load(KEY, NOW + HOUR))
    assert isinstance(repository.store, Contested)
    assert 1000 - MOST_CONFLICTS == repository.store.times
