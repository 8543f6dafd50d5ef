"""What is due, by whose clock, and how long that is to wait for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.clock import schedule as module
from mock_alipay.clock.clocks import Clocks, StoppedClock
from mock_alipay.clock.schedule import Schedule
from tests.calls import NOW
from tests.memory import clocks_of, done, schedule_by
from tests.timelapse import LoopClock, looks, passed, run

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TICK = module._TICK
A_YEAR = 365 * 24 * 3600.0


def schedule(*due: tuple[str, str, timedelta]) -> tuple[Schedule, Clocks]:
    """An agenda on a machine whose time stands at NOW; ``due`` so long after it."""
    clocks = clocks_of(StoppedClock(NOW))
    made = schedule_by(clocks)
    for client_id, payment_request_id, after in due:
        done(made.put((client_id, payment_request_id), NOW + after))
    return made, clocks


def test_what_is_due_follows_each_client_s_clock() -> None:
    """One ahead, one frozen, one run on, and that of all."""
    due, clocks = schedule(*((client_id, "1", HOUR) for client_id in "ABCD"))
    moves: list[tuple[Coroutine[Any, Any, None], str | None, str]] = [
        (clocks.freeze(client_id="B"), "B", ""),
        (clocks.advance(HOUR, "A"), "A", "A"),
        (clocks.advance(2 * HOUR), None, "CD"),
        (clocks.run("B"), "B", ""),
        (clocks.freeze(NOW + HOUR, "B"), "B", "B"),
    ]
    for move, whose, expected in moves:
        done(move)
        done(due.clocks_moved(whose))
        assert expected == "".join(client_id for client_id, _ in done(due.take_due()))


def test_what_a_frozen_clock_has_passed_is_due_in_order() -> None:
    """As it was by that clock."""
    due, clocks = schedule(("A", "2", -MINUTE), ("A", "1", -HOUR), ("A", "3", HOUR))
    done(clocks.freeze(NOW, "A"))
    done(due.clocks_moved("A"))
    done(due.put(("A", "0"), NOW - 2 * HOUR))
    assert [("A", number) for number in "012"] == done(due.take_due())


async def waited(due: Schedule, meanwhile: Callable[[], object] = lambda: None, after: float = 0.0) -> float:
    """How many seconds a wait takes when something is done ``after`` so many; at most a year."""
    began = passed()
    waiting = asyncio.create_task(due.wait())
    await asyncio.sleep(after)
    meanwhile()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(waiting, A_YEAR - after)
    return passed() - began


class TestWait:
    @pytest.mark.parametrize(
        ("due", "expected"),
        [
            ([HOUR], 3600.0),
            ([HOUR, MINUTE, 2 * HOUR], 60.0),
            ([timedelta(days=300)], 300 * 24 * 3600.0),
            ([timedelta()], TICK),
            ([-HOUR, HOUR], TICK),
            ([timedelta(seconds=TICK / 2)], TICK),
            ([], A_YEAR),
        ],
    )
    def test_ends_with_the_first_moment(self, due: list[timedelta], expected: float) -> None:
        """Not before a tick has passed, however close the moment; and never when nothing is due."""

        async def scene() -> float:
            noted = schedule_by(clocks_of(LoopClock()))
            for number, after in enumerate(due):
                done(noted.put(("A", str(number)), NOW + after))
            return await waited(noted)

        assert expected == pytest.approx(run(scene()))

    @pytest.mark.parametrize(
        ("move", "expected"),
        [
            (lambda clocks: done(clocks.advance(MINUTE)), 3600 - 60),
            (lambda clocks: done(clocks.advance(MINUTE, "A")), 3600 - 60),
            (lambda clocks: done(clocks.advance(MINUTE, "B")), 3600),
            (lambda clocks: done(clocks.freeze(NOW - HOUR)) or done(clocks.run()), 2 * 3600),
            (lambda clocks: done(clocks.freeze()), A_YEAR),
            (lambda clocks: done(clocks.freeze(client_id="A")), A_YEAR),
            (lambda clocks: done(clocks.freeze(NOW + HOUR, "A")), TICK),
            (lambda clocks: done(clocks.freeze()) or done(clocks.run("A")), 3600),
        ],
    )
    def test_counts_by_the_client_s_clock(self, move: Callable[[Clocks], object], expected: float) -> None:
        """One that is ahead, behind or frozen; nobody waits for a moment that a frozen clock will not reach."""

        async def scene() -> float:
            clocks = clocks_of(LoopClock())
            move(clocks)
            noted = schedule_by(clocks)
            done(noted.put(("A", "1"), NOW + HOUR))
            return await waited(noted)

        assert expected == pytest.approx(run(scene()))

    @pytest.mark.parametrize(
        ("known", "put", "expected"),
        [
            ([], 2 * HOUR, 600 + TICK),
            ([2 * HOUR], HOUR, 600 + TICK),
            ([2 * HOUR], MINUTE, 600 + TICK),
            ([HOUR], 2 * HOUR, 3600),
            ([HOUR], HOUR, 3600),
        ],
    )
    def test_ends_when_an_earlier_moment_is_put(self, known: list[timedelta], put: timedelta, expected: float) -> None:
        """And is not disturbed by a later one."""

        async def scene() -> float:
            noted = schedule_by(clocks_of(LoopClock()))
            for after in known:
                done(noted.put(("A", "known"), NOW + after))
            return await waited(noted, lambda: done(noted.put(("A", "new"), NOW + put)), 600)

        assert expected == pytest.approx(run(scene()))

    @pytest.mark.parametrize(
        ("after", "expected"),
        [(-MINUTE, 600 + TICK), (MINUTE, 600 + TICK), (HOUR - 11 * MINUTE, 600 + TICK), (HOUR, 3600)],
    )
    @pytest.mark.parametrize("ahead", [HOUR, -HOUR])
    def test_tells_earlier_from_later_by_the_client_s_clock(
        self, ahead: timedelta, after: timedelta, expected: float
    ) -> None:
        """Be it ahead or behind; an hour is known to be waited for when, after ten minutes, something is put."""

        async def scene() -> float:
            clocks = clocks_of(LoopClock())
            done(clocks.freeze(NOW + ahead, "B"))
            done(clocks.run("B"))
            noted = schedule_by(clocks)
            done(noted.put(("A", "known"), NOW + HOUR))
            return await waited(noted, lambda: done(noted.put(("B", "new"), done(clocks.now("B")) + after)), 600)

        assert expected == pytest.approx(run(scene()))

    def test_is_not_disturbed_by_a_moment_that_a_frozen_clock_will_not_reach(self) -> None:
        """But by one that it has reached."""

        async def scene(after: timedelta) -> float:
            clocks = clocks_of(LoopClock())
            done(clocks.freeze())
            noted = schedule_by(clocks)
            return await waited(noted, lambda: done(noted.put(("A", "1"), NOW + after)), 600)

        assert A_YEAR == pytest.approx(run(scene(MINUTE)))
        assert 600 + TICK == pytest.approx(run(scene(timedelta())))

    def test_ends_when_a_clock_is_moved(self) -> None:
        """Also one that stood still, so that nothing was waited for."""

        async def scene() -> float:
            clocks = clocks_of(LoopClock())
            done(clocks.freeze())
            noted = schedule_by(clocks)
            done(noted.put(("A", "1"), NOW + HOUR))
            done(noted.clocks_moved())

            def move() -> None:
                done(clocks.run())
                done(noted.clocks_moved())

            began = await waited(noted, move, 600)
            return began + await waited(noted)

        assert 600 + 3600 == pytest.approx(run(scene()), abs=2 * TICK)

    @pytest.mark.parametrize("disturbed", [True, False])
    def test_may_be_cancelled(self, disturbed: bool) -> None:
        """Also when something was put in the same breath; what is put afterwards is noted all the same."""

        async def scene() -> int:
            noted = schedule_by(clocks_of(LoopClock()))
            waiting = asyncio.create_task(noted.wait())
            await asyncio.sleep(1)
            if disturbed:
                done(noted.clocks_moved())
            waiting.cancel()
            await asyncio.wait([waiting])
            assert waiting.cancelled()
            done(noted.put(("A", "1"), NOW))
            done(noted.clocks_moved())
            return len(done(noted.take_due()))

        assert 1 == run(scene())

    @pytest.mark.parametrize("frozen", [True, False])
    def test_costs_nothing_while_nothing_is_due(self, frozen: bool) -> None:
        """A year goes by in a few looks: the loop's own, who looks once a day while it waits."""

        async def scene() -> int:
            clocks = clocks_of(LoopClock())
            noted = schedule_by(clocks)
            if frozen:
                done(clocks.freeze())
                done(noted.put(("A", "1"), NOW + HOUR))
            before = looks()
            await waited(noted)
            return looks() - before

        assert 365 <= run(scene()) < 380

    def test_gathers_moments_that_are_close_to_each_other(self) -> None:
        """A thousand within a second are some twenty waits, and each is seen to in time."""

        async def scene() -> tuple[int, float]:
            noted = schedule_by(clocks_of(LoopClock()))
            for number in range(1000):
                done(noted.put(("A", str(number)), NOW + timedelta(milliseconds=number)))
            waits, latest = 0, 0.0
            while done(noted.due_times.held()):
                await noted.wait()
                waits += 1
                for _, milliseconds in done(noted.take_due()):
                    latest = max(latest, passed() - int(milliseconds) / 1000)
            return waits, latest

        waits, latest = run(scene())
        assert 10 < waits <= 1 / TICK + 1
        assert latest < 2 * TICK
