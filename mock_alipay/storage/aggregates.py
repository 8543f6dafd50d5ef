"""Aggregates with optimistic locking: a commit must be based on the latest version."""

from __future__ import annotations

import logging
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

from mock_alipay.storage.bounded import Bounded, Entry

logger = logging.getLogger("mock_alipay")

Key = tuple[str, str, str]
"""A client id, a family, and the request id under which the client created the aggregate."""


class Aggregate(Entry, Protocol):
    """The attributes that the store needs."""

    @property
    def key(self) -> Key:
        """The key that it is stored under."""

    @property
    def version(self) -> int:
        """Counts commits from 1; a commit based on an older version is refused."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other ids by which its client can refer to it, each as ``field:value``."""

    @property
    def public_ids(self) -> tuple[str, ...]:
        """Ids by which it is found without its client id; each is unique among all clients."""

    @property
    def size(self) -> int:
        """Approximate size in bytes."""


AggregateT = TypeVar("AggregateT", bound=Aggregate)


class Aggregates(Generic[AggregateT]):
    """Aggregates by key; when a limit is reached, those with the oldest last change are evicted."""

    def __init__(self, limit: int = 10_000, max_bytes: int = 64 * 1024 * 1024, what: str = "aggregates") -> None:
        """``what``: the name of the aggregates in log messages."""
        self.most = limit
        self.max_bytes = max_bytes
        self._entries = Bounded[AggregateT](limit, max_bytes)
        self._public: dict[str, Key] = {}
        """Keys by public id."""
        self._what = what
        self._warned = False

    async def load(self, key: Key) -> AggregateT | None:
        """The aggregate with this key, or None."""
        return self._entries.get(key)

    async def find(self, client_id: str, family: str, alias: str) -> Key | None:
        """The key of the aggregate with this alias, such as ``paymentId:2026…``, or None."""
        return next((aggregate.key for aggregate in self._entries.named((client_id, family, alias))), None)

    async def find_public(self, public_id: str) -> AggregateT | None:
        """The aggregate with this public id, or None."""
        key = self._public.get(public_id)
        return self._entries.get(key) if key else None

    async def commit(self, changed: AggregateT) -> bool:
        """Store an aggregate.

        False when another version was committed since it was loaded, or another aggregate has one of its aliases.
        """
        key, entries = changed.key, self._entries
        stored = entries.get(key)
        if (stored.version if stored else 0) != changed.version - 1:
            return False
        names = _names(changed)
        if names and any(other.key != key for name in names for other in entries.named(name)):
            return False
        if stored is not None:
            entries.pop(key)
            self._unpublish(stored)
        evicted = entries.put(key, changed, changed.size, names)
        if evicted and not self._warned:
            self._warned = True
            logger.warning(
                "more than %d %s, or %d MiB of them: from now on the oldest are evicted",
                entries.most,
                self._what,
                entries.max_bytes // 2**20,
            )
        for gone in evicted:
            self._unpublish(gone)
        for public_id in changed.public_ids:
            self._public[public_id] = key
        return True

    async def restore(self, aggregate: AggregateT) -> None:
        """Store an aggregate as it is, with its version; one with the same key is replaced, the oldest are evicted."""
        key, entries = aggregate.key, self._entries
        replaced = entries.pop(key)
        for gone in (
            *([replaced] if replaced else []),
            *entries.put(key, aggregate, aggregate.size, _names(aggregate)),
        ):
            self._unpublish(gone)
        self._public.update(dict.fromkeys(aggregate.public_ids, key))

    def _unpublish(self, aggregate: AggregateT) -> None:
        for public_id in aggregate.public_ids:
            self._public.pop(public_id, None)

    async def browse(self, client_id: str | None = None) -> list[AggregateT]:
        """The aggregates of one client id or of all, the latest change first."""
        return [aggregate for aggregate in reversed(self._entries) if client_id in (None, aggregate.client_id)]

    async def held(self) -> tuple[int, int]:
        """The number of aggregates, and their approximate size in bytes."""
        return len(self._entries), self._entries.size

    async def forget(self, client_id: str | None = None) -> int:
        """Delete the aggregates of one client id or of all; returns how many there were."""
        forgotten = self._entries.forget(client_id)
        self._public = {public_id: kept.key for kept in self._entries for public_id in kept.public_ids}
        return forgotten


def _names(aggregate: Aggregate) -> tuple[Hashable, ...]:
    """Its aliases within its client id and family."""
    aliases = aggregate.aliases
    if not aliases:
        return ()
    client_id, family, _ = aggregate.key
    return tuple((client_id, family, alias) for alias in aliases)
