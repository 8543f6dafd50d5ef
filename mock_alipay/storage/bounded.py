"""An ordered collection with a limit on entries and bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from typing import Generic, Protocol, TypeVar


class Entry(Protocol):
    """The attribute that the collection needs."""

    @property
    def client_id(self) -> str | None:
        """The owner; None for an entry that concerns all client ids."""


EntryT = TypeVar("EntryT", bound=Entry)

Names = tuple[Hashable, ...]


class Bounded(Generic[EntryT]):
    """Entries by key, the oldest first.

    When a limit is reached, the oldest entries are evicted. The latest entry stays even when it alone is too large.
    """

    def __init__(self, most: int, max_bytes: int) -> None:
        self.most = most
        self.max_bytes = max_bytes
        self.size = 0
        """Approximate size of all entries in bytes."""
        self._entries: OrderedDict[Hashable, tuple[EntryT, int, Names]] = OrderedDict()
        self._named: dict[Hashable, dict[Hashable, None]] = {}
        """The keys of the entries with each name, the oldest first."""

    def put(self, key: Hashable, entry: EntryT, size: int = 0, names: Names = ()) -> list[EntryT]:
        """Add an entry of ``size`` bytes, or replace the one with this key without changing its position.

        ``names``: its secondary keys; several entries may share one. Returns the evicted entries, the oldest first.
        """
        entries = self._entries
        if names or key in entries:
            self._name(key, names)
        entries[key] = (entry, size, names)
        self.size += size
        return self._evict() if len(entries) > self.most or self.size > self.max_bytes else []

    def get(self, key: Hashable) -> EntryT | None:
        """The entry with this key, or None."""
        stored = self._entries.get(key)
        return stored[0] if stored is not None else None

    def pop(self, key: Hashable) -> EntryT | None:
        """Remove and return the entry with this key; None without one."""
        stored = self._entries.pop(key, None)
        if stored is None:
            return None
        self._release(key, stored[1], stored[2])
        return stored[0]

    def named(self, name: Hashable) -> list[EntryT]:
        """The entries with this name, the oldest first."""
        return [self._entries[key][0] for key in self._named.get(name, ())]

    def forget(self, client_id: str | None = None) -> int:
        """Delete the entries of one client id or of all; returns how many there were."""
        keys = [key for key, (entry, *_) in self._entries.items() if client_id in (None, entry.client_id)]
        for key in keys:
            self.pop(key)
        return len(keys)

    def _evict(self) -> list[EntryT]:
        entries, evicted = self._entries, []
        while len(entries) > self.most or (self.size > self.max_bytes and len(entries) > 1):
            key, (oldest, size, names) = entries.popitem(last=False)
            self._release(key, size, names)
            evicted.append(oldest)
        return evicted

    def _name(self, key: Hashable, names: Names) -> None:
        """Index a new entry by its names, and release the entry that it replaces."""
        if (replaced := self._entries.get(key)) is not None:
            self._release(key, replaced[1], replaced[2], staying=names)
        for name in names:
            self._named.setdefault(name, {})[key] = None

    def _release(self, key: Hashable, size: int, names: Names, staying: Names = ()) -> None:
        """Subtract an entry's size and remove it from the index, except for the ``staying`` names."""
        self.size -= size
        for name in names:
            # A staying name keeps its position among the entries with that name.
            if name not in staying:
                keys = self._named[name]
                del keys[key]
                if not keys:
                    del self._named[name]

    def __iter__(self) -> Iterator[EntryT]:
        """The oldest first."""
        return (entry for entry, *_ in self._entries.values())

    def __reversed__(self) -> Iterator[EntryT]:
        return (entry for entry, *_ in reversed(self._entries.values()))

    def __len__(self) -> int:
        return len(self._entries)
