"""Sessions expire by themselves, buyers act, money arrives: by their client's clock, and told of once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Money, Order, Session
from mock_alipay.clock import schedule as module
from mock_alipay.clock.clocks import Clocks
from mock_alipay.contracts.names import Act
from mock_alipay.gateway.scheduler import Scheduler
from mock_alipay.journal.events import Event, Events
from mock_alipay.storage import Aggregates, Key
from tests.apis.payments.orders import late, opened, order, refund
from tests.calls import NOW, parts_of
from tests.memory import clocks_of, done, kept, schedule_by
from tests.timelapse import LoopClock, looks, passed, run

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TICK = module._TICK


@dataclass
class Scene:
    """A timekeeper with its surroundings, and what it has told so far: when and of which payment.

    ``reopened`` are payments whose session is told to be open again.
    """

    store: Aggregates[Any] = field(default_factory=Aggregates[Any])
    clocks: Clocks = field(default_factory=lambda: clocks_of(LoopClock()))
    events: Events = field(default_factory=lambda: Events("run"))
    told: list[tuple[float, str]] = field(default_factory=list)
    reopened: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        repository = replace(
            parts_of().repository, store=self.store, schedule=schedule_by(self.clocks), events=self.events
        )
        repository.environment.fake_buyers.details("", method="", card={})  # Faker is loaded in a thread otherwise
        self.scheduler = Scheduler(repository.schedule, self.clocks, repository)

    def hear(self, event: Event) -> None:
        if event.kind != "payment":
            return
        payment = event.subject
        assert payment.client_id == event.client_id
        if payment.state == "OPEN":
            self.reopened.append(payment.payment_request_id)
        else:
            assert payment.state == "EXPIRED"
            self.told.append((passed(), payment.payment_request_id))

    @property
    def ids(self) -> list[str]:
        return [payment_request_id for _, payment_request_id in self.told]

    async def open(self, payment_request_id: str, after: timedelta, *, client_id: str = "A", version: int = 1) -> None:
        """A session that expires so long after NOW."""
        expires = NOW + after
        session = Session("id", "data", NOW, expires, expires.isoformat())
        order = Order(Money("USD", 1), "GCASH", "http://127.0.0.1:9/notify")
        payment = Payment(client_id, payment_request_id, version, b"{}", NOW, order, expires, session)
        assert await self.store.commit(payment)
        done(self.scheduler.schedule.put((client_id, "payments", payment_request_id), expires))

    async def move(self, how: Callable[[Clocks, str | None], object], client_id: str | None = None) -> None:
        """Move a clock, and let it be seen to."""
        before = done(self.clocks.now(client_id))
        how(self.clocks, client_id)
        await self.scheduler.clock_moved(client_id, before)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let time take its course."""
        task = asyncio.create_task(self.scheduler.run())
        with self.events.subscribed(self.hear):
            yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def advance(by: timedelta) -> Callable[[Clocks, str | None], object]:
    """Move a clock forward."""
    return lambda clocks, client_id: done(clocks.advance(by, client_id))


def run_on(clocks: Clocks, client_id: str | None) -> None:
    """Let a clock go on."""
    done(clocks.run(client_id))


def stay(_clocks: Clocks, _client_id: str | None) -> None:
    """Leave a clock as it is."""


def freeze(at: datetime | None = None) -> Callable[[Clocks, str | None], object]:
    """Stop a clock."""
    return lambda clocks, client_id: done(clocks.freeze(at, client_id))


def play(scene: Coroutine[Any, Any, Scene]) -> list[str]:
    """The payments that were told of, in order."""
    return run(scene).ids


def test_an_expired_session_is_told_of_once_and_in_time() -> None:
    """Each at its own moment; nothing more happens in a day."""

    async def scene() -> Scene:
        stage = Scene()
        await stage.open("hour", HOUR)
        await stage.open("minute", MINUTE)
        async with stage.running():
            await asyncio.sleep(10)
            await stage.open("second", timedelta(seconds=11))
            await asyncio.sleep(24 * 3600)
        return stage

    told = run(scene()).told
    assert ["second", "minute", "hour"] == [payment_request_id for _, payment_request_id in told]
    assert [11, 60, 3600] == pytest.approx([at for at, _ in told], abs=2 * TICK)


