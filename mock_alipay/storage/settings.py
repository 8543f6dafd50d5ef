"""What was set for a client id, or for all of them, until it is taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Settings(Generic[Value]):
    """A value for each client id that has one, and one for all of them under None. Nothing ever makes room."""

    def __init__(self, most: int, weigh: Callable[[Value], int] = lambda _: 1) -> None:
        """``most``: how much all values may weigh together, where each weighs 1 unless ``weigh`` says otherwise."""
        self.most = most
        self._weigh = weigh
        self._weight = 0
        self._values: dict[str | None, Value] = {}
        self._snapshot: Mapping[str | None, Value] | None = None

    async def get(self, client_id: str | None) -> Value | None:
        """The value of this client id, or that for all."""
        return self._values.get(client_id)

    async def change(self, client_id: str | None, change: Callable[[Value | None], Value | None]) -> bool:
        """Put what ``change`` makes of a value in its place, None for none; False when there is no room for it.

        ``change`` may be called several times, where others change the same.
        """
        before = self._values.get(client_id)
        after = change(before)
        more = self._weight_of(after) - self._weight_of(before)
        if more > 0 and self._weight + more > self.most:
            return False
        self._weight += more
        self._snapshot = None
        if after is None:
            self._values.pop(client_id, None)
        else:
            self._values[client_id] = after
        return True

    def _weight_of(self, value: Value | None) -> int:
        return 0 if value is None else self._weigh(value)

    async def snapshot(self) -> Mapping[str | None, Value]:
        """All values in the order in which they were set first; the same object until one is changed."""
        if self._snapshot is None:
            self._snapshot = dict(self._values)
        return self._snapshot

    async def held(self) -> int:
        """How much all values weigh together."""
        return self._weight

    async def forget(self, client_id: str | None = None) -> None:
        """Take back the value of one client id, or all values."""
        for one in [client_id] if client_id is not None else list(self._values):
            await self.change(one, lambda _: None)
