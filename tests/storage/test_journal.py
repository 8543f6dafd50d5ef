"""Journals: ids, order, lookup and limits."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import pytest

from mock_alipay.storage import Journal
from tests.storage.conftest import Make


class Note(NamedTuple):
    """A record."""

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


async def filled(journal: Journal[Note], *notes: str) -> Journal[Note]:
    """With records of 10 bytes in this order, each written as its id and its client id."""
    for note in notes:
        journal.keep(Note(note[:-1], note[-1]), 10)
    return journal


async def ids(journal: Journal[Note], *, after: int = 0, before: int = 0, limit: int | None = None) -> str:
    """The ids, newest first."""
    return "".join(note.id for note in await journal.newest_first(after=after, before=before, limit=limit))


async def test_ids_count_up_and_are_never_reused(make: Make) -> None:
    """From 1, also after a reset."""
    journal = make().calls
    first = [journal.next_id() for _ in range(3)]
    await journal.forget()
    assert ["1", "2", "3", "4"] == [*first, journal.next_id()]


async def test_records_are_found_by_id_and_by_condition(make: Make) -> None:
    """Newest first, up to a limit."""
    journal = await filled(make().calls, "1A", "2B", "3A")
    assert [Note("2", "B"), None] == [await journal.get(record_id) for record_id in "24"]
    assert ("321", "32") == (await ids(journal), await ids(journal, limit=2))
    assert [Note("3", "A")] == await journal.newest_first(lambda note: note.client_id == "A", limit=1)


@pytest.mark.parametrize(
    ("after", "expected"),
    [(2, "3415"), (1, "34"), (3, ""), (6, "")],
    ids=["first", "middle", "last", "beyond"],
)
async def test_later_means_added_later(make: Make, after: int, expected: str) -> None:
    """Records of slow calls are added after records with greater ids."""
    assert expected == await ids(await filled(make().calls, "2A", "5A", "1A", "4A", "3A"), after=after)


@pytest.mark.parametrize(("before", "expected"), [(2, ""), (1, "52"), (3, "4152"), (6, "34152"), (9, "34152")])
async def test_earlier_means_added_earlier(make: Make, before: int, expected: str) -> None:
    """Than the record with this id; when it is gone, than any with greater ids."""
    journal = await filled(make().calls, "2A", "5A", "1A", "4A", "3A")
    assert expected == await ids(journal, before=before)
    assert expected[:1] == await ids(journal, before=before, limit=1)


@pytest.mark.parametrize(("after", "before", "expected"), [(2, 3, "415"), (5, 4, "1"), (3, 2, ""), (4, 4, "")])
async def test_between_two_records(make: Make, after: int, before: int, expected: str) -> None:
    """Both conditions hold; nothing is later than one record and earlier than an even earlier one."""
    assert expected == await ids(await filled(make().calls, "2A", "5A", "1A", "4A", "3A"), after=after, before=before)


@pytest.mark.parametrize("deleted", [True, False], ids=["deleted", "evicted"])
async def test_ids_decide_what_is_later_than_a_missing_record(make: Make, deleted: bool) -> None:
    """They are compared as numbers."""
    order = ("1A", "4B", "3A", "10A", "5A") if deleted else ("4A", "1A", "3A", "10A", "5A", "2A")
    journal = await filled(make(most=5).calls, *order)
    assert deleted == await journal.forget("B")
    assert "510" == await ids(journal, after=4)


async def test_only_an_unchanged_record_is_replaced(make: Make) -> None:
    """It keeps its position; of several concurrent replacements one succeeds, and a deleted record stays deleted."""
    journal = await filled(make().notifications, "1A", "2A")
    changes = (journal.replace(Note("1"), Note("1", text=str(number)), 20) for number in range(5))
    assert [[], None, None, None, None] == await asyncio.gather(*changes)
    replaced = Note("1", text="0")
    assert (replaced, "21", (2, 30)) == (await journal.get("1"), await ids(journal), await journal.held())
    await journal.forget()
    assert (None, (0, 0)) == (await journal.replace(replaced, Note("1"), 20), await journal.held())


async def test_the_records_of_a_payment_are_found_together(make: Make) -> None:
    """The oldest first, until they are evicted or deleted."""
    journal = make(most=4).notifications
    notes = [Note("1", "A", "p"), Note("2", "B", "p"), Note("3", "A", "q"), Note("4", "A", "p")]
    for note in notes:
        journal.keep(note)
    assert [notes[0], notes[3]] == await journal.together(("A", "p"))
    assert [notes[0]] == journal.keep(Note("5"))
    assert ([notes[3]], []) == (await journal.together(("A", "p")), await journal.together(("C", "p")))
    assert 3 == await journal.forget("A")
    assert ([], [notes[1]]) == (await journal.together(("A", "p")), await journal.together(("B", "p")))


async def test_the_oldest_records_are_evicted(make: Make) -> None:
    """By number and by bytes, no more than necessary."""
    journal = await filled(make(most=4, max_bytes=100).calls, "1A", "2B", "3A", "4A", "5A")
    assert ("5432", (4, 40)) == (await ids(journal), await journal.held())
    assert ["2", "3"] == [evicted.id for evicted in journal.keep(Note("6"), 80)]
    assert ["4", "5", "6"] == [evicted.id for evicted in journal.keep(Note("7"), 1000)]