def test_a_scripted_buyer_acts_in_time_and_money_arrives() -> None:
    """At their own moments, the one after the other."""

    async def scene() -> list[tuple[float, str, int]]:
        stage, changes = Scene(), list[tuple[float, str, int]]()

        def hear(event: Event) -> None:
            if event.kind == "payment":
                changes.append((passed(), event.subject.state, len(event.subject.refunds)))

        acts = (Act("pending", MINUTE), Act("pay", MINUTE))
        payment = opened(order(method="GCASH"), version=0, buyer=acts, acts=NOW + MINUTE)
        with stage.events.subscribed(hear):
            async with stage.running():
                await stage.scheduler.repository.commit(payment)
                await asyncio.sleep(3600)
                paid = await stage.store.load(("A", "payments", "order-1"))
                assert paid is not None
                made = refund(5, **late(2 * MINUTE))._replace(settles=NOW + HOUR + 2 * MINUTE)
                await stage.scheduler.repository.commit(paid._replace(transactions=(made,)))
                await asyncio.sleep(3600)
                settled = await stage.store.load(("A", "payments", "order-1"))
                assert settled is not None
                assert ["SUCCESS"] == [t.status for t in settled.refunds]
        return changes

    changes = run(scene())
    assert ["OPEN", "PENDING", "SUCCESS", "SUCCESS", "SUCCESS"] == [state for _, state, _ in changes]
    assert [0, 60, 120, 3600, 3720] == pytest.approx([at for at, _, _ in changes], abs=2 * TICK)


def test_a_moved_clock_lets_it_happen_at_once() -> None:
    """When ``clock_moved`` returns it has happened, and the timekeeper does not tell of it again."""

    async def scene() -> Scene:
        stage = Scene()
        await stage.open("mine", HOUR)
        await stage.open("frozen", HOUR, client_id="B")
        async with stage.running():
            await asyncio.sleep(1)
            done(stage.clocks.freeze(client_id="B"))
            before = passed()
            await stage.move(advance(HOUR))
            assert (["mine"], before) == (stage.ids, passed())
            await asyncio.sleep(24 * 3600)
            assert ["mine"] == stage.ids
            await asyncio.gather(stage.move(advance(HOUR), "B"), stage.scheduler.settle())
            await asyncio.sleep(24 * 3600)
        return stage

    assert ["mine", "frozen"] == play(scene())


def test_a_clock_that_is_run_on_is_followed() -> None:
    """From where it was frozen."""

    async def scene() -> Scene:
        stage = Scene()
        await stage.open("mine", HOUR)
        done(stage.clocks.freeze(NOW + HOUR - MINUTE, "A"))
        async with stage.running():
            await asyncio.sleep(24 * 3600)
            await stage.move(run_on, "A")
            await asyncio.sleep(24 * 3600)
        return stage

    assert [24 * 3600 + 60] == pytest.approx([at for at, _ in run(scene()).told], abs=2 * TICK)


@pytest.mark.parametrize("whose", [None, "A"])
def test_a_clock_that_is_set_back_opens_sessions_again(whose: str | None) -> None:
    """Those that had expired by then and have not now, of the clients who go by that clock; they expire once more."""

    async def scene() -> Scene:
        stage = Scene()
        for name, after in (("long ago", -HOUR), ("minute", MINUTE), ("hour", HOUR), ("day", 24 * HOUR)):
            await stage.open(name, after)
        await stage.open("other", MINUTE, client_id="B")
        done(stage.clocks.run("B"))
        async with stage.running():
            await asyncio.sleep(1)
            await stage.move(advance(2 * HOUR), whose)
            await asyncio.sleep(60)
            assert ["long ago", "minute", "hour", "other"] == stage.ids
            await stage.move(freeze(NOW), whose)
            assert ["minute", "hour"] == sorted(stage.reopened, reverse=True)
            await asyncio.sleep(3600)
            assert 4 == len(stage.told)
            await stage.move(run_on, whose)
            await asyncio.sleep(2 * 3600)
        assert 2 == len(stage.reopened)
        return stage

    told = run(scene()).told
    assert ["long ago", "minute", "hour", "other", "minute", "hour"] == [name for _, name in told]
    assert [3661 + 60, 3661 + 3600] == pytest.approx([at for at, _ in told[4:]], abs=2 * TICK)


