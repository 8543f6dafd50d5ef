"""The bounded collection: its limits, its index and its size."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.storage.bounded import Bounded


class Thing(NamedTuple):
    """An entry."""

    key: int
    client_id: str | None = None
    names: tuple[str, ...] = ()
    size: int = 0


def bounded(*things: Thing) -> Bounded[Thing]:
    """A collection of at most 5 entries and 100 bytes with these entries."""
    collection = Bounded[Thing](5, 100)
    for thing in things:
        collection.put(thing.key, thing, thing.size, thing.names)
    return collection


def test_a_replaced_entry_keeps_its_position() -> None:
    """In the collection and among the entries with its name; its new size may evict others."""
    things = bounded(*(Thing(key, names=("a",), size=30) for key in range(3)))
    changed = Thing(0, names=("b", "a"), size=20)
    assert [] == things.put(0, changed, 20, changed.names)
    assert ([0, 1, 2], [2, 1, 0]) == ([thing.key for thing in things], [thing.key for thing in reversed(things)])
    assert ([0, 1, 2], [0]) == tuple([thing.key for thing in things.named(name)] for name in "ab")
    assert [changed] == things.put(2, Thing(2, size=60), 60)
    assert ([1], []) == ([thing.key for thing in things.named("a")], things.named("b"))


@pytest.mark.parametrize(("client_id", "left"), [("A", [1, 2]), ("C", [0, 1, 2]), (None, [])])
def test_the_entries_of_one_client_id_or_all_are_deleted(client_id: str | None, left: list[int]) -> None:
    """Entries that concern all client ids stay when those of one are deleted."""
    things = bounded(*(Thing(key, owner) for key, owner in enumerate(("A", "B", None))))
    assert 3 - len(left) == things.forget(client_id)
    assert left == [thing.key for thing in things]


_OPERATIONS = st.tuples(
    st.sampled_from(["put", "put", "pop", "forget"]),
    st.integers(0, 12),
    st.sets(st.sampled_from("xyz")),
    st.integers(0, 60),
)


@settings(max_examples=30)
@given(st.lists(_OPERATIONS, max_size=30))
def test_size_limits_and_index_hold_after_any_operations(operations: list[tuple[str, int, set[str], int]]) -> None:
    """Size and names are those of the entries present, and no entry disappears unreported."""
    things = bounded()
    for operation, key, names, size in operations:
        thing = Thing(key, "AB"[key % 2], tuple(sorted(names)), size)
        others = [other for other in things if other.key != key]
        if operation == "put":
            assert {*others, thing} == {*things.put(key, thing, size, thing.names), *things}
        elif operation == "pop":
            assert (things.get(key), others) == (things.pop(key), list(things))
        else:
            things.forget(thing.client_id)
            assert not [other for other in things if other.client_id == thing.client_id]
        assert sum(thing.size for thing in things) == things.size
        assert len(things) <= 5
        assert things.size <= 100 or len(things) == 1
        for name in "xyz":
            assert {thing for thing in things if name in thing.names} == set(things.named(name))
