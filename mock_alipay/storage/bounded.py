"""A collection in order that never grows beyond its bounds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, Protocol, TypeVar


class Entry(Protocol):
    """What a bounded collection needs to know of what it keeps."""

    @property
    def client_id(self) -> str | None:
        """Whose it is; None for everyone's."""


Kept = TypeVar("Kept", bound=Entry)


class Bounded(Generic[Kept]):
    """Entries by key, the oldest first; the oldest make room for new ones, and the latest is kept whatever its size."""

    def __init__(self, most: int, max_bytes: int, names: Callable[[Kept], tuple[Hashable, ...]] | None = None) -> None:
        """``names``: what an entry can be found by beside its key; several entries may share a name."""
        self.most = most
        self.max_bytes = max_bytes
        self.size = 0
        """Bytes that all entries take, roughly."""
        self._names = names
        self._entries: OrderedDict[Hashable, tuple[Kept, int]] = OrderedDict()
        self._named: dict[Hashable, dict[Hashable, None]] = {}
        """For each name the keys of its entries, the oldest first."""

    def put(self, key: Hashable, kept: Kept, size: int = 0) -> list[Kept]:
        """Add an entry that takes so many bytes, or replace the one with this key in its place.

        Those that had to make room, the oldest first.
        """
        entries = self._entries
        if self._names is not None or key in entries:
            self._name(key, kept)
        entries[key] = (kept, size)
        self.size += size
        return self._make_room() if len(entries) > self.most or self.size > self.max_bytes else []

    def get(self, key: Hashable) -> Kept | None:
        """The entry with this key."""
        found = self._entries.get(key)
        return found[0] if found is not None else None

    def pop(self, key: Hashable) -> Kept | None:
        """Take the entry with this key away."""
        found = self._entries.pop(key, None)
        if found is None:
            return None
        self._let_go(key, *found)
        return found[0]

    def named(self, name: Hashable) -> list[Kept]:
        """The entries with this name, the oldest first."""
        return [self._entries[key][0] for key in self._named.get(name, ())]

    def forget(self, client_id: str | None = None) -> int:
        """Drop the entries of one client id or all; how many there were."""
        doomed = [key for key, (kept, _) in self._entries.items() if client_id in (None, kept.client_id)]
        for key in doomed:
            self.pop(key)
        return len(doomed)

    def _make_room(self) -> list[Kept]:
        entries, gone = self._entries, []
        while len(entries) > self.most or (self.size > self.max_bytes and len(entries) > 1):
            oldest, (dropped, weight) = entries.popitem(last=False)
            if self._names is None:
                self.size -= weight
            else:
                self._let_go(oldest, dropped, weight)
            gone.append(dropped)
        return gone

    def _name(self, key: Hashable, kept: Kept) -> None:
        """Let a key's new entry be found by its names, and no longer the one that it replaces."""
        names, before = self._names_of(kept), self._entries.get(key)
        if before is not None:
            self._let_go(key, *before, still=names)
        for name in names:
            self._named.setdefault(name, {})[key] = None

    def _names_of(self, kept: Kept) -> tuple[Hashable, ...]:
        return self._names(kept) if self._names is not None else ()

    def _let_go(self, key: Hashable, kept: Kept, size: int, still: tuple[Hashable, ...] = ()) -> None:
        self.size -= size
        for name in self._names_of(kept):
            # A name that stays keeps its place among others of that name.
            if name not in still:
                sharing = self._named[name]
                del sharing[key]
                if not sharing:
                    del self._named[name]

    def __iter__(self) -> Iterator[Kept]:
        """The oldest first."""
        return (kept for kept, _ in self._entries.values())

    def __reversed__(self) -> Iterator[Kept]:
        return (kept for kept, _ in reversed(self._entries.values()))

    def __len__(self) -> int:
        return len(self._entries)
