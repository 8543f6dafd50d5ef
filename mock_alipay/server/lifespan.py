"""Starts the app before serving and stops it afterwards (ASGI lifespan protocol)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mock_alipay.errors import SetupError

logger = logging.getLogger("mock_alipay")


@asynccontextmanager
async def started(app: Any) -> AsyncIterator[None]:
    """Run the app's lifespan around the block; SetupError if the app does not start.

    uvicorn's own lifespan belongs to only one of the two servers, and logs a traceback where one line is enough.
    """
    lifespan = _Lifespan(app)
    try:
        if (problem := await lifespan.run("startup")) is not None:
            raise SetupError(f"the gateway cannot start: {problem}") from lifespan.error
        yield
        if (problem := await lifespan.run("shutdown")) is not None:
            logger.error("the gateway did not stop cleanly: %s", problem, exc_info=lifespan.error)
    finally:
        lifespan.task.cancel()


class _Lifespan:
    """The app's lifespan task with its queues of events to and messages from the app."""

    def __init__(self, app: Any) -> None:
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        self.task = asyncio.create_task(app(scope, self._events.get, self._messages.put))

    @property
    def error(self) -> BaseException | None:
        """The exception that ended the app."""
        return self.task.exception() if self.task.done() and not self.task.cancelled() else None

    async def run(self, phase: str) -> str | None:
        """Run phase ``startup`` or ``shutdown``; None on success, else the reason in one line."""
        self._events.put_nowait({"type": f"lifespan.{phase}"})
        receiving = asyncio.create_task(self._messages.get())
        await asyncio.wait([self.task, receiving], return_when=asyncio.FIRST_COMPLETED)
        # An app that sends its message and ends at once may have ended before the message is received.
        message = await receiving if receiving.done() or not self._messages.empty() else {}
        receiving.cancel()
        if message.get("type") == f"lifespan.{phase}.complete":
            return None
        if self.error is not None:
            return f"{type(self.error).__name__}: {self.error}"
        # Starlette sends a traceback; its last line names the error.
        return str(message.get("message", "")).rstrip().rpartition("\n")[2] or f"its {phase} failed"
