"""Numbers that only rise, such as how far a page has shown what happened to a payment."""

from __future__ import annotations

from typing import NamedTuple

from mock_alipay.storage.bounded import Bounded

_MAX_BYTES = 1024 * 1024


class _Mark(NamedTuple):
    client_id: str
    number: int


class Marks:
    """A number per key, at first 0; when the limit is reached, those that rose longest ago are evicted."""

    def __init__(self, most: int = 10_000) -> None:
        self.most = most
        self._marks = Bounded[_Mark](most, _MAX_BYTES)

    async def get(self, client_id: str, key: str) -> int:
        """The number of a key."""
        mark = self._marks.get((client_id, key))
        return mark.number if mark else 0

    async def rise(self, client_id: str, key: str, number: int) -> bool:
        """Raise the number of a key; False when it is as high already."""
        if number <= await self.get(client_id, key):
            return False
        self._marks.pop((client_id, key))
        self._marks.put((client_id, key), _Mark(client_id, number))
        return True

    async def held(self) -> int:
        """The number of keys."""
        return len(self._marks)

    async def forget(self, client_id: str | None = None) -> None:
        """Delete the marks of one client id or of all."""
        self._marks.forget(client_id)
