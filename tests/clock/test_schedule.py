"""What is due, by whose clock, and how long that is to wait for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta

import pytest

from mock_alipay.clock import schedule as module
from mock_alipay.clock.clocks import Clocks, StoppedClock
from mock_alipay.clock.schedule import Schedule
from tests.calls import NOW
from tests.timelapse import LoopClock, looks, passed, run

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TICK = module._TICK
A_YEAR = 365 * 24 * 3600.0


def schedule(*due: tuple[str, str, timedelta]) -> tuple[Schedule, Clocks]:
    """An agenda on a machine whose time stands at NOW; ``due`` so long after it."""
    clocks = Clocks(StoppedClock(NOW))
    made = Schedule(clocks)
    for client_id, payment_request_id, after in due:
        made.put((client_id, payment_request_id), NOW + after, NOW)
    return made, clocks


class TestTakeDue:
    def test_takes_what_is_due_the_earliest_first_and_only_once(self) -> None:
        """In whatever order it was put; a moment that is now has come."""
        due, _ = schedule(("A", "2", -MINUTE), ("B", "1", -HOUR), ("A", "3", timedelta()), ("A", "4", MINUTE))
        assert [("B", "1"), ("A", "2"), ("A", "3")] == due.take_due()
        assert ([], 1) == (due.take_due(), len(due))

    def test_follows_each_client_s_clock(self) -> None:
        """One ahead, one frozen, one run on, and that of all."""
        due, clocks = schedule(*((client_id, "1", HOUR) for client_id in "ABCD"))
        clocks.freeze(client_id="B")
        clocks.advance(HOUR, "A")
        assert [("A", "1")] == due.take_due()
        clocks.advance(2 * HOUR)
        assert [("C", "1"), ("D", "1")] == due.take_due()
        clocks.run("B")
        assert [] == due.take_due()
        clocks.freeze(NOW + HOUR, "B")
        assert [("B", "1")] == due.take_due()

    def test_knows_but_one_moment_for_each_payment(self) -> None:
        """The latest that was put, be it earlier or later; the same id of another client is another payment."""
        due, _ = schedule(("A", "1", -HOUR), ("A", "1", HOUR), ("A", "2", HOUR), ("A", "2", -HOUR), ("B", "1", -HOUR))
        assert {("A", "2"), ("B", "1")} == set(due.take_due())
        assert 1 == len(due)


def test_one_client_s_are_forgotten_or_all() -> None:
    """Whether they are due or not."""
    due, _ = schedule(("A", "1", -HOUR), ("A", "2", HOUR), ("B", "1", -HOUR), ("B", "2", HOUR))
    due.forget("A")
    assert ([("B", "1")], 1) == (due.take_due(), len(due))
    due.forget()
    assert 0 == len(due)


def test_one_may_be_dropped() -> None:
    """Of one client's id; what nobody knows is dropped in peace."""
    due, _ = schedule(("A", "1", -HOUR), ("A", "2", -HOUR), ("B", "1", -HOUR))
    due.drop(("A", "1"))
    due.drop(("A", "3"))
    assert [("A", "2"), ("B", "1")] == due.take_due()


def test_what_is_put_again_and_again_takes_no_more_room() -> None:
    """Though nobody takes anything off: what is out of date is thrown out meanwhile."""
    due, _ = schedule(("A", "other", -HOUR))
    for number in range(3 * module._SLACK):
        due.put(("A", "1"), NOW + number * MINUTE, NOW)
        assert sum(map(len, due._queues.values())) <= module._SLACK + 4
    assert ([("A", "other")], 1) == (due.take_due(), len(due))


