"""Counters: separate for each key, and limited for all client ids together."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.storage.counters import Counters
from tests.storage.conftest import Make


async def test_each_key_counts_separately(make: Make) -> None:
    """From 0; concurrent callers each get their own number."""
    steps = make().steps
    assert [*range(20)] == sorted(await asyncio.gather(*(steps.next("A", "tale", "pay", "1") for _ in range(20))))
    others = (("B", "tale", "pay", "1"), ("A", "other", "pay", "1"), ("A", "tale", "refund", "1"), ("A", "tale"))
    assert [0] * 4 == [await steps.next(*other) for other in others]
    assert ({"A": 4, "B": 1}, 5) == (await steps.by_client(), await steps.held())


@pytest.mark.parametrize("client_id", [None, "A"])
async def test_a_group_is_reset(make: Make, client_id: str | None) -> None:
    """For one client id or all; other groups go on."""
    steps = make().steps
    for owner in "AB":
        for group in ("tale", "other"):
            await steps.next(owner, group, "1")
    await steps.restart("tale", client_id)
    keys = (("A", "tale"), ("A", "other"), ("B", "tale"))
    assert [0, 1, 1 if client_id else 0] == [await steps.next(*key, "1") for key in keys]
    await steps.forget(client_id)
    assert ({"B": 2} if client_id else {}) == await steps.by_client()


async def test_the_client_id_with_the_most_counters_loses_its_least_recently_used(make: Make) -> None:
    """Client ids with few counters keep them."""
    steps = make(most=5).steps
    await steps.next("SMALL", "tale", "1")
    for number in (1, 2, 3, 4, 1, 5, 6):
        await steps.next("LARGE", "tale", str(number))
    assert {"SMALL": 1, "LARGE": 4} == await steps.by_client()
    keys = (("SMALL", "tale", "1"), ("LARGE", "tale", "4"), ("LARGE", "tale", "1"), ("LARGE", "tale", "2"))
    assert [1, 1, 2, 0] == [await steps.next(*key) for key in keys]


async def function_calls(counters: Counters, clients: int) -> int:
    """The calls and returns of functions of Counters in one count, when the limit is reached."""
    for number in range(clients):
        await counters.next(f"client-{number}", "tale", "1")
    files: list[str] = []
    # Others may be called too: objects that are freed now close themselves.
    sys.setprofile(lambda frame, _event, _argument: files.append(frame.f_code.co_filename))
    await counters.next("client-0", "tale", "2")
    sys.setprofile(None)
    return files.count(inspect.getfile(Counters))


async def test_the_cost_of_counting_does_not_depend_on_the_number_of_client_ids() -> None:
    """Also when a counter has to be evicted."""
    assert await function_calls(Counters(10), 10) == await function_calls(Counters(1_000), 1_000)


_OPERATIONS = st.tuples(st.sampled_from("ABC"), st.integers(0, 8), st.sampled_from(["count", "forget", "restart"]))


@settings(max_examples=25)
@given(st.lists(_OPERATIONS))
def test_the_client_id_that_loses_a_counter_had_the_most(operations: list[tuple[str, int, str]]) -> None:
    """After any operations, and the limit holds."""

    async def scene() -> None:
        counters = Counters(6)
        for client_id, number, operation in operations:
            before = Counter(await counters.by_client())
            if operation == "forget":
                await counters.forget(client_id)
            elif operation == "restart":
                await counters.restart(str(number % 2), client_id)
            else:
                await counters.next(client_id, str(number % 2), str(number))
                before[client_id] += 1
            after = Counter(await counters.by_client())
            assert after.total() <= 6
            if operation == "count" and before.total() > 6:
                assert all(before[owner] == max(before.values()) for owner in before - after)

    asyncio.run(scene())
