"""The scheduler: sessions expire, buyers act and refunds settle by the client's clock, once each."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.clock import schedule as module
from mock_alipay.contracts.names import Act
from mock_alipay.storage import Aggregates, Key
from tests.apis.payments.orders import in_process, opened, order, refund
from tests.calls import NOW
from tests.gateway.stage import Stage, play
from tests.memory import kept
from tests.timelapse import looks, passed, run

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
TOLERANCE = 2 * module._TICK


def close_to(*seconds: float) -> Any:
    """These times, within the tolerance of the scheduler."""
    return pytest.approx(seconds, abs=TOLERANCE)


def test_sessions_expire_once_and_on_time() -> None:
    """Those that are opened while it runs, too, and a new one under an old id by its own time; not deleted ones."""

    async def scene(stage: Stage) -> None:
        await stage.open("hour", HOUR)
        await stage.open("minute", MINUTE)
        await asyncio.sleep(10)
        await stage.open("second", timedelta(seconds=11))
        await asyncio.sleep(120)
        await stage.open("minute", 2 * HOUR, version=3)
        for client_id in "CD":
            await stage.open("deleted", HOUR, client_id=client_id)
        await stage.store.forget("C")
        await stage.scheduler.schedule.due_times.forget("D")
        await asyncio.sleep(24 * 3600)

    stage = play(scene)
    assert ["second", "minute", "hour", "minute"] == stage.ids
    assert close_to(11, 60, 3600, 7200) == tuple(at for at, _ in stage.expired)


def test_scripted_buyers_and_refunds_happen_on_time() -> None:
    """One after the other."""

    async def scene(stage: Stage) -> None:
        acts = (Act("pending", MINUTE), Act("pay", MINUTE))
        await stage.repository.commit(opened(order(method="GCASH"), version=0, buyer=acts, acts=NOW + MINUTE))
        await asyncio.sleep(3600)
        paid = await stage.store.load(("A", "payments", "order-1"))
        assert paid is not None
        pending = refund(5, **in_process(2 * MINUTE))._replace(settles=NOW + HOUR + 2 * MINUTE)
        await stage.repository.commit(paid._replace(transactions=(pending,)))
        await asyncio.sleep(3600)

    changes = play(scene).changes
    assert ["OPEN", "PENDING", "SUCCESS", "SUCCESS", "SUCCESS"] == [payment.state for _, payment in changes]
    assert close_to(0, 60, 120, 3600, 3720) == tuple(at for at, _ in changes)
    assert ["SUCCESS"] == [transaction.status for transaction in changes[-1][1].refunds]


def test_advancing_a_clock_expires_sessions_at_once() -> None:
    """When ``clock_moved`` returns; a frozen clock is unaffected until it is moved or runs on."""

    async def scene(stage: Stage) -> None:
        for client_id, after in (("A", HOUR), ("B", HOUR), ("C", 3 * HOUR)):
            await stage.open(client_id, after, client_id=client_id)
        await asyncio.sleep(1)
        await stage.clock("freeze", None, client_id="B")
        before = passed()
        await stage.clock("advance", HOUR)
        assert (["A"], before) == (stage.ids, passed())
        await stage.clocks.freeze(NOW + 3 * HOUR - MINUTE, "C")  # without clock_moved: its due time is too early
        await asyncio.sleep(24 * 3600)
        await asyncio.gather(stage.clock("advance", HOUR, client_id="B"), stage.scheduler.settle())
        assert ["A", "B"] == stage.ids
        await stage.clock("run", client_id="C")
        await asyncio.sleep(24 * 3600)

    stage = play(scene)
    assert ["A", "B", "C"] == stage.ids
    assert close_to(1, 86401, 86461) == tuple(at for at, _ in stage.expired)


@pytest.mark.parametrize("client_id", [None, "A"], ids=["all", "one"])
def test_setting_a_clock_back_reopens_sessions(client_id: str | None) -> None:
    """Those that expired later than its new time, of the client ids that use it; they expire again.

    Their pending notifications are withdrawn.
    """

    async def scene(stage: Stage) -> None:
        for name, after in (("past", -HOUR), ("minute", MINUTE), ("hour", HOUR), ("day", DAY)):
            await stage.open(name, after)
        await stage.open("other", MINUTE, client_id="B")
        await stage.clocks.run("B")
        await asyncio.sleep(1)
        await stage.clock("advance", 2 * HOUR, client_id=client_id)
        await asyncio.sleep(60)
        assert ["past", "minute", "hour", "other"] == stage.ids
        await stage.clock("freeze", NOW, client_id=client_id)
        assert {"minute", "hour"} == set(stage.reopened)
        notifications = kept(stage.repository.notifier.dispatcher.journal)
        assert {("past", "PENDING"), ("minute", "DROPPED"), ("hour", "DROPPED"), ("other", "PENDING")} == {
            (notification.request_id, notification.status) for notification in notifications
        }
        await asyncio.sleep(3600)
        assert 4 == len(stage.expired)
        await stage.clock("run", client_id=client_id)
        await asyncio.sleep(2 * 3600)

    stage = play(scene)
    assert (["minute", "hour"], 2) == (stage.ids[4:], len(stage.reopened))
    assert close_to(3661 + 60, 3661 + 3600) == tuple(at for at, _ in stage.expired[4:])


class Faulty(Aggregates[Any]):
    """A store that fails to load bad aggregates, and takes a minute for slow ones."""

    async def load(self, key: Key) -> Any:
        if key[-1].startswith("bad"):
            raise ZeroDivisionError("a bug")
        await asyncio.sleep(60 * key[-1].startswith("slow"))
        return await super().load(key)


def test_clock_moved_waits_for_transitions_in_progress() -> None:
    """Those that the scheduler has already taken from the schedule."""

    async def scene(stage: Stage) -> None:
        for name in ("slow", "slow too"):
            await stage.open(name, MINUTE)
        await asyncio.sleep(61)
        assert ([], 0) == (stage.ids, await stage.scheduler.schedule.due_times.held())
        await stage.clock("advance", timedelta())
        assert ["slow", "slow too"] == stage.ids

    play(scene, Faulty())


def test_calls_are_processed_between_due_aggregates() -> None:
    """The scheduler yields after every few."""

    async def scene() -> int:
        stage, yields = Stage(), 0
        for number in range(100):
            await stage.open(str(number), MINUTE)
        await stage.clocks.advance(MINUTE)
        await stage.scheduler.schedule.clocks_moved()
        task = asyncio.create_task(stage.scheduler.settle())
        while not task.done():
            await asyncio.sleep(0)
            yields += 1
        assert 100 == len(stage.ids)
        return yields

    assert 10 <= run(scene())


@pytest.mark.parametrize("by", [timedelta(), MINUTE], ids=["on time", "by a moved clock"])
def test_an_internal_error_affects_one_aggregate_only(
    by: timedelta, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others at the same time and later ones expire; each error is logged once."""
    monkeypatch.setattr(logging.getLogger("mock_alipay"), "propagate", True)

    async def scene(stage: Stage) -> None:
        for name in ("bad", "good", "bad too", "good too"):
            await stage.open(name, MINUTE)
        await stage.open("later", HOUR)
        await asyncio.sleep(1)
        await stage.clock("advance", by)
        await asyncio.sleep(2 * 3600)

    assert ["good", "good too", "later"] == play(scene, Faulty()).ids
    errors = [f"internal error in a scheduled transition of payment {name}" for name in ("bad", "bad too")]
    assert (errors, 2) == (caplog.messages, caplog.text.count("ZeroDivisionError: a bug"))


