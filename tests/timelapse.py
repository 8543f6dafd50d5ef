"""An event loop whose time jumps to the next timer instead of waiting."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from tests.calls import NOW

T = TypeVar("T")


class _Selector(selectors.SelectSelector):
    """Adds up the timeouts instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0
        self.looks = 0

    def select(self, timeout: float | None = None) -> Any:
        self.looks += 1
        self.passed += timeout or 0.0
        return super().select(None if timeout is None else 0)


class Timelapse(asyncio.SelectorEventLoop):
    """Its time begins at 0; threads are not supported."""

    def __init__(self) -> None:
        self.selector = _Selector()
        super().__init__(self.selector)
        # A float with the seconds of a year has no nanoseconds, so with a finer resolution a timer might never be due.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self.selector.passed


class LoopClock:
    """A clock that follows the loop and begins at ``NOW``."""

    def now(self) -> datetime:
        return NOW + timedelta(seconds=passed())


def passed() -> float:
    """Seconds since the loop began."""
    return asyncio.get_running_loop().time()


def looks() -> int:
    """The number of loop iterations so far; a busy loop shows in it."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Timelapse)
    return loop.selector.looks


def run(scene: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end."""
    with asyncio.Runner(loop_factory=Timelapse) as runner:
        return runner.run(scene)