def test_the_oldest_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A payment that is put again is young again."""
    monkeypatch.setattr(module, "MOST", 3)
    due, _ = schedule(*(("A", number, -HOUR) for number in ("1", "2", "3", "1", "4", "5")))
    assert 3 == len(due)
    assert {"1", "4", "5"} == {payment_request_id for _, payment_request_id in due.take_due()}


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
            noted = Schedule(Clocks(LoopClock()))
            for number, after in enumerate(due):
                noted.put(("A", str(number)), NOW + after, NOW)
            return await waited(noted)

        assert expected == pytest.approx(run(scene()))

    @pytest.mark.parametrize(
        ("move", "expected"),
        [
            (lambda clocks: clocks.advance(MINUTE), 3600 - 60),
            (lambda clocks: clocks.advance(MINUTE, "A"), 3600 - 60),
            (lambda clocks: clocks.advance(MINUTE, "B"), 3600),
            (lambda clocks: clocks.freeze(NOW - HOUR) or clocks.run(), 2 * 3600),
            (lambda clocks: clocks.freeze(), A_YEAR),
            (lambda clocks: clocks.freeze(client_id="A"), A_YEAR),
            (lambda clocks: clocks.freeze(NOW + HOUR, "A"), TICK),
            (lambda clocks: clocks.freeze() or clocks.run("A"), 3600),
        ],
    )
    def test_counts_by_the_client_s_clock(self, move: Callable[[Clocks], object], expected: float) -> None:
        """One that is ahead, behind or frozen; nobody waits for a moment that a frozen clock will not reach."""

        async def scene() -> float:
            clocks = Clocks(LoopClock())
            move(clocks)
            noted = Schedule(clocks)
            noted.put(("A", "1"), NOW + HOUR, clocks.now("A"))
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
            noted = Schedule(Clocks(LoopClock()))
            for after in known:
                noted.put(("A", "known"), NOW + after, NOW)
            clock = LoopClock()
            return await waited(noted, lambda: noted.put(("A", "new"), NOW + put, clock.now()), 600)

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
            clocks = Clocks(LoopClock())
            clocks.freeze(NOW + ahead, "B")
            clocks.run("B")
            noted = Schedule(clocks)
            noted.put(("A", "known"), NOW + HOUR, clocks.now("A"))
            return await waited(noted, lambda: noted.put(("B", "new"), clocks.now("B") + after, clocks.now("B")), 600)

        assert expected == pytest.approx(run(scene()))

    def test_is_not_disturbed_by_a_moment_that_a_frozen_clock_will_not_reach(self) -> None:
        """But by one that it has reached."""

        async def scene(after: timedelta) -> float:
            clocks = Clocks(LoopClock())
            clocks.freeze()
            noted = Schedule(clocks)
            return await waited(noted, lambda: noted.put(("A", "1"), NOW + after, clocks.now("A")), 600)

        assert A_YEAR == pytest.approx(run(scene(MINUTE)))
        assert 600 + TICK == pytest.approx(run(scene(timedelta())))

    def test_ends_when_a_clock_is_moved(self) -> None:
        """Also one that stood still, so that nothing was waited for."""

        async def scene() -> float:
            clocks = Clocks(LoopClock())
            clocks.freeze()
            noted = Schedule(clocks)
            noted.put(("A", "1"), NOW + HOUR, NOW)
            noted.clocks_moved()

            def move() -> None:
                clocks.run()
                noted.clocks_moved()

            began = await waited(noted, move, 600)
            return began + await waited(noted)

        assert 600 + 3600 == pytest.approx(run(scene()), abs=2 * TICK)

    @pytest.mark.parametrize("disturbed", [True, False])
    def test_may_be_cancelled(self, disturbed: bool) -> None:
        """Also when something was put in the same breath; what is put afterwards is noted all the same."""

        async def scene() -> int:
            noted = Schedule(Clocks(LoopClock()))
            waiting = asyncio.create_task(noted.wait())
            await asyncio.sleep(1)
            if disturbed:
                noted.clocks_moved()
            waiting.cancel()
            await asyncio.wait([waiting])
            assert waiting.cancelled()
            noted.put(("A", "1"), NOW, NOW)
            noted.clocks_moved()
            return len(noted.take_due())

        assert 1 == run(scene())

    @pytest.mark.parametrize("frozen", [True, False])
    def test_costs_nothing_while_nothing_is_due(self, frozen: bool) -> None:
        """A year goes by in a few looks: the loop's own, who looks once a day while it waits."""

        async def scene() -> int:
            clocks = Clocks(LoopClock())
            noted = Schedule(clocks)
            if frozen:
                clocks.freeze()
                noted.put(("A", "1"), NOW + HOUR, NOW)
            before = looks()
            await waited(noted)
            return looks() - before

        assert 365 <= run(scene()) < 380

    def test_gathers_moments_that_are_close_to_each_other(self) -> None:
        """A thousand within a second are some twenty waits, and each is seen to in time."""

        async def scene() -> tuple[int, float]:
            noted = Schedule(Clocks(LoopClock()))
            for number in range(1000):
                noted.put(("A", str(number)), NOW + timedelta(milliseconds=number), NOW)
            waits, latest = 0, 0.0
            while len(noted):
                await noted.wait()
                waits += 1
                for _, milliseconds in noted.take_due():
                    latest = max(latest, passed() - int(milliseconds) / 1000)
            return waits, latest

        waits, latest = run(scene())
        assert 10 < waits <= 1 / TICK + 1
        assert latest < 2 * TICK
