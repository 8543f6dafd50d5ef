"""An ordered collection with a limit on entries and bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, Protocol, TypeVar


class Entry(Protocol):
    """The attribute that the collection needs."""

    @property
    def client_id(self) -> str | None:
        """The owner; None for an entry that concerns all client ids."""


EntryT = TypeVar("EntryT", bound=Entry)


class Bounded(Generic[EntryT]):
    """Entries by key, the oldest first.

    When a limit is reached, the oldest entries are evicted. The latest entry stays even when it alone is too large.
    """

    def __init__(
        self, most: int, max_bytes: int, names: Callable[[EntryT], tuple[Hashable, ...]] | None = None
    ) -> None:
        """``names``: returns an entry's secondary keys; several entries may share one."""
        self.most = most
        self.max_bytes = max_bytes
        self.size = 0
        """Approximate size of all entries in bytes."""
        self._names = names
        self._entries: OrderedDict[Hashable, tuple[EntryT, int]] = OrderedDict()
        self._named: dict[Hashable, dict[Hashable, None]] = {}
        """The keys of the entries with each name, the oldest first."""

    def put(self, key: Hashable, entry: EntryT, size: int = 0) -> list[EntryT]:
        """Add an entry of ``size`` bytes, or replace the one with this key without changing its position.

        Returns the evicted entries, the oldest first.
        """
        entries = self._entries
        if self._names is not None or key in entries:
            self._name(key, entry)
        entries[key] = (entry, size)
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
        self._release(key, *stored)
        return stored[0]

    def named(self, name: Hashable) -> list[EntryT]:
        """The entries with this name, the oldest first."""
        return [self._entries[key][0] for key in self._named.get(name, ())]

    def forget(self, client_id: str | None = None) -> int:
        """Delete the entries of one client id or of all; returns how many there were."""
        keys = [key for key, (entry, _) in self._entries.items() if client_id in (None, entry.client_id)]
        for key in keys:
            self.pop(key)
        return len(keys)

    def _evict(self) -> list[EntryT]:
        entries, evicted = self._entries, []
        while len(entries) > self.most or (self.size > self.max_bytes and len(entries) > 1):
            key, (oldest, size) = entries.popitem(last=False)
            if self._names is None:
                self.size -= size
            else:
                self._release(key, oldest, size)
            evicted.append(oldest)
        return evicted

    def _name(self, key: Hashable, entry: EntryT) -> None:
        """Index a new entry by its names, and release the entry that it replaces."""
        names, replaced = self._names_of(entry), self._entries.get(key)
        if replaced is not None:
            self._release(key, *replaced, staying=names)
        for name in names:
            self._named.setdefault(name, {})[key] = None

    def _names_of(self, entry: EntryT) -> tuple[Hashable, ...]:
        return self._names(entry) if self._names is not None else ()

    def _release(self, key: Hashable, entry: EntryT, size: int, staying: tuple[Hashable, ...] = ()) -> None:
        """Subtract an entry's size and remove it from the index, except for the ``staying`` names."""
        self.size -= size
        for name in self._names_of(entry):
            # A staying name keeps its position among the entries with that name.
            if name not in staying:
                keys = self._named[name]
                del keys[key]
                if not keys:
                    del self._named[name]

    def __iter__(self) -> Iterator[EntryT]:
        """The oldest first."""
        return (entry for entry, _ in self._entries.values())

    def __reversed__(self) -> Iterator[EntryT]:
        return (entry for entry, _ in reversed(self._entries.values()))

    def __len__(self) -> int:
        return len(self._entries)
