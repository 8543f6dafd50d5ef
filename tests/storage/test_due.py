"""Due times: taken once, in order, when they are due."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from mock_alipay.storage import DueTimes
from tests.calls import NOW
from tests.storage.conftest import Make

MINUTE = timedelta(minutes=1)


async def filled(due: DueTimes, *entries: tuple[str, str, int | None]) -> DueTimes:
    """With due times so many minutes from NOW; None: never."""
    for client_id, name, minutes in entries:
        moment = NOW + (minutes or 0) * MINUTE
        await due.put((client_id, name), moment, None if minutes is None else moment)
    return due


async def test_due_keys_are_taken_once_in_order(make: Make) -> None:
    """A time that is exactly now is due; one that is never due is not."""
    entries = (("A", "2", -1), ("B", "1", -2), ("A", "3", 0), ("A", "4", 1), ("A", "5", None))
    due = await filled(make().aggregates_due, *entries)
    assert NOW - 2 * MINUTE == await due.first()
    assert [("B", "1"), ("A", "2"), ("A", "3")] == await due.take(NOW)
    assert ([], NOW + MINUTE, 2) == (await due.take(NOW), await due.first(), await due.held())
    assert ([("A", "4")], None) == (await due.take(NOW + 1000 * MINUTE), await due.first())


async def test_concurrent_takers_get_disjoint_keys(make: Make) -> None:
    """No key is taken twice, and none is lost."""
    due = await filled(make().aggregates_due, *(("A", str(number), -number) for number in range(20)))
    batches = await asyncio.gather(*(due.take(NOW - minutes * MINUTE) for minutes in (15, 10, 0, 5)))
    assert 20 == len({key for batch in batches for key in batch}) == sum(map(len, batches))


async def test_the_last_due_time_of_a_key_counts(make: Make) -> None:
    """Earlier, later or never; the same name of another client id is another key."""
    due = await filled(make().aggregates_due, ("A", "1", -1), ("A", "1", 1), ("A", "2", 1), ("A", "2", -1))
    await filled(due, ("B", "1", -1), ("C", "1", -1), ("C", "1", None), ("C", "2", None), ("C", "2", -1))
    assert {("A", "2"), ("B", "1"), ("C", "2")} == set(await due.take(NOW))


async def test_due_times_are_recomputed(make: Make) -> None:
    """Those of one client id or all, also from and to never."""
    due = await filled(make().aggregates_due, ("A", "1", 60), ("A", "2", None), ("B", "1", 60))
    await due.move("A", lambda _, moment: moment - 60 * MINUTE)
    assert [("A", "2"), ("A", "1")] == await due.take(NOW)
    await due.move(None, lambda client_id, _: None if client_id == "B" else NOW)
    assert (None, [], 1) == (await due.first(), await due.take(NOW + 1000 * MINUTE), await due.held())
    await due.move(None, lambda _, moment: moment)
    assert NOW + 60 * MINUTE == await due.first()


async def test_due_times_are_removed(make: Make) -> None:
    """Of one key, one client id, or all; an unknown key is ignored."""
    entries = (("A", "1", -1), ("A", "2", -1), ("A", "3", 1), ("B", "1", -1), ("B", "2", 1))
    due = await filled(make().aggregates_due, *entries)
    for name in "14":
        await due.drop(("A", name))
    assert (2, [("B", "1")]) == (await due.forget("A"), await due.take(NOW))
    assert (1, 0) == (await due.forget(), await due.held())


async def test_the_entry_that_was_put_first_is_evicted(make: Make) -> None:
    """A key that is put again counts as new, and occupies one entry however often that happens."""
    due = await filled(make(most=3).aggregates_due, *(("A", name, -1) for name in "123145"))
    await filled(due, *[("A", "4", -1)] * 5_000)
    assert 3 == await due.held()
    assert {("A", name) for name in "145"} == set(await due.take(NOW))
