"""Journals: in order, found by id and by what they belong to, and never too many."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import pytest

from mock_alipay.storage import Journal
from tests.storage.conftest import Make


class Note(NamedTuple):
    """A record of either journal."""

    id: str
    client_id: str = "A"
    payment: str = ""
    text: str = ""

    @property
    def number(self) -> int:
        return int(self.id)

    @property
    def key(self) -> tuple[str, str]:
        return self.client_id, self.payment


async def written(journal: Journal[Note], *notes: str) -> Journal[Note]:
    """With records that have been added in this order, each told by its id and its client id."""
    for note in notes:
        await journal.keep(Note(note[:-1], note[-1]), 10)
    return journal


async def ids(journal: Journal[Note], **how: int) -> str:
    """Those that it shows, newest first."""
    return "".join(note.id for note in await journal.newest_first(**how))  # type: ignore[arg-type]


def test_ids_count_up(make: Make) -> None:
    """From 1, and are never given again; whoever asks at the same time gets another."""

    async def scene() -> list[str]:
        journal = make().calls
        first = await asyncio.gather(*(journal.next_id() for _ in range(3)))
        await journal.forget()
        return [*sorted(first), await journal.next_id()]

    assert ["1", "2", "3", "4"] == asyncio.run(scene())


def test_what_is_kept_is_found(make: Make) -> None:
    """By its id, by what it says and in order, so many at a time."""

    async def scene() -> None:
        journal = await written(make().calls, "1A", "2B", "3A")
        assert [Note("2", "B"), None] == [await journal.get(one) for one in "24"]
        assert ("321", "32", 3) == (await ids(journal), await ids(journal, limit=2), (await journal.held())[0])
        found = await journal.newest_first(lambda note: note.client_id == "A", limit=1)
        assert [Note("3", "A")] == found

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("after", "expected"),
    [(0, "34152"), (2, "3415"), (5, "341"), (1, "34"), (4, "3"), (3, ""), (6, ""), (99, "")],
)
def test_what_is_later_is_what_was_added_later(make: Make, after: int, expected: str) -> None:
    """A slow call gets its id before others that are added before it; an id beyond all has nothing after it."""

    async def scene() -> str:
        return await ids(await written(make().calls, "2A", "5A", "1A", "4A", "3A"), after=after)

    assert expected == asyncio.run(scene())


@pytest.mark.parametrize("forgotten", [True, False])
def test_what_is_later_than_one_that_is_gone_is_told_by_its_id(make: Make, forgotten: bool) -> None:
    """Forgotten or made room for: greater ids are later, as numbers and not as texts."""

    async def scene() -> str:
        order = ("1A", "4B", "3A", "10A", "5A") if forgotten else ("4A", "1A", "3A", "10A", "5A", "2A")
        journal = await written(make(most=5).calls, *order)
        if forgotten:
            assert 1 == await journal.forget("B")
        return await ids(journal, after=4)

    assert "510" == asyncio.run(scene())


def test_only_what_has_not_changed_is_replaced(make: Make) -> None:
    """It stays as old as it was; what is gone stays gone."""

    async def scene() -> None:
        journal = await written(make().notifications, "1A", "2A")
        first, other, late = Note("1", "A"), Note("1", "A", text="other"), Note("1", "A", text="late")
        assert [] == await journal.replace(first, other, 20)
        assert None is await journal.replace(first, late, 20)
        assert (other, "21", (2, 30)) == (await journal.get("1"), await ids(journal), await journal.held())
        await journal.forget()
        assert (None, (0, 0)) == (await journal.replace(other, late, 20), await journal.held())

    asyncio.run(scene())


def test_of_many_who_replace_one_succeeds(make: Make) -> None:
    """However they get in each other's way."""

    async def scene() -> list[bool]:
        journal = await written(make().notifications, "1A")
        changes = (journal.replace(Note("1", "A"), Note("1", "A", text=str(n))) for n in range(5))
        return [found is not None for found in await asyncio.gather(*changes)]

    assert 1 == asyncio.run(scene()).count(True)


def test_those_of_one_payment_are_found_together(make: Make) -> None:
    """The oldest first, until they go."""

    async def scene() -> None:
        journal = make(most=4).notifications
        notes = [Note("1", "A", "p"), Note("2", "B", "p"), Note("3", "A", "q"), Note("4", "A", "p")]
        for note in notes:
            await journal.keep(note)
        assert [notes[0], notes[3]] == await journal.together(("A", "p"))
        assert [notes[0]] == await journal.keep(Note("5"))
        assert ([notes[3]], []) == (await journal.together(("A", "p")), await journal.together(("C", "p")))
        assert 3 == await journal.forget("A")
        assert ([], [notes[1]]) == (await journal.together(("A", "p")), await journal.together(("B", "p")))

    asyncio.run(scene())


def test_the_oldest_make_room(make: Make) -> None:
    """For so many records or bytes, and no more of them than must; a forgotten one's room is free."""

    async def scene() -> None:
        journal = await written(make(most=4, max_bytes=100).calls, "1A", "2B", "3A", "4A", "5A")
        assert ("5432", (4, 40)) == (await ids(journal), await journal.held())
        assert ["2", "3"] == [gone.id for gone in await journal.keep(Note("6"), 80)]
        assert ["4", "5", "6"] == [gone.id for gone in await journal.keep(Note("7", "B"), 1000)]
        assert (0, 1, (0, 0)) == (await journal.forget("A"), await journal.forget(), await journal.held())

    asyncio.run(scene())
