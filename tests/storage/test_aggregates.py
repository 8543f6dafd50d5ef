"""Aggregates: versions, conflicts, aliases, and room for so many."""

from __future__ import annotations

import asyncio
import logging
from typing import NamedTuple

import pytest

from mock_alipay.storage import Aggregates, Key
from tests.storage.conftest import Make


class Thing(NamedTuple):
    """An aggregate."""

    request_id: str = "1"
    version: int = 1
    client_id: str = "A"
    aliases: tuple[str, ...] = ()
    size: int = 0
    family: str = "things"

    @property
    def key(self) -> Key:
        return self.client_id, self.family, self.request_id


async def ids(store: Aggregates[Thing], client_id: str | None = None) -> str:
    """What the store holds, the latest change first."""
    return "".join(thing.request_id for thing in await store.browse(client_id))


async def owners(store: Aggregates[Thing], aliases: str, client_id: str = "A", family: str = "things") -> list[str]:
    """The request ids of what has these aliases; empty where nothing has."""
    found = [await store.find(client_id, family, alias) for alias in aliases]
    return [key[-1] if key else "" for key in found]


def test_what_is_committed_is_loaded(make: Make) -> None:
    """Under its client id, family and request id, and no other; clients and families never meet."""

    async def scene() -> None:
        store: Aggregates[Thing] = make().aggregates
        things = [Thing(), Thing(client_id="B"), Thing(family="others")]
        assert [True] * 3 == [await store.commit(thing) for thing in things]
        assert things == [await store.load(thing.key) for thing in things]
        assert None is await store.load(Thing("2").key)

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("known", "offered", "expected"),
    [
        (0, 1, True),
        (0, 2, False),
        (0, 0, False),
        (1, 2, True),
        (1, 1, False),
        (1, 3, False),
        (2, 1, False),
        (2, 3, True),
    ],
)
def test_only_the_next_version_is_taken(make: Make, known: int, offered: int, expected: bool) -> None:
    """Whoever decided on an older version has to decide again, and what was there stays."""

    async def scene() -> None:
        store: Aggregates[Thing] = make().aggregates
        for version in range(1, known + 1):
            await store.commit(Thing(version=version))
        assert expected == await store.commit(Thing(version=offered))
        left = await store.load(Thing().key)
        assert (offered if expected else known) == (left.version if left else 0)

    asyncio.run(scene())


def test_of_many_who_commit_one_succeeds(make: Make) -> None:
    """However they get in each other's way."""

    async def scene() -> list[bool]:
        store: Aggregates[Thing] = make().aggregates
        return await asyncio.gather(*(store.commit(Thing(size=size)) for size in range(20)))

    assert 1 == asyncio.run(scene()).count(True)


def test_aggregates_are_browsed_by_their_latest_change_until_they_are_forgotten(make: Make) -> None:
    """Of one client or all; a refused commit is no change, and a forgotten one begins anew at version 1."""

    async def scene() -> None:
        store: Aggregates[Thing] = make().aggregates
        for thing in (Thing("1"), Thing("2"), Thing("3", client_id="B"), Thing("1", 2), Thing("2", 7)):
            await store.commit(thing)
        assert ["132", "12", ""] == [await ids(store, client_id) for client_id in (None, "A", "C")]
        assert (2, "3", True) == (await store.forget("A"), await ids(store), await store.commit(Thing("1")))
        assert (2, 0, (0, 0)) == (await store.forget(), await store.forget(), await store.held())

    asyncio.run(scene())


def test_the_oldest_make_room_and_that_is_told_once(
    make: Make, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For so many aggregates or bytes; one that changed counts as new, and the latest is kept whatever its size."""
    monkeypatch.setattr(logging.getLogger("mock_alipay"), "propagate", True)

    async def scene() -> None:
        store: Aggregates[Thing] = make(most=3, max_bytes=100).aggregates
        for thing in (Thing("1", size=50), Thing("2", size=30), Thing("3", size=10), Thing("1", 2, size=40)):
            assert await store.commit(thing)
        assert ("132", (3, 80), []) == (await ids(store), await store.held(), caplog.messages)
        for number, size, left in (("4", 1, "413"), ("5", 55, "541"), ("6", 60, "6"), ("7", 500, "7")):
            assert await store.commit(Thing(number, size=size))
            assert left == await ids(store)
        assert ["more than 3 aggregates, or 0 MiB of them: the oldest are forgotten from now on"] == caplog.messages

    asyncio.run(scene())


def test_an_aggregate_is_found_by_each_of_its_aliases(make: Make) -> None:
    """Of its own client and family; as they change, and until it is forgotten or makes room."""

    async def scene() -> None:
        store: Aggregates[Thing] = make(most=2).aggregates
        await store.commit(Thing("1", aliases=("p", "r")))
        assert ["1", "1", ""] == await owners(store, "prx")
        assert [[""], [""]] == [await owners(store, "p", "B"), await owners(store, "p", family="others")]
        await store.commit(Thing("1", 2, aliases=("r", "c")))
        assert ["", "1", "1"] == await owners(store, "prc")
        await store.commit(Thing("2", aliases=("p",)))
        await store.commit(Thing("3"))
        assert ["2", "", ""] == await owners(store, "prc")
        await store.forget("A")
        assert await store.commit(Thing("4", aliases=("p", "r")))
        assert ["4", "4"] == await owners(store, "pr")

    asyncio.run(scene())


@pytest.mark.parametrize("aliases", [("p",), ("x", "r")])
def test_an_alias_belongs_to_one_aggregate(make: Make, aliases: tuple[str, ...]) -> None:
    """Whoever comes second is refused whole, and has none of its aliases; others' clients and families may use them."""

    async def scene() -> None:
        store: Aggregates[Thing] = make().aggregates
        await store.commit(Thing("1", aliases=("p", "r")))
        other = Thing("2", aliases=aliases)
        others = (other, other._replace(client_id="B"), other._replace(family="others"))
        assert [False, True, True] == [await store.commit(one) for one in others]
        assert None is await store.load(other.key)
        assert ["1", "1", ""] == await owners(store, "prx")

    asyncio.run(scene())