def test_a_clock_that_is_set_back_a_little_opens_nothing() -> None:
    """What had not expired before has not now, and what expired long before stays so; each is told of once."""

    async def scene() -> Scene:
        stage = Scene()
        await stage.open("minute", MINUTE)
        await stage.open("hour", HOUR)
        async with stage.running():
            await asyncio.sleep(600)
            await stage.move(freeze(NOW + 2 * MINUTE))
            await stage.move(run_on)
            await asyncio.sleep(24 * 3600)
        assert [] == stage.reopened
        return stage

    assert [60, 600 + 3600 - 120] == pytest.approx([at for at, _ in run(scene()).told], abs=2 * TICK)


def test_the_clock_of_all_set_back_opens_nothing_of_those_who_have_their_own() -> None:
    """They do not go by it, however much they are ahead."""

    async def scene() -> Scene:
        stage = Scene()
        await stage.open("mine", HOUR)
        await stage.open("theirs", HOUR, client_id="B")
        async with stage.running():
            for client_id in (None, "A"):
                await stage.move(advance(2 * HOUR), client_id)
            await stage.move(freeze(NOW))
            assert (["mine", "theirs"], ["theirs"]) == (sorted(stage.ids), stage.reopened)
        return stage

    play(scene())


def test_a_session_that_was_opened_anew_expires_anew() -> None:
    """Under the same id, and by its own time."""

    async def scene() -> Scene:
        stage = Scene()
        await stage.open("order", MINUTE)
        async with stage.running():
            await asyncio.sleep(120)
            await stage.open("order", HOUR, version=3)
            await asyncio.sleep(24 * 3600)
        return stage

    assert [60, 3600] == pytest.approx([at for at, _ in run(scene()).told], abs=2 * TICK)


def test_a_payment_that_was_forgotten_is_not_told_of() -> None:
    """Whether the agenda still knows it or not; others are."""

    async def scene() -> Scene:
        stage = Scene()
        await stage.open("forgotten", MINUTE)
        await stage.store.forget("A")
        await stage.open("other", MINUTE, client_id="B")
        await stage.open("off", MINUTE, client_id="C")
        done(stage.scheduler.schedule.due_times.forget("C"))
        async with stage.running():
            await asyncio.sleep(3600)
        return stage

    assert ["other"] == play(scene())


class Dawdling(Aggregates[Any]):
    """A store that takes a minute to find a payment, once there is a clock that was moved."""

    slow = False

    async def load(self, key: Key) -> Payment | None:
        if self.slow:
            await asyncio.sleep(60)
        return await super().load(key)


def test_a_moved_clock_waits_for_what_others_have_begun() -> None:
    """What the rounds have taken off the agenda has happened, too, when ``clock_moved`` returns."""

    async def scene() -> Scene:
        store = Dawdling()
        stage = Scene(store=store)
        for name in ("one", "two"):
            await stage.open(name, MINUTE)
        store.slow = True
        async with stage.running():
            await asyncio.sleep(MINUTE.total_seconds() + 1)
            assert ([], 0) == (stage.ids, done(stage.scheduler.schedule.due_times.held()))
            await stage.move(stay)
            assert ["one", "two"] == stage.ids
        return stage

    play(scene())


def test_calls_are_answered_while_many_payments_are_due() -> None:
    """Others get their turn between a few of them, though nothing that happens has to be waited for."""

    async def scene() -> list[int]:
        stage, seen = Scene(), list[int]()
        for number in range(100):
            await stage.open(str(number), MINUTE)
        done(stage.clocks.advance(MINUTE))
        done(stage.scheduler.schedule.clocks_moved())

        async def calls() -> None:
            while len(stage.ids) < 100:
                seen.append(len(stage.ids))
                await asyncio.sleep(0)

        with stage.events.subscribed(stage.hear):
            await asyncio.gather(stage.scheduler.settle(), calls())
        return seen

    assert 10 <= len(run(scene()))


