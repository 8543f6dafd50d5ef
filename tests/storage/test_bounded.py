"""The bounded collection: never too many, never too large, and sums that hold."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_alipay.storage.bounded import Bounded


class Thing(NamedTuple):
    """Something to keep."""

    key: int
    client_id: str | None = None
    names: tuple[str, ...] = ()
    size: int = 0


def bounded(*things: Thing, most: int = 10, max_bytes: int = 100) -> Bounded[Thing]:
    """A collection of these."""
    found = Bounded[Thing](most, max_bytes, lambda thing: thing.names)
    for thing in things:
        found.put(thing.key, thing, thing.size)
    return found


def test_the_oldest_make_room() -> None:
    """One for one."""
    kept = bounded(most=3)
    assert [[], [], [], [0], [1]] == [[gone.key for gone in kept.put(key, Thing(key))] for key in range(5)]
    assert ([2, 3, 4], [4, 3, 2]) == ([one.key for one in kept], [one.key for one in reversed(kept)])
    assert [None, Thing(2)] == [kept.get(key) for key in (1, 2)]


def test_a_large_one_pushes_out_several_and_stays_whatever_its_size() -> None:
    """And no more than it must."""
    kept = bounded(*(Thing(key, size=25) for key in range(4)))
    for key, size, gone in ((4, 50, [0, 1]), (5, 1000, [2, 3, 4]), (6, 1, [5])):
        assert gone == [one.key for one in kept.put(key, Thing(key, size=size), size)]
    assert ([6], 1) == ([one.key for one in kept], kept.size)


def test_one_is_replaced_in_its_place() -> None:
    """Among all and among those of its name; it may make others go, too."""
    kept = bounded(*(Thing(key, names=("a",), size=30) for key in range(3)))
    changed = Thing(0, names=("b", "a"), size=20)
    assert [] == kept.put(0, changed, 20)
    assert ([0, 1, 2], [0, 1, 2], [0]) == ([t.key for t in kept], *([t.key for t in kept.named(n)] for n in "ab"))
    assert [changed] == kept.put(2, Thing(2, size=60), 60)
    assert ([1], []) == ([one.key for one in kept.named("a")], kept.named("b"))


@pytest.mark.parametrize(("client_id", "kept"), [("A", [1, 2]), ("B", [0, 2]), ("C", [0, 1, 2]), (None, [])])
def test_those_of_one_client_id_or_all_are_forgotten(client_id: str | None, kept: list[int]) -> None:
    """What concerns everyone stays when one client is forgotten."""
    things = bounded(*(Thing(key, whose) for key, whose in enumerate(("A", "B", None))))
    assert 3 - len(kept) == things.forget(client_id)
    assert kept == [one.key for one in things]


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "pop", "forget"]),
        st.integers(0, 12),
        st.sets(st.sampled_from("xyz")),
        st.integers(0, 60),
    )
)


@given(_STEPS)
def test_what_is_counted_is_what_is_there(steps: list[tuple[str, int, set[str], int]]) -> None:
    """However they come, change and go: within the bounds but for the latest, and found under each of their names."""
    kept = bounded(most=5)
    for what, key, names, size in steps:
        thing = Thing(key, "AB"[key % 2], tuple(sorted(names)), size)
        before = [one for one in kept if one.key != key]
        if what == "put":
            assert (kept.get(key) is None) or [one.key for one in kept].count(key) == 1
            gone = kept.put(key, thing, size)
            assert {*before, thing} == {*kept, *gone}
        elif what == "pop":
            assert (kept.get(key), None) == (kept.pop(key), kept.get(key))
        else:
            kept.forget(thing.client_id)
            assert not [one for one in kept if one.client_id == thing.client_id]
        assert sum(one.size for one in kept) == kept.size
        assert len(kept) <= 5
        assert kept.size <= 100 or len(kept) == 1
        for name in "xyz":
            assert {one for one in kept if name in one.names} == set(kept.named(name))
