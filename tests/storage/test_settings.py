"""What was set: one value for each client id and one for all, as many as there is room for."""

from __future__ import annotations

import asyncio

from mock_alipay.storage import Settings
from tests.storage.conftest import Make


def test_each_client_id_has_its_own_and_all_have_one(make: Make) -> None:
    """None is all; a value that becomes None is taken back."""

    async def scene() -> None:
        values: Settings[str] = make().clocks
        for client_id, value in (("A", "a"), (None, "all"), ("B", "b"), ("A", "a2")):
            assert await values.change(client_id, lambda _, value=value: value)  # type: ignore[misc]
        assert ["a2", "b", None, "all"] == [await values.get(one) for one in ("A", "B", "C", None)]
        before = await values.snapshot()
        assert [("A", "a2"), (None, "all"), ("B", "b")] == list(before.items())
        assert await values.snapshot() is before
        assert await values.change("B", lambda value: value and None)
        assert ({"A": "a2", None: "all"}, "b") == (await values.snapshot(), before["B"])
        await values.forget("A")
        assert {None: "all"} == await values.snapshot()
        await values.forget()
        assert {} == await values.snapshot()

    asyncio.run(scene())


def test_nobody_gets_between_reading_and_changing(make: Make) -> None:
    """Of many who count, each counts."""

    async def scene() -> int | None:
        values: Settings[int] = make().clocks
        await asyncio.gather(*(values.change("A", lambda value: (value or 0) + 1) for _ in range(50)))
        return await values.get("A")

    assert 50 == asyncio.run(scene())


def test_what_there_is_no_room_for_is_not_set(make: Make) -> None:
    """What is there may still change, and whoever goes makes room."""

    async def scene() -> None:
        values: Settings[str] = make(most=2).clocks
        assert [True, True, False, True] == [
            await values.change(client_id, lambda _, it=client_id: it)  # type: ignore[misc]
            for client_id in ("A", "B", "C", "A")
        ]
        assert None is await values.get("C")
        await values.forget("B")
        assert await values.change("C", lambda _: "c")

    asyncio.run(scene())