def test_a_clock_that_is_set_back_takes_back_what_was_to_be_told() -> None:
    """Of the sessions that are open again, and of no others."""

    async def scene() -> list[tuple[str | None, str]]:
        stage = Scene()
        journal = stage.scheduler.repository.notifier.dispatcher.journal
        for name, after in (("minute", MINUTE), ("hour", HOUR)):
            await stage.open(name, after)
        async with stage.running():
            await stage.move(advance(2 * HOUR))
            await stage.move(freeze(NOW + 2 * MINUTE))
        return [(one.request_id, one.status) for one in kept(journal)]

    assert [("minute", "PENDING"), ("hour", "DROPPED")] == run(scene())


class Spoilt(Aggregates[Any]):
    """A store with a bug."""

    async def load(self, key: Key) -> Payment | None:
        if key[-1].startswith("bad"):
            raise ZeroDivisionError("oops")
        return await super().load(key)


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_bug_in_what_is_due_spoils_nothing_else(
    by_hand: bool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is due at the same moment happens, what is due later too, and the log tells of the bug once."""
    monkeypatch.setattr(logging.getLogger("mock_alipay"), "propagate", True)

    async def scene() -> Scene:
        stage = Scene(store=Spoilt())
        for payment_request_id in ("bad", "good", "bad as well", "good as well"):
            await stage.open(payment_request_id, MINUTE)
        await stage.open("later", HOUR)
        async with stage.running():
            await asyncio.sleep(1)
            if by_hand:
                await stage.move(advance(MINUTE))
            await asyncio.sleep(2 * 3600)
        return stage

    assert ["good", "good as well", "later"] == play(scene())
    assert ["payment bad met a bug", "payment bad as well met a bug"] == [
        message.partition("for ")[2].partition(" in ")[0] for message in caplog.messages
    ]
    assert 2 == caplog.text.count("ZeroDivisionError: oops")


def test_an_idle_timekeeper_costs_nothing() -> None:
    """Neither with nothing to do, nor with sessions whose clock stands still."""

    async def scene() -> int:
        stage = Scene()
        async with stage.running():
            await asyncio.sleep(10 * 24 * 3600)
            done(stage.clocks.freeze(NOW))
            for number in range(100):
                await stage.open(str(number), HOUR)
            await asyncio.sleep(10 * 24 * 3600)
        assert [] == stage.told
        return looks()

    assert run(scene()) < 50


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("open"), st.sampled_from("AB"), st.timedeltas(timedelta(), HOUR)),
            st.tuples(
                st.sampled_from(["advance", "set"]), st.sampled_from(["A", "B", None]), st.timedeltas(timedelta(), HOUR)
            ),
            st.tuples(st.sampled_from(["freeze", "run", "wait"]), st.sampled_from(["A", "B", None]), st.just(MINUTE)),
        ),
        max_size=25,
    )
)
def test_whatever_is_done_to_the_clocks_each_session_expires_once(
    moves: list[tuple[str, Any, timedelta]],
) -> None:
    """Those whose client's clock has come so far have expired, and no others, at every moment when someone looks.

    Once, and once more for each time that they were opened again.
    """

    async def scene() -> None:
        stage = Scene()
        opened: dict[str, tuple[str, timedelta]] = {}
        async with stage.running():
            for move, client_id, by in moves:
                how: Callable[[Clocks, str | None], object] = stay
                match move:
                    case "open":
                        after = done(stage.clocks.now(client_id)) + by - NOW
                        opened[str(len(opened))] = (client_id, after)
                        await stage.open(str(len(opened) - 1), after, client_id=client_id)
                    case "advance":
                        how = advance(by)
                    case "set":
                        how = freeze(NOW + by)
                    case "freeze":
                        how = freeze()
                    case "run":
                        how = run_on
                    case _:
                        await asyncio.sleep(by.total_seconds())
                await stage.move(how, client_id)
                due = [key for key, (whose, after) in opened.items() if NOW + after <= done(stage.clocks.now(whose))]
                assert due == [key for key in opened if stage.ids.count(key) == stage.reopened.count(key) + 1]
                assert Counter(due) + Counter(stage.reopened) == Counter(stage.ids)

    run(scene())
