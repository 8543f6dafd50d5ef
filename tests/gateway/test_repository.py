"""What a change sets off: the agenda, the event, the news; and payments as they stand."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.payments.model import Payment
from mock_alipay.gateway.repository import MOST_CONFLICTS, Repository
from mock_alipay.journal.events import Event
from mock_alipay.storage import Aggregates
from tests.apis.payments.orders import HOUR, SECOND, capture, opened, order, standing
from tests.calls import NOW, parts_of
from tests.memory import done, kept

URL = "http://127.0.0.1:9/notify"


class Contested(Aggregates[Any]):
    """A store in which somebody else is quicker, some times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    async def commit(self, changed: Any) -> bool:
        if self.times > 0 and changed.version > 1:
            self.times -= 1
            known = await self.load(changed.key)
            assert known is not None
            await super().commit(known._replace(version=known.version + 1))
            return False
        return await super().commit(changed)


def ledger_of(times: int = 0) -> Repository:
    """A ledger that somebody else writes in, some times."""
    return replace(parts_of().repository, store=Contested(times))


def test_a_commit_is_the_next_version_without_its_news() -> None:
    """What was told is told once."""
    repository = ledger_of()
    payment = standing(
        "SUCCESS", order(url=URL), version=0, domain_events=(DomainEvent("notifyPayment", NOW, "PAYMENT_RESULT"),)
    )
    found = asyncio.run(repository.commit(payment))
    known = asyncio.run(repository.store.load(("A", "payments", "order-1")))
    assert payment._replace(version=1, domain_events=()) == found == known
    assert ["notifyPayment"] == [notification.name for notification in kept(repository.notifier.dispatcher.journal)]


def test_a_commit_is_noted_and_told() -> None:
    """The next thing that is due, and an event with the payment as it was kept."""
    repository = ledger_of()
    heard: list[Event] = []
    with repository.events.subscribed(heard.append):
        kept = asyncio.run(repository.commit(opened(version=0)))
        asyncio.run(repository.commit(standing("FAIL", version=0, payment_request_id="order-2")))
    assert ("payment", "A", kept) == heard[0][1:4]
    assert 2 == len(heard)
    assert 1 == done(repository.schedule.due_times.held())


def test_a_commit_that_comes_second_sets_nothing_off() -> None:
    """Neither event nor notification."""
    repository = ledger_of()
    asyncio.run(repository.commit(opened(version=0)))
    heard: list[Event] = []
    late = standing(
        "FAIL", order(url=URL), version=0, domain_events=(DomainEvent("notifyPayment", NOW, "PAYMENT_RESULT"),)
    )
    with repository.events.subscribed(heard.append):
        assert asyncio.run(repository.commit(late)) is None
    assert ([], 0, 1) == (
        heard,
        len(kept(repository.notifier.dispatcher.journal)),
        done(repository.schedule.due_times.held()),
    )


@pytest.mark.parametrize("times", [0, 1, 5])
def test_what_was_due_is_done_before_anyone_looks(times: int) -> None:
    """Kept and told once, whoever else writes meanwhile; who looks again finds the same."""
    repository = ledger_of(times)
    asyncio.run(repository.commit(opened(order(url=URL), version=0)))
    for moment in (NOW + HOUR, NOW + 2 * HOUR):
        found = asyncio.run(repository.load(("A", "payments", "order-1"), moment))
        assert isinstance(found, Payment)
        assert ("EXPIRED", NOW + HOUR, 2 + times) == (found.state, found.begun, found.version)
        assert found == asyncio.run(repository.store.load(("A", "payments", "order-1")))
    assert ["PENDING"] == [notification.status for notification in kept(repository.notifier.dispatcher.journal)]


def test_who_looks_before_anything_is_due_changes_nothing() -> None:
    """And of a payment that is not there nothing is found."""
    repository = ledger_of()
    kept = asyncio.run(repository.commit(opened(version=0)))
    assert kept is asyncio.run(repository.load(("A", "payments", "order-1"), NOW + HOUR - SECOND))
    assert asyncio.run(repository.load(("B", "payments", "order-1"), NOW + HOUR)) is None


def test_all_that_was_due_is_one_change() -> None:
    """However much it is: one event, and the news in their order."""
    repository = ledger_of()
    in_process: dict[str, Any] = {"status": "PROCESSING", "done": None, "settles": NOW + HOUR, "code": "PROCESS_FAIL"}
    payment = standing("AUTHORIZED", order(held=True, url=URL), capture(5, **in_process), capture(6, "d"), version=0)
    asyncio.run(repository.commit(payment))
    heard: list[Event] = []
    with repository.events.subscribed(heard.append):
        found = asyncio.run(repository.load(("A", "payments", "order-1"), NOW + timedelta(days=30)))
    assert isinstance(found, Payment)
    assert ("SUCCESS", ["FAIL", "SUCCESS"]) == (found.state, [t.status for t in found.captures])
    assert [found] == [event.subject for event in heard if event.kind == "payment"]


def test_who_looks_gives_up_when_the_payment_never_comes_to_rest() -> None:
    """After ten conflicts, instead of trying for ever."""
    repository = ledger_of(1000)
    asyncio.run(repository.commit(opened(version=0)))
    with pytest.raises(RuntimeError, match="order-1 changed 10 times"):
        asyncio.run(repository.load(("A", "payments", "order-1"), NOW + HOUR))
    assert isinstance(repository.store, Contested)
    assert 1000 - MOST_CONFLICTS == repository.store.times
