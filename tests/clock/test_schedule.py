"""Due times by each client's clock, and how long the schedule waits for them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta

import pytest

from mock_alipay.clock.clocks import Clocks, StoppedClock
from mock_alipay.clock.schedule import Schedule
from tests.calls import NOW
from tests.memory import clocks_of, done, schedule_by
from tests.timelapse import LoopClock, passed, run

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TICK = 0.05
"""The minimum seconds between two checks."""
A_YEAR = 365 * 24 * 3600.0


def test_keys_are_due_by_the_clock_of_their_client_id() -> None:
    """A clock may be ahead, frozen or running again, and others follow the clock for all."""
    clocks = clocks_of(StoppedClock(NOW))
    schedule = schedule_by(clocks)
    for client_id in "ABCD":
        done(schedule.put((client_id, "1"), NOW + HOUR))
    for move, owner, expected in (
        (clocks.freeze(client_id="B"), "B", ""),
        (clocks.advance(HOUR, "A"), "A", "A"),
        (clocks.advance(2 * HOUR), None, "CD"),
        (clocks.run("B"), "B", ""),
        (clocks.freeze(NOW + HOUR, "B"), "B", "B"),
    ):
        done(move)
        done(schedule.clocks_moved(owner))
        assert expected == "".join(client_id for client_id, _ in done(schedule.take_due()))


def test_times_that_a_frozen_clock_has_passed_are_due_in_order() -> None:
    """Also those that are put while it is frozen."""
    clocks = clocks_of(StoppedClock(NOW))
    schedule = schedule_by(clocks)
    for name, after in (("2", -MINUTE), ("1", -HOUR), ("3", HOUR)):
        done(schedule.put(("A", name), NOW + after))
    done(clocks.freeze(NOW, "A"))
    done(schedule.clocks_moved("A"))
    done(schedule.put(("A", "0"), NOW - 2 * HOUR))
    assert [("A", name) for name in "012"] == done(schedule.take_due())


Scene = Callable[[Clocks, Schedule], object]


async def waited(*due: timedelta, first: Scene = lambda *_: None, then: Scene = lambda *_: None) -> float:
    """The seconds, at most a year, of a wait for due times of A; ``then`` is called ten minutes into it."""
    clocks = clocks_of(LoopClock())
    schedule = schedule_by(clocks)
    first(clocks, schedule)
    for number, after in enumerate(due):
        done(schedule.put(("A", str(number)), NOW + after))
    began, waiting = passed(), asyncio.create_task(schedule.wait())
    asyncio.get_running_loop().call_later(600, then, clocks, schedule)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(waiting, A_YEAR)
    return passed() - began


@pytest.mark.parametrize(
    ("due", "move", "expected"),
    [
        ([HOUR, MINUTE, 2 * HOUR], None, 60.0),
        ([timedelta(days=300)], None, 300 * 24 * 3600.0),
        ([-HOUR, HOUR], None, TICK),
        ([timedelta(seconds=TICK / 2)], None, TICK),
        ([], None, A_YEAR),
        ([HOUR], lambda clocks: done(clocks.advance(MINUTE, "A")), 3600 - 60),
        ([HOUR], lambda clocks: done(clocks.advance(MINUTE, "B")), 3600),
        ([HOUR], lambda clocks: done(clocks.freeze(NOW - HOUR)) or done(clocks.run()), 2 * 3600),
        ([HOUR], lambda clocks: done(clocks.freeze()), A_YEAR),
        ([HOUR], lambda clocks: done(clocks.freeze(NOW + HOUR, "A")), TICK),
        ([HOUR], lambda clocks: done(clocks.freeze()) or done(clocks.run("A")), 3600),
    ],
)
def test_a_wait_ends_at_the_first_due_time_by_the_client_s_clock(
    due: list[timedelta], move: Callable[[Clocks], object] | None, expected: float
) -> None:
    """It takes at least a tick, and never ends while nothing is scheduled or the clock is frozen before."""
    assert expected == pytest.approx(run(waited(*due, first=lambda clocks, _: move and move(clocks))))


@pytest.mark.parametrize(
    ("ahead", "after", "expected"),
    [
        (HOUR, MINUTE, 600 + TICK),
        (-HOUR, HOUR - 11 * MINUTE, 600 + TICK),
        (-HOUR, HOUR, 3600),
        (HOUR, HOUR - 10 * MINUTE, 3600),
        (None, timedelta(), 600 + TICK),
        (None, MINUTE, 3600),
    ],
    ids=["earlier", "earlier, clock behind", "later", "same time", "reached when frozen", "not reached when frozen"],
)
def test_a_wait_ends_when_an_earlier_time_is_put(ahead: timedelta | None, after: timedelta, expected: float) -> None:
    """Ten minutes into a wait of an hour, another client id's key is put; its clock is ``ahead``, or frozen."""

    def move(clocks: Clocks, _: Schedule) -> None:
        done(clocks.freeze(NOW + (ahead or timedelta()), "B"))
        if ahead is not None:
            done(clocks.run("B"))

    def put(clocks: Clocks, schedule: Schedule) -> None:
        done(schedule.put(("B", "new"), clocks.now("B") + after))

    assert expected == pytest.approx(run(waited(HOUR, first=move, then=put)))


def test_a_wait_ends_when_a_clock_is_moved() -> None:
    """Also when the clock was frozen, so that nothing was due."""

    def move(clocks: Clocks, schedule: Schedule) -> None:
        done(clocks.run())
        done(schedule.clocks_moved())

    assert 600 + TICK == pytest.approx(run(waited(HOUR, first=lambda clocks, _: done(clocks.freeze()), then=move)))


@pytest.mark.parametrize("moved", [True, False])
def test_a_wait_may_be_cancelled(moved: bool) -> None:
    """Also right after a clock was moved; the schedule works on."""

    async def scene() -> int:
        schedule = schedule_by(clocks_of(LoopClock()))
        waiting = asyncio.create_task(schedule.wait())
        await asyncio.sleep(1)
        if moved:
            done(schedule.clocks_moved())
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        done(schedule.put(("A", "1"), NOW))
        return len(done(schedule.take_due()))

    assert 1 == run(scene())


def test_one_check_covers_times_that_are_close_together() -> None:
    """A hundred due times within a second need some twenty waits, and none is late."""

    async def scene() -> int:
        schedule = schedule_by(clocks_of(LoopClock()))
        for number in range(100):
            done(schedule.put(("A", str(number)), NOW + timedelta(milliseconds=10 * number)))
        waits = 0
        while done(schedule.due_times.held()):
            await schedule.wait()
            waits += 1
            assert all(passed() - int(number) / 100 < 2 * TICK for _, number in done(schedule.take_due()))
        return waits

    assert 10 < run(scene()) <= 1 / TICK + 1
