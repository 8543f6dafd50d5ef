"""Counters: each by itself, and never too many; whoever counts most makes room."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_alipay.storage.counters import Counters
from tests.storage.conftest import Make


def test_each_counts_by_itself(make: Make) -> None:
    """From 0, for each client id and key; of many who count at once each gets its own number."""

    async def scene() -> None:
        steps = make().steps
        assert [*range(20)] == sorted(await asyncio.gather(*(steps.next("A", "tale", "pay", "1") for _ in range(20))))
        others = (("B", "tale", "pay", "1"), ("A", "other", "pay", "1"), ("A", "tale", "refund", "1"), ("A", "tale"))
        assert [0] * 4 == [await steps.next(*other) for other in others]
        assert {"A": 4, "B": 1} == await steps.by_client()

    asyncio.run(scene())


@pytest.mark.parametrize("client_id", [None, "A"])
def test_a_group_begins_again(make: Make, client_id: str | None) -> None:
    """Of one client id or all; other groups go on, and those who are forgotten begin again with all of theirs."""

    async def scene() -> None:
        steps = make().steps
        for whose in "AB":
            for group in ("tale", "other"):
                await steps.next(whose, group, "1")
        await steps.restart("tale", client_id)
        assert [0, 1, 1 if client_id else 0] == [
            await steps.next(*key, "1") for key in (("A", "tale"), ("A", "other"), ("B", "tale"))
        ]
        await steps.forget(client_id)
        assert ({"B": 2} if client_id else {}) == await steps.by_client()

    asyncio.run(scene())


def test_whoever_counts_most_makes_room(make: Make) -> None:
    """Its oldest go, the least lately counted first; those who count little keep theirs."""

    async def scene() -> None:
        steps = make(most=5).steps
        await steps.next("SMALL", "tale", "1")
        for number in (1, 2, 3, 4, 1, 5, 6):
            await steps.next("HOG", "tale", str(number))
        assert {"SMALL": 1, "HOG": 4} == await steps.by_client()
        assert [1, 1, 2] == [
            await steps.next(*key) for key in (("SMALL", "tale", "1"), ("HOG", "tale", "4"), ("HOG", "tale", "1"))
        ]
        assert 0 == await steps.next("HOG", "tale", "2")

    asyncio.run(scene())


def steps_of(counters: Counters, clients: int) -> int:
    """The function calls that counting once more takes where so many client ids have counters, and no room is left."""

    async def scene() -> int:
        for number in range(clients):
            await counters.next(f"client-{number}", "tale", "1")
        events: list[str] = []
        sys.setprofile(lambda _frame, event, _argument: events.append(event))
        await counters.next("client-0", "tale", "2")
        sys.setprofile(None)
        return len(events)

    return asyncio.run(scene())


def test_counting_takes_as_many_steps_however_many_client_ids_count() -> None:
    """Also where somebody has to make room."""
    assert steps_of(Counters(10), 10) == steps_of(Counters(5_000), 5_000)


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 8), st.sampled_from(["count", "forget", "restart"]))))
def test_the_fullest_is_found_whatever_comes_and_goes(steps: list[tuple[str, int, str]]) -> None:
    """Never more than there is room for, and whoever loses one had most."""

    async def scene() -> None:
        counters = Counters(6)
        for client_id, number, what in steps:
            before = Counter(await counters.by_client())
            if what == "forget":
                await counters.forget(client_id)
            elif what == "restart":
                await counters.restart(str(number % 2), client_id)
            else:
                await counters.next(client_id, str(number % 2), str(number))
                before[client_id] += 1
            after = Counter(await counters.by_client())
            assert after.total() <= 6
            if what == "count":
                assert all(before[whose] == max(before.values()) for whose in before - after if before.total() > 6)

    asyncio.run(scene())
