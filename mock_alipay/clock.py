"""The gateway's notion of now."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Protocol

GATEWAY_ZONE = timezone(timedelta(hours=8))
"""The offset of the documented sample replies (PAGE: ``2023-04-06T03:28:49+08:00``)."""


class Clock(Protocol):
    """Tells the time; everything that needs it is handed one."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class StoppedClock:
    """A clock that stands at one moment until it is moved, for tests."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


def wire_time(moment: datetime, zone: timezone = GATEWAY_ZONE) -> str:
    """ISO 8601 with offset, to the second, as reply headers and bodies carry it."""
    return _second(math.floor(moment.timestamp()), zone)


@lru_cache(maxsize=256)
def _second(timestamp: int, zone: timezone) -> str:
    # Every call of a second says the same, several times over.
    text = datetime.fromtimestamp(timestamp, zone).isoformat()
    return text[:-6] + "Z" if zone is UTC else text
