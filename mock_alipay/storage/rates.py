"""Numbers of calls in windows of time."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

_Key = tuple[str, ...]
"""A client id, followed by further parts of the key."""


class RateWindows:
    """The current window of each key, and the calls in it; when the limit is reached, the least used is evicted."""

    def __init__(self, most: int = 10_000) -> None:
        self.most = most
        self._windows: OrderedDict[_Key, tuple[datetime, int]] = OrderedDict()

    async def count(self, key: _Key, now: datetime, per: timedelta) -> int:
        """The number of calls in the key's window, this one included.

        A window begins with the first call after the end of the one before. ``now``: by the client's clock; while it is
        frozen, the window does not end.
        """
        began, calls = self._windows.pop(key, (now, 0))
        if not began <= now < began + per:
            began, calls = now, 0
        self._windows[key] = (began, calls + 1)
        if len(self._windows) > self.most:
            self._windows.popitem(last=False)
        return calls + 1

    async def held(self) -> int:
        """The number of windows."""
        return len(self._windows)

    async def forget(self, client_id: str | None = None) -> None:
        """Delete the windows of one client id or of all."""
        for key in [key for key in self._windows if client_id in (None, key[0])]:
            del self._windows[key]
