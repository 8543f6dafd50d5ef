"""Replies that a scenario delays or withholds: they wait no longer than their clients do."""

from __future__ import annotations

import asyncio
from typing import Literal

from starlette.types import Receive

from mock_alipay.web.asgi.request_body import gone

LONGEST = 3600.0
"""Seconds after which a hanging call ends; longer delays are refused when a scenario is loaded."""

Ended = Literal["over", "left", "reset"]
"""Why a wait ended: its time is over, its client has left, or the gateway was reset."""


class ScriptedWaits:
    """The calls of merchants that wait on purpose."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[None], str] = {}
        """And their client ids."""

    def __len__(self) -> int:
        """How many calls wait."""
        return len(self._waiting)

    async def wait(self, seconds: float, client_id: str, receive: Receive) -> Ended:
        """Wait, for a call whose request has been read, as long as anybody is there who waits for its reply."""
        reset = asyncio.get_running_loop().create_future()
        leaving = asyncio.ensure_future(gone(receive))
        self._waiting[reset] = client_id
        try:
            await asyncio.wait((reset, leaving), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            return "left" if leaving.done() else "reset" if reset.done() else "over"
        finally:
            leaving.cancel()
            del self._waiting[reset]

    def end(self, client_id: str | None) -> None:
        """End the waits of one client id, or all."""
        for reset, whose in self._waiting.items():
            if client_id in (None, whose) and not reset.done():
                reset.set_result(None)