def test_an_idle_scheduler_does_not_poll() -> None:
    """With nothing scheduled, or with frozen clocks."""

    async def scene(stage: Stage) -> None:
        await asyncio.sleep(10 * 24 * 3600)
        await stage.clocks.freeze(NOW)
        for number in range(100):
            await stage.open(str(number), HOUR)
        await asyncio.sleep(10 * 24 * 3600)
        assert ([], True) == (stage.expired, looks() < 50)

    play(scene)


_HOURS = st.timedeltas(timedelta(), HOUR)
_OPERATIONS = st.tuples(
    st.sampled_from(["A", "B", None]),
    st.tuples(st.just("open"), _HOURS)
    | st.tuples(st.just("advance"), _HOURS)
    | st.tuples(st.just("freeze"), st.none() | _HOURS.map(lambda ahead: NOW + ahead))
    | st.sampled_from([("run",), ("wait",)]),
)


@settings(max_examples=15)
@given(st.lists(_OPERATIONS, max_size=20))
def test_sessions_are_expired_exactly_when_their_clock_says_so(operations: list[tuple[str | None, Any]]) -> None:
    """After any moves of the clocks, and each expires once, and once more for each time that it was reopened."""

    async def scene(stage: Stage) -> None:
        sessions: dict[str, tuple[str, timedelta]] = {}
        for client_id, (operation, *to) in operations:
            if operation == "open":
                owner, name = client_id or "A", str(len(sessions))
                sessions[name] = (owner, stage.clocks.now(owner) + to[0] - NOW)
                await stage.open(name, sessions[name][1], client_id=owner)
            elif operation == "wait":
                await asyncio.sleep(60)
            else:
                await stage.clock(operation, *to, client_id=client_id)
            await stage.clock("advance", timedelta())
            due = [name for name, (owner, after) in sessions.items() if NOW + after <= stage.clocks.now(owner)]
            assert due == [name for name in sessions if stage.ids.count(name) == stage.reopened.count(name) + 1]
            assert Counter(due) + Counter(stage.reopened) == Counter(stage.ids)

    play(scene)
