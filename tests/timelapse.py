"""Real time without the wait: an event loop whose time leaps to whatever comes next."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from tests.calls import NOW

T = TypeVar("T")


class _Leaps(selectors.SelectSelector):
    """Never waits for longer than nothing, and tells how long it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0
        self.looks = 0

    def select(self, timeout: float | None = None) -> Any:
        self.looks += 1
        self.passed += timeout or 0.0
        return super().select(None if timeout is None else 0)


class Timelapse(asyncio.SelectorEventLoop):
    """Its time begins at 0; for scenes without threads."""

    def __init__(self) -> None:
        self._leaps = _Leaps()
        super().__init__(self._leaps)
        # A float that counts the seconds of a year knows no nanoseconds: what is due would never be.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self._leaps.passed

    @property
    def looks(self) -> int:
        """How often it has looked for something to do: what a busy loop makes grow."""
        return self._leaps.looks


class LoopClock:
    """The machine's clock within a time lapse, which begins at ``NOW``."""

    def now(self) -> datetime:
        return NOW + timedelta(seconds=passed())


def passed() -> float:
    """Seconds since the time lapse began."""
    return asyncio.get_running_loop().time()


def looks() -> int:
    """How often the loop of the time lapse has looked for something to do."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Timelapse)
    return loop.looks


def run(scene: Coroutine[Any, Any, T]) -> T:
    """Play a scene to its end."""
    with asyncio.Runner(loop_factory=Timelapse) as runner:
        return runner.run(scene)
