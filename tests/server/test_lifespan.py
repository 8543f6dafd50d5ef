"""An app is started before serving and stopped afterwards."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from mock_alipay.errors import SetupError
from mock_alipay.server.lifespan import started
from mock_alipay.server.run import serve
from mock_alipay.server.sockets import bind

App = Callable[[Any, Any, Any], Awaitable[None]]
FAILED = {"type": "lifespan.startup.failed"}


def failing(message: dict[str, str] | None = None, error: Exception | None = None, *, waits: bool = False) -> App:
    """An app that sends a message, if any, then raises, or waits."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        if message is not None:
            await send(message)
        if error is not None:
            raise error
        if waits:
            await receive()

    return app


NO_CLOCK = RuntimeError("no clock")
TRACEBACK = {**FAILED, "message": "Traceback …\nRuntimeError: no clock\n"}


@pytest.mark.parametrize(
    ("app", "reason"),
    [
        (failing(error=NO_CLOCK), "RuntimeError: no clock"),
        (failing(TRACEBACK, waits=True), "RuntimeError: no clock"),
        (failing({**FAILED, "message": "another"}, NO_CLOCK), "RuntimeError: no clock"),
        (failing(FAILED, waits=True), "its startup failed"),
    ],
    ids=["raises", "fails", "fails and raises", "fails without a reason"],
)
async def test_an_app_that_does_not_start_is_not_served(app: App, reason: str) -> None:
    """SetupError has one line with the reason, and ``ready`` is not called."""
    sockets, ready = bind("127.0.0.1", 0, None), list[str]()
    try:
        with pytest.raises(SetupError) as error:
            await serve(app, sockets, None, ready=lambda: ready.append("ready"), stop=asyncio.Event())
    finally:
        sockets.close()
    assert ([], (f"the gateway cannot start: {reason}",)) == (ready, error.value.problems)


@pytest.mark.parametrize(
    ("last", "error", "logged"),
    [("complete", None, 0), ("complete", RuntimeError("stuck"), 1), ("failed", None, 1)],
    ids=["complete", "raises", "fails"],
)
async def test_an_app_starts_before_the_block_and_stops_after_it(
    caplog: pytest.LogCaptureFixture, last: str, error: Exception | None, logged: int
) -> None:
    """A failed shutdown is logged as an error and not raised."""
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((await receive())["type"])
        await send({"type": "lifespan.startup.complete"})
        seen.append((await receive())["type"])
        if error is not None:
            raise error
        await send({"type": f"lifespan.shutdown.{last}"})

    async with started(app):
        seen.append("serving")
    assert ["lifespan.startup", "serving", "lifespan.shutdown"] == seen
    assert logged * [logging.ERROR] == [record.levelno for record in caplog.records]
