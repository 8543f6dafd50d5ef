"""The memory storage never waits: tests may ask it, and what rests on it alone, without a loop or within one."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from mock_alipay.clock.clocks import Clock, Clocks
from mock_alipay.clock.schedule import Schedule
from mock_alipay.scenarios import Library, Selector
from mock_alipay.scenarios.library import Registry
from mock_alipay.storage import DueTimes, Journal, MemoryStorage, Settings

Found = TypeVar("Found")
Kept = TypeVar("Kept", bound=Any)


def done(work: Coroutine[Any, Any, Found]) -> Found:
    """What a coroutine comes to in one go."""
    try:
        work.send(None)
    except StopIteration as end:
        found: Found = end.value
        return found
    raise AssertionError(f"{work} waits for something")


def kept(journal: Journal[Kept]) -> list[Kept]:
    """The records of a journal, the oldest first."""
    return done(journal.newest_first())[::-1]


def clocks_of(real: Clock, most: int = 10) -> Clocks:
    """Clocks that nobody has moved, of which so many may be."""
    return Clocks(real, Settings(most))


def schedule_by(clocks: Clocks) -> Schedule:
    """An empty schedule."""
    return Schedule(DueTimes(), clocks)


def selector_of(library: Library, default: str, most: int = 10_000) -> Selector:
    """A selector for which nothing has been set or loaded."""
    return Selector(library, default, MemoryStorage(most))


def registry_of(library: Library, most: int = 1_000) -> Registry:
    """The scenarios of files, to which so many may be loaded."""
    return Registry(library, Settings(most, len))
