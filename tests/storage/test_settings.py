"""Settings: one value per client id and one for all, up to a limit."""

from __future__ import annotations

import asyncio

from mock_alipay.storage import Settings
from tests.storage.conftest import Make


async def set_values(values: Settings[str], *pairs: tuple[str | None, str]) -> list[bool]:
    """Whether each value was accepted."""
    return [await values.change(client_id, lambda _, value=value: value) for client_id, value in pairs]  # type: ignore[misc]


async def test_each_client_id_has_its_own_value(make: Make) -> None:
    """None stands for all; a snapshot is the same object until a value changes, and never changes itself."""
    values: Settings[str] = make().clocks
    await set_values(values, ("A", "a"), (None, "all"), ("B", "b"), ("A", "a2"))
    assert ["a2", "b", None, "all"] == [values.get(client_id) for client_id in ("A", "B", "C", None)]
    before = values.snapshot()
    assert [("A", "a2"), (None, "all"), ("B", "b")] == list(before.items())
    assert values.snapshot() is before
    assert await values.change("B", lambda value: value and None)
    assert ({"A": "a2", None: "all"}, "b") == (values.snapshot(), before["B"])
    await values.forget("A")
    assert {None: "all"} == values.snapshot()
    await values.forget()
    assert {} == values.snapshot()


async def test_changes_are_atomic(make: Make) -> None:
    """Of many concurrent increments none is lost."""
    values: Settings[int] = make().clocks
    await asyncio.gather(*(values.change("A", lambda value: (value or 0) + 1) for _ in range(50)))
    assert 50 == values.get("A")


async def test_a_value_beyond_the_limit_is_refused(make: Make) -> None:
    """Existing values can still change, and a removed value frees its weight."""
    values: Settings[str] = make(most=2).clocks
    assert [True, True, False, True] == await set_values(values, ("A", "1"), ("B", "1"), ("C", "1"), ("A", "2"))
    assert (None, 2) == (values.get("C"), await values.held())
    await values.forget("B")
    assert [True] == await set_values(values, ("C", "1"))
