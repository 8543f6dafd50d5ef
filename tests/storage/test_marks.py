"""Numbers that only rise."""

from __future__ import annotations

import asyncio

from mock_alipay.storage.marks import Marks


async def test_a_number_rises_and_never_falls() -> None:
    """Each key has its own; the same number or a lower one changes nothing."""
    marks = Marks()
    assert [True, True, False, False] == [await marks.rise("A", "x", number) for number in (1, 3, 3, 2)]
    assert [3, 0, 0] == [await marks.get(*key) for key in (("A", "x"), ("B", "x"), ("A", "y"))]


async def test_one_of_many_is_the_first() -> None:
    """Of concurrent callers with the same number."""
    marks = Marks()
    assert 1 == (await asyncio.gather(*(marks.rise("A", "x", 1) for _ in range(20)))).count(True)


async def test_the_mark_that_rose_longest_ago_is_evicted() -> None:
    """When there are more than the limit."""
    marks = Marks(2)
    for key, number in (("x", 1), ("y", 1), ("x", 2), ("z", 1)):
        await marks.rise("A", key, number)
    assert ([2, 0, 1], 2) == ([await marks.get("A", key) for key in "xyz"], await marks.held())


async def test_marks_are_forgotten_by_client_id() -> None:
    """Or all together."""
    marks = Marks()
    for client_id in ("A", "B", "C"):
        await marks.rise(client_id, "x", 1)
    await marks.forget("A")
    assert 2 == await marks.held()
    await marks.forget()
    assert 0 == await marks.held()
