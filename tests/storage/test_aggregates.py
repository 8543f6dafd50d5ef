"""The aggregate store: versions, conflicts, aliases and limits."""

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
    public_ids: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return self.client_id, self.family, self.request_id


async def ids(store: Aggregates[Thing], client_id: str | None = None) -> str:
    """The request ids in the store, the latest change first."""
    return "".join(thing.request_id for thing in await store.browse(client_id))


async def owners(store: Aggregates[Thing], aliases: str, client_id: str = "A", family: str = "things") -> list[str]:
    """The request id of the owner of each alias; empty without an owner."""
    keys = [await store.find(client_id, family, alias) for alias in aliases]
    return [key[-1] if key else "" for key in keys]


@pytest.mark.parametrize(
    ("stored", "offered", "accepted"),
    [(0, 0, False), (0, 1, True), (0, 2, False), (2, 2, False), (2, 3, True), (2, 4, False)],
)
async def test_only_the_next_version_is_committed(make: Make, stored: int, offered: int, accepted: bool) -> None:
    """A commit based on an older version is refused and changes nothing."""
    store: Aggregates[Thing] = make().aggregates
    for version in range(1, stored + 1):
        await store.commit(Thing(version=version))
    assert accepted == await store.commit(Thing(version=offered))
    loaded = await store.load(Thing().key)
    assert (offered if accepted else stored) == (loaded.version if loaded else 0)


async def test_one_of_many_concurrent_commits_succeeds(make: Make) -> None:
    """Of twenty commits of the same version, nineteen are refused."""
    store: Aggregates[Thing] = make().aggregates
    assert 1 == (await asyncio.gather(*(store.commit(Thing(size=size)) for size in range(20)))).count(True)


async def test_aggregates_are_listed_by_latest_change_and_deleted_by_client(make: Make) -> None:
    """A refused commit changes no order; a deleted aggregate begins again at version 1."""
    store: Aggregates[Thing] = make().aggregates
    for thing in (Thing("1"), Thing("2"), Thing("3", client_id="B"), Thing("1", 2), Thing("2", 7)):
        await store.commit(thing)
    assert ["132", "12", ""] == [await ids(store, client_id) for client_id in (None, "A", "C")]
    assert (2, "3", True) == (await store.forget("A"), await ids(store), await store.commit(Thing("1")))
    assert (2, 0, (0, 0)) == (await store.forget(), await store.forget(), await store.held())


async def test_the_oldest_are_evicted_and_a_warning_is_logged_once(
    make: Make, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both limits evict; a changed aggregate counts as new, and the latest stays whatever its size."""
    monkeypatch.setattr(logging.getLogger("mock_alipay"), "propagate", True)
    store: Aggregates[Thing] = make(most=3, max_bytes=100).aggregates
    for thing in (Thing("1", size=50), Thing("2", size=30), Thing("3", size=10), Thing("1", 2, size=40)):
        assert await store.commit(thing)
    assert ("132", (3, 80), []) == (await ids(store), await store.held(), caplog.messages)
    for number, size, left in (("4", 1, "413"), ("5", 55, "541"), ("6", 60, "6"), ("7", 500, "7")):
        assert await store.commit(Thing(number, size=size))
        assert left == await ids(store)
    (message,) = caplog.messages
    assert message.startswith("more than 3 aggregates")


async def test_an_aggregate_is_found_by_its_current_aliases(make: Make) -> None:
    """Only within its client id and family, and until it is deleted or evicted."""
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


@pytest.mark.parametrize("aliases", [("p",), ("x", "r")])
async def test_an_alias_belongs_to_one_aggregate(make: Make, aliases: tuple[str, ...]) -> None:
    """A second one with a used alias is refused as a whole; other clients and families may use id and alias."""
    store: Aggregates[Thing] = make().aggregates
    await store.commit(Thing("1", aliases=("p", "r")))
    second = Thing("2", aliases=aliases)
    things = (second, second._replace(client_id="B"), second._replace(family="others"))
    assert [False, True, True] == [await store.commit(thing) for thing in things]
    assert [None, *things[1:]] == [await store.load(thing.key) for thing in things]
    assert ["1", "1", ""] == await owners(store, "prx")


async def test_an_aggregate_is_found_by_its_current_public_ids(make: Make) -> None:
    """Whoever owns it, until it is deleted or evicted, however many came and went."""
    store: Aggregates[Thing] = make(most=2).aggregates

    async def found(*public_ids: str) -> list[str]:
        things = [await store.find_public(public_id) for public_id in public_ids]
        return [thing.client_id + thing.request_id if thing else "" for thing in things]

    await store.commit(Thing("1", public_ids=("s", "p")))
    await store.commit(Thing("1", client_id="B", public_ids=("t",)))
    assert ["A1", "A1", "B1", ""] == await found("s", "p", "t", "x")
    await store.commit(Thing("1", 2, public_ids=("u",)))
    assert ["", "A1"] == await found("s", "u")
    for number in range(20):
        await store.commit(Thing(f"{number + 2}", public_ids=(f"{number}",)))
    assert ["", "", "A20", "A21"] == await found("u", "17", "18", "19")
    await store.forget()
    assert [""] == await found("19")
