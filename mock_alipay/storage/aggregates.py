"""Aggregates in this process's memory, the oldest dropped when there are too many."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

logger = logging.getLogger("mock_alipay")

Key = tuple[str, str, str]
"""A client id, a family, and the request id under which the client created the aggregate."""


class Aggregate(Protocol):
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


class MemoryStore(Generic[Kept]):
    """Six methods, all that a store needs: load, find, commit, browse, held, forget.

    They are async so that a store shared between processes can take this one's place.
    """

    def __init__(self, limit: int = 10_000, max_bytes: int = 64 * 1024 * 1024, what: str = "aggregates") -> None:
        """``what``: how the log calls them."""
        self._limit = limit
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._aliases: dict[Key, Key] = {}
        """By client id, family and alias."""
        self._what = what
        self._warned = False

    async def load(self, key: Key) -> Kept | None:
        """What is stored under this key, if anything is."""
        return self._kept.get(key)

    async def find(self, client_id: str, family: str, alias: str) -> Key | None:
        """The key of what has this alias, such as ``paymentId:2026…``."""
        return self._aliases.get((client_id, family, alias))

    async def commit(self, changed: Kept) -> bool:
        """Store it; False when another version was committed since it was loaded, or another has one of its aliases."""
        key = changed.key
        known = self._kept.get(key)
        if (known.version if known else 0) != changed.version - 1:
            return False
        aliases = changed.aliases
        if (aliases or (known and known.aliases)) and not self._take_aliases(key, aliases, known):
            return False
        self._bytes += changed.size - (known.size if known else 0)
        self._kept[key] = changed
        self._kept.move_to_end(key)
        while len(self._kept) > self._limit or (self._bytes > self._max_bytes and len(self._kept) > 1):
            self._drop_oldest()
        return True

    async def browse(self, client_id: str | None = None) -> list[Kept]:
        """What is stored for one client or all, the latest change first."""
        return [one for key, one in reversed(self._kept.items()) if client_id in (None, key[0])]

    async def held(self) -> tuple[int, int]:
        """How many are stored, and the bytes that they take, roughly."""
        return len(self._kept), self._bytes

    async def forget(self, client_id: str | None = None) -> int:
        """Drop what is stored for one client or all; returns how many there were."""
        doomed = [key for key in self._kept if client_id in (None, key[0])]
        for key in doomed:
            self._drop(self._kept.pop(key))
        return len(doomed)

    def _drop_oldest(self) -> None:
        _, oldest = self._kept.popitem(last=False)
        self._drop(oldest)
        if not self._warned:
            self._warned = True
            logger.warning(
                "more than %d %s, or %d MiB of them: the oldest are forgotten from now on",
                self._limit,
                self._what,
                self._max_bytes // 2**20,
            )

    def _take_aliases(self, key: Key, aliases: tuple[str, ...], known: Kept | None) -> bool:
        """Note the aliases in place of those it had; False when another has one of them."""
        client_id, family, _ = key
        if any(self._aliases.get((client_id, family, alias), key) != key for alias in aliases):
            return False
        if known is not None:
            self._drop_aliases(known, set(aliases))
        for alias in aliases:
            self._aliases[client_id, family, alias] = key
        return True

    def _drop(self, gone: Kept) -> None:
        self._bytes -= gone.size
        self._drop_aliases(gone, set())

    def _drop_aliases(self, gone: Kept, kept: set[str]) -> None:
        client_id, family, _ = gone.key
        for alias in gone.aliases:
            if alias not in kept:
                self._aliases.pop((client_id, family, alias), None)
