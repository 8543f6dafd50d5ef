"""What is due: taken once, in order, at its moment, and never too much of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from mock_alipay.storage import DueTimes
from tests.calls import NOW
from tests.storage.conftest import Make

MINUTE = timedelta(minutes=1)


async def noted(due: DueTimes, *entries: tuple[str, str, int | None]) -> DueTimes:
    """With moments so many minutes from NOW, or that never come."""
    for client_id, due_id, minutes in entries:
        moment = NOW + (minutes or 0) * MINUTE
        await due.put((client_id, due_id), moment, None if minutes is None else moment)
    return due


def test_what_is_due_is_taken_once_the_earliest_first(make: Make) -> None:
    """In whatever order it was put; a moment that is now has come, and one that never comes is not waited for."""

    async def scene() -> None:
        due = await noted(
            make().aggregates_due, ("A", "2", -1), ("B", "1", -2), ("A", "3", 0), ("A", "4", 1), ("A", "5", None)
        )
        assert NOW - 2 * MINUTE == await due.first()
        assert [("B", "1"), ("A", "2"), ("A", "3")] == await due.take(NOW)
        assert ([], NOW + MINUTE, 2) == (await due.take(NOW), await due.first(), await due.held())
        assert ([("A", "4")], None) == (await due.take(NOW + 1000 * MINUTE), await due.first())

    asyncio.run(scene())


def test_of_many_who_take_each_gets_its_own(make: Make) -> None:
    """Nothing is taken twice."""

    async def scene() -> list[tuple[str, ...]]:
        due = await noted(make().aggregates_due, *(("A", str(number), -number) for number in range(20)))
        found = await asyncio.gather(*(due.take(NOW - n * MINUTE) for n in (15, 10, 0, 5)))
        return [one for some in found for one in some]

    taken = asyncio.run(scene())
    assert len(set(taken)) == len(taken) == 20


def test_an_id_has_but_one_moment(make: Make) -> None:
    """The latest that was put, be it earlier, later or never; the same id of another client is another."""

    async def scene() -> set[tuple[str, ...]]:
        due = await noted(
            make().aggregates_due, ("A", "1", -1), ("A", "1", 1), ("A", "2", 1), ("A", "2", -1), ("B", "1", -1)
        )
        await noted(due, ("C", "1", -1), ("C", "1", None), ("C", "2", None), ("C", "2", -1))
        return set(await due.take(NOW))

    assert {("A", "2"), ("B", "1"), ("C", "2")} == asyncio.run(scene())


def test_moments_are_worked_out_anew(make: Make) -> None:
    """Those of one client id or all, from what is due by its clock; from and to never, too."""

    async def scene() -> None:
        due = await noted(make().aggregates_due, ("A", "1", 60), ("A", "2", None), ("B", "1", 60))
        await due.move("A", lambda _, moment: moment - 60 * MINUTE)
        assert [("A", "2"), ("A", "1")] == await due.take(NOW)
        await due.move(None, lambda client_id, _: None if client_id == "B" else NOW)
        assert (None, [], 1) == (await due.first(), await due.take(NOW + 1000 * MINUTE), await due.held())
        await due.move(None, lambda _, moment: moment)
        assert NOW + 60 * MINUTE == await due.first()

    asyncio.run(scene())


def test_some_are_dropped_or_forgotten(make: Make) -> None:
    """One, those of one client id, or all; what nobody knows is dropped in peace."""

    async def scene() -> None:
        due = await noted(
            make().aggregates_due, ("A", "1", -1), ("A", "2", -1), ("A", "3", 1), ("B", "1", -1), ("B", "2", 1)
        )
        await due.drop(("A", "1"))
        await due.drop(("A", "4"))
        assert 2 == await due.forget("A")
        assert [("B", "1")] == await due.take(NOW)
        assert (1, 0) == (await due.forget(), await due.held())

    asyncio.run(scene())


def test_those_put_longest_ago_make_room(make: Make) -> None:
    """One that is put again is young again, and takes no more room however often that is."""

    async def scene() -> set[str]:
        due = await noted(make(most=3).aggregates_due, *(("A", due_id, -1) for due_id in "123145"))
        await noted(due, *[("A", "4", -1)] * 5_000)
        assert 3 == await due.held()
        return {due_id for _, due_id in await due.take(NOW)}

    assert {"1", "4", "5"} == asyncio.run(scene())
