"""A journal of the latest records, with ids that count up."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

from mock_alipay.storage.bounded import Bounded, Entry, Names


class Record(Entry, Protocol):
    """The attributes that a journal needs."""

    @property
    def id(self) -> str:
        """The id from ``next_id``."""

    @property
    def number(self) -> int:
        """The id as a number."""


RecordT = TypeVar("RecordT", bound=Record)


class Journal(Generic[RecordT]):
    """The latest records; when a limit is reached, the oldest are evicted."""

    def __init__(
        self,
        most: int = 10_000,
        max_bytes: int = 64 * 1024 * 1024,
        names: Callable[[RecordT], Names] | None = None,
    ) -> None:
        """``names``: returns the keys by which ``together`` finds a record."""
        self.most = most
        self.max_bytes = max_bytes
        self._records = Bounded[RecordT](most, max_bytes)
        self._names = names
        self._numbers = itertools.count(1)

    def next_id(self) -> str:
        """A new id; ids count up from 1 and are never reused."""
        return str(next(self._numbers))

    def keep(self, record: RecordT, size: int = 0) -> list[RecordT]:
        """Add a record of ``size`` bytes; returns the evicted records, the oldest first."""
        return self._records.put(record.id, record, size, self._names(record) if self._names else ())

    async def replace(self, before: RecordT, after: RecordT, size: int = 0) -> list[RecordT] | None:
        """Replace ``before`` by ``after``; None when the stored record is another by now, or gone."""
        if self._records.get(after.id) != before:
            return None
        return self._records.put(after.id, after, size, self._names(after) if self._names else ())

    async def get(self, record_id: str) -> RecordT | None:
        """The record with this id, or None."""
        return self._records.get(record_id)

    async def together(self, name: Hashable) -> list[RecordT]:
        """The records with this name, the oldest first."""
        return self._records.named(name)

    async def newest_first(
        self,
        fits: Callable[[RecordT], bool] = lambda _: True,
        *,
        after: int = 0,
        before: int = 0,
        limit: int | None = None,
    ) -> list[RecordT]:
        """The records that ``fits`` accepts; ``after``, ``before``: only those added later or earlier than this id.

        A record may be added long after its id was assigned, such as that of a slow call. When the record with
        the id is gone, records with greater ids count as later, and those with smaller ids as earlier.
        """
        found = reversed(self._records)
        if after:
            found = itertools.takewhile(lambda record: record.number != after, found)
            if self._records.get(str(after)) is None:
                found = (record for record in found if record.number > after)
        if before and self._records.get(str(before)) is not None:
            found = itertools.dropwhile(lambda record: record.number != before, found)
            next(found, None)
        elif before:
            found = (record for record in found if record.number < before)
        return list(itertools.islice(filter(fits, found), limit))

    async def held(self) -> tuple[int, int]:
        """The number of records, and their approximate size in bytes."""
        return len(self._records), self._records.size

    async def forget(self, client_id: str | None = None) -> int:
        """Delete the records of one client id or of all; returns how many there were."""
        return self._records.forget(client_id)
