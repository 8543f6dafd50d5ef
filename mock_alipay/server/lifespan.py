"""Starts the app before anything is served, and stops it afterwards (ASGI's lifespan protocol)."""

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
    """Keep the app started within the block; SetupError when it does not start.

    uvicorn's own lifespan belongs to one server of the two, and logs a traceback where a line is enough.
    """
    lifespan = _Lifespan(app)
    try:
        if (problem := await lifespan.reach("startup")) is not None:
            raise SetupError(f"the gateway cannot start: {problem}") from lifespan.error
        yield
        if (problem := await lifespan.reach("shutdown")) is not None:
            logger.error("the gateway did not stop cleanly: %s", problem, exc_info=lifespan.error)
    finally:
        lifespan.task.cancel()


class _Lifespan:
    """The app's task, the events sent to it, and what it answers."""

    def __init__(self, app: Any) -> None:
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        self.task = asyncio.create_task(app(scope, self._events.get, self._answers.put))

    @property
    def error(self) -> BaseException | None:
        """The exception that ended the app."""
        return self.task.exception() if self.task.done() and not self.task.cancelled() else None

    async def reach(self, phase: str) -> str | None:
        """Tell the app to start or stop; the reason, in one line, when it does not."""
        self._events.put_nowait({"type": f"lifespan.{phase}"})
        answering = asyncio.create_task(self._answers.get())
        await asyncio.wait([self.task, answering], return_when=asyncio.FIRST_COMPLETED)
        # An app that answers and ends at once has ended before its answer is taken.
        answer = await answering if answering.done() or not self._answers.empty() else {}
        answering.cancel()
        if answer.get("type") == f"lifespan.{phase}.complete":
            return None
        if self.error is not None:
            return f"{type(self.error).__name__}: {self.error}"
        # Starlette's message is a traceback, whose last line names the error.
        return str(answer.get("message", "")).rstrip().rpartition("\n")[2] or f"its {phase} failed"
