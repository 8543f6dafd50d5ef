"""What happened, in order: the latest records, with ids that count up."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

from mock_alipay.storage.bounded import Bounded, Entry


class Record(Entry, Protocol):
    """What a journal needs to know of what it keeps."""

    @property
    def id(self) -> str:
        """As ``next_id`` gave it."""

    @property
    def number(self) -> int:
        """The same as a number."""


Kept = TypeVar("Kept", bound=Record)


class Journal(Generic[Kept]):
    """The latest records; the oldest make room for new ones."""

    def __init__(
        self,
        most: int = 10_000,
        max_bytes: int = 64 * 1024 * 1024,
        names: Callable[[Kept], tuple[Hashable, ...]] | None = None,
    ) -> None:
        """``names``: what a record is kept together with others by."""
        self.most = most
        self.max_bytes = max_bytes
        self._kept = Bounded[Kept](most, max_bytes, names)
        self._numbers = itertools.count(1)

    async def next_id(self) -> str:
        """An id that no other record has; they count up from 1 and are never given again."""
        return str(next(self._numbers))

    async def keep(self, record: Kept, size: int = 0) -> list[Kept]:
        """Add a record that takes so many bytes; those that had to make room, the oldest first."""
        return self._kept.put(record.id, record, size)

    async def replace(self, before: Kept, after: Kept, size: int = 0) -> list[Kept] | None:
        """The same in place of what it was before; None when it is another by now, or gone."""
        return self._kept.put(after.id, after, size) if self._kept.get(after.id) == before else None

    async def get(self, record_id: str) -> Kept | None:
        """The record with this id, if it is still kept."""
        return self._kept.get(record_id)

    async def together(self, name: Hashable) -> list[Kept]:
        """The records with this name, the oldest first."""
        return self._kept.named(name)

    async def newest_first(
        self, fits: Callable[[Kept], bool] = lambda _: True, *, after: int = 0, limit: int | None = None
    ) -> list[Kept]:
        """The records that ``fits`` picks; ``after``: those added later than the one with this id.

        Ids are given before records are added, such as to a call that takes long while others come and go. Where
        the one with this id is gone, greater ids count as later.
        """
        newer = reversed(self._kept)
        if after:
            newer = itertools.takewhile(lambda record: record.number != after, newer)
            if self._kept.get(str(after)) is None:
                newer = (record for record in newer if record.number > after)
        return list(itertools.islice(filter(fits, newer), limit))

    async def held(self) -> tuple[int, int]:
        """How many are kept, and the bytes that they take, roughly."""
        return len(self._kept), self._kept.size

    async def forget(self, client_id: str | None = None) -> int:
        """Drop the records of one client id or all; how many there were."""
        return self._kept.forget(client_id)
