"""A scheduler in simulated time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Money, Order, Session
from mock_alipay.gateway.repository import Repository
from mock_alipay.gateway.scheduler import Scheduler
from mock_alipay.journal.events import Event, Events
from mock_alipay.storage import Aggregates
from tests.calls import NOW, parts_of
from tests.memory import clocks_of, done, schedule_by
from tests.timelapse import LoopClock, passed, run


@cache
def base() -> Repository:
    """What all stages share."""
    repository = parts_of().repository
    repository.environment.fake_buyers.details("", method="", card={})  # Faker is loaded in a thread otherwise
    return repository


class Stage:
    """A scheduler, and what it has published: (seconds, request id) of expired sessions, ids of reopened ones."""

    def __init__(self, store: Aggregates[Any] | None = None) -> None:
        self.store = store if store is not None else Aggregates[Any]()
        self.clocks = clocks_of(LoopClock())
        self.changes: list[tuple[float, Payment]] = []
        self.expired: list[tuple[float, str]] = []
        self.reopened: list[str] = []
        done(base().notifier.dispatcher.journal.forget())
        events, schedule = Events("run", always=(self._listen,)), schedule_by(self.clocks)
        self.repository = replace(base(), store=self.store, schedule=schedule, events=events)
        self.scheduler = Scheduler(schedule, self.clocks, self.repository)

    def _listen(self, event: Event) -> None:
        if event.kind == "payment":
            payment = event.subject
            self.changes.append((passed(), payment))
            if payment.state == "EXPIRED":
                self.expired.append((passed(), payment.request_id))
            elif payment.version > 1:
                self.reopened.append(payment.request_id)

    @property
    def ids(self) -> list[str]:
        """The expired sessions."""
        return [request_id for _, request_id in self.expired]

    async def open(self, request_id: str, after: timedelta, *, client_id: str = "A", version: int = 1) -> None:
        """Store a session that expires so long after NOW."""
        expires = NOW + after
        session = Session("id", "data", NOW, expires, expires.isoformat())
        order = Order(Money("USD", 1), "GCASH", "http://127.0.0.1:9/notify")
        payment = Payment(client_id, request_id, version, b"{}", NOW, order, expires, session)
        assert await self.store.commit(payment)
        await self.scheduler.schedule.put((client_id, "payments", request_id), expires)

    async def clock(self, operation: str, *to: Any, client_id: str | None = None) -> None:
        """Advance, freeze or run a clock as the admin API does."""
        before = self.clocks.now(client_id)
        await getattr(self.clocks, operation)(*to, client_id)
        await self.scheduler.clock_moved(client_id, before)


def play(scene: Callable[[Stage], Coroutine[Any, Any, None]], store: Aggregates[Any] | None = None) -> Stage:
    """The stage after a scene in simulated time, while the scheduler runs."""

    async def whole() -> Stage:
        stage = Stage(store)
        task = asyncio.create_task(stage.scheduler.run())
        await scene(stage)
        task.cancel()
        return stage

    return run(whole())
