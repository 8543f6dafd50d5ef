"""Delays of scenarios: a delayed reply waits until its time is over, its client disconnects, or a reset."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Literal

LONGEST = 3600.0
"""Seconds after which a hanging call ends; scenarios with longer delays are rejected when they are loaded."""

Ended = Literal["over", "left", "reset"]
"""Why a wait ended: its time was over, its client disconnected, or its client id was reset."""


class ScriptedWaits:
    """The merchants' calls that a scenario delays."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[None], str] = {}
        """Client ids by the future that ends the wait."""

    def __len__(self) -> int:
        """How many calls wait."""
        return len(self._waiting)

    async def wait(self, seconds: float, client_id: str, gone: Callable[[], Coroutine[Any, Any, None]]) -> Ended:
        """Wait on behalf of a call; returns why the wait ended. ``gone`` returns when its client disconnects."""
        reset = asyncio.get_running_loop().create_future()
        leaving = asyncio.ensure_future(gone())
        self._waiting[reset] = client_id
        try:
            await asyncio.wait((reset, leaving), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            return "left" if leaving.done() else "reset" if reset.done() else "over"
        finally:
            leaving.cancel()
            del self._waiting[reset]
            reset.cancel()

    def of(self, client_id: str | None) -> list[asyncio.Future[None]]:
        """The waits of one client id or of all; each is done when it has ended."""
        return [over for over, owner in self._waiting.items() if client_id in (None, owner)]

    def end(self, client_id: str | None) -> None:
        """End the waits of one client id or of all."""
        for reset, owner in self._waiting.items():
            if client_id in (None, owner) and not reset.done():
                reset.set_result(None)
