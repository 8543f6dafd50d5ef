"""Values set for one client id or for all, until they are removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Settings(Generic[Value]):
    """A value per client id, and one for all client ids under the key None. Values are never evicted."""

    def __init__(self, most: int, weigh: Callable[[Value], int] = lambda _: 1) -> None:
        """``most``: the limit on the total weight; each value has weight 1 unless ``weigh`` is given."""
        self.most = most
        self._weigh = weigh
        self._weight = 0
        self._values: dict[str | None, Value] = {}
        self._snapshot: Mapping[str | None, Value] | None = None

    def get(self, client_id: str | None) -> Value | None:
        """The value of a client id, or with None the value for all; None when it is not set."""
        return self._values.get(client_id)

    async def change(self, client_id: str | None, change: Callable[[Value | None], Value | None]) -> bool:
        """Replace a value by ``change(value)``, where None means not set; False when the limit would be exceeded.

        Implementations may call ``change`` again after a conflict.
        """
        before = self._values.get(client_id)
        after = change(before)
        added = self._weight_of(after) - self._weight_of(before)
        if added > 0 and self._weight + added > self.most:
            return False
        self._weight += added
        self._snapshot = None
        if after is None:
            self._values.pop(client_id, None)
        else:
            self._values[client_id] = after
        return True

    def _weight_of(self, value: Value | None) -> int:
        return 0 if value is None else self._weigh(value)

    def snapshot(self) -> Mapping[str | None, Value]:
        """All values in the order in which they were first set; the same object until a value changes."""
        if self._snapshot is None:
            self._snapshot = dict(self._values)
        return self._snapshot

    async def held(self) -> int:
        """The total weight of all values."""
        return self._weight

    async def forget(self, client_id: str | None = None) -> None:
        """Remove the value of one client id, or all values."""
        for key in [client_id] if client_id is not None else list(self._values):
            await self.change(key, lambda _: None)
