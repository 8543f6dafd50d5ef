"""The memory storage never waits, so its coroutines can be run without an event loop, or inside of one."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from mock_alipay.apis.ids import IdGenerator
from mock_alipay.clock.clocks import Clock, Clocks
from mock_alipay.clock.schedule import Schedule
from mock_alipay.scenarios import Library, Selector
from mock_alipay.scenarios.library import Registry
from mock_alipay.storage import DueTimes, Journal, MemoryStorage, Settings

Result = TypeVar("Result")
Kept = TypeVar("Kept", bound=Any)


def done(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as end:
        result: Result = end.value
        return result
    raise AssertionError(f"{work} waits for something")


def kept(journal: Journal[Kept]) -> list[Kept]:
    """The records of a journal, the oldest first."""
    return done(journal.newest_first())[::-1]


def clocks_of(real: Clock, most: int = 10) -> Clocks:
    """Clocks in real time; at most ``most`` client ids can have their own."""
    return Clocks(real, Settings(most))


def schedule_by(clocks: Clocks) -> Schedule:
    """An empty schedule."""
    return Schedule(DueTimes(), clocks)


def selector_of(library: Library, default: str, most: int = 10_000) -> Selector:
    """A selector without choices and loaded scenarios."""
    return Selector(library, default, MemoryStorage(most), IdGenerator(1).share)


def registry_of(library: Library, most: int = 1_000) -> Registry:
    """The scenarios of files, and at most ``most`` loaded ones."""
    return Registry(library, Settings(most, len))
