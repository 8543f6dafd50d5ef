"""Aggregates: each changed only by whoever knows its latest version."""

from __future__ import annotations

import logging
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

from mock_alipay.storage.bounded import Bounded, Entry

logger = logging.getLogger("mock_alipay")

Key = tuple[str, str, str]
"""A client id, a family, and the request id under which the client created the aggregate."""


class Aggregate(Entry, Protocol):
    """What the store needs to know of what it keeps."""

    @property
    def key(self) -> Key:
        """Under what it is stored."""

    @property
    def version(self) -> int:
        """Counts commits from 1; a commit based on an older version is refused."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other ids by which its client may ask for it, each as ``field:value``."""

    @property
    def size(self) -> int:
        """Bytes that it takes, roughly."""


Kept = TypeVar("Kept", bound=Aggregate)


class Aggregates(Generic[Kept]):
    """Aggregates by client id and request id; those that were not changed for longest make room."""

    def __init__(self, limit: int = 10_000, max_bytes: int = 64 * 1024 * 1024, what: str = "aggregates") -> None:
        """``what``: how the log calls them."""
        self.most = limit
        self._kept = Bounded[Kept](limit, max_bytes, _names)
        self._what = what
        self._warned = False

    async def load(self, key: Key) -> Kept | None:
        """What is stored under this key, if anything is."""
        return self._kept.get(key)

    async def find(self, client_id: str, family: str, alias: str) -> Key | None:
        """The key of what has this alias, such as ``paymentId:2026…``."""
        return next((one.key for one in self._kept.named((client_id, family, alias))), None)

    async def commit(self, changed: Kept) -> bool:
        """Store it; False when another version was committed since it was loaded, or another has one of its aliases."""
        key, kept = changed.key, self._kept
        known = kept.get(key)
        if (known.version if known else 0) != changed.version - 1:
            return False
        names = _names(changed)
        if names and any(one.key != key for name in names for one in kept.named(name)):
            return False
        if known is not None:
            kept.pop(key)
        if kept.put(key, changed, changed.size) and not self._warned:
            self._warned = True
            logger.warning(
                "more than %d %s, or %d MiB of them: the oldest are forgotten from now on",
                kept.most,
                self._what,
                kept.max_bytes // 2**20,
            )
        return True

    async def browse(self, client_id: str | None = None) -> list[Kept]:
        """What is stored for one client or all, the latest change first."""
        return [one for one in reversed(self._kept) if client_id in (None, one.client_id)]

    async def held(self) -> tuple[int, int]:
        """How many are stored, and the bytes that they take, roughly."""
        return len(self._kept), self._kept.size

    async def forget(self, client_id: str | None = None) -> int:
        """Drop what is stored for one client or all; returns how many there were."""
        return self._kept.forget(client_id)


def _names(kept: Aggregate) -> tuple[Hashable, ...]:
    """Its aliases, which are its own client's and family's only."""
    aliases = kept.aliases
    if not aliases:
        return ()
    client_id, family, _ = kept.key
    return tuple((client_id, family, alias) for alias in aliases)
