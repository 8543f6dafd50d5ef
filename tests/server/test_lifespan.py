"""An app that starts before anything is served and stops afterwards, or does neither."""

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


async def raising(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    raise RuntimeError("no timekeeper")


async def failing(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "Traceback …\nRuntimeError: no timekeeper\n"})
    await receive()


async def failing_and_raising(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "Traceback …\nKeyError: 'another'"})
    raise RuntimeError("no timekeeper")


async def failing_without_a_reason(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed"})


async def ending(scope: Any, receive: Any, send: Any) -> None:
    """It has no lifespan, and does not say so."""


WHY = "the gateway cannot start: RuntimeError: no timekeeper"
FAILURES = [
    (raising, WHY),
    (failing, WHY),
    (failing_and_raising, WHY),
    (failing_without_a_reason, "the gateway cannot start: its startup failed"),
    (ending, "the gateway cannot start: its startup failed"),
]


@pytest.mark.parametrize(("app", "words"), FAILURES)
def test_an_app_that_does_not_start(app: App, words: str) -> None:
    """Whichever way it fails, SetupError has one line that says why, and the block is not entered."""
    entered: list[App] = []

    async def main() -> None:
        async with started(app):
            entered.append(app)

    with pytest.raises(SetupError) as caught:
        asyncio.run(main())
    assert ([], (words,)) == (entered, caught.value.problems)


@pytest.mark.parametrize(("app", "words"), FAILURES)
def test_nothing_is_served_by_an_app_that_does_not_start(app: App, words: str) -> None:
    """``serve`` raises, and never says that it is ready."""
    told: list[str] = []

    async def main() -> None:
        sockets = bind("127.0.0.1", 0, None)
        try:
            await serve(app, sockets, None, ready=lambda: told.append("ready"), stop=asyncio.Event())
        finally:
            sockets.close()

    with pytest.raises(SetupError, match=words):
        asyncio.run(main())
    assert [] == told


def recording(seen: list[str], *, then: Exception | None = None, answer: str = "complete") -> App:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        for phase in ("startup", "shutdown"):
            seen.append((await receive())["type"])
            if phase == "shutdown" and then is not None:
                raise then
            await send({"type": f"lifespan.{phase}.{answer if phase == 'shutdown' else 'complete'}"})

    return app


def within(app: App, seen: list[str]) -> None:
    async def main() -> None:
        async with started(app):
            seen.append("serving")

    asyncio.run(main())


def test_it_starts_before_the_block_and_stops_after_it(caplog: pytest.LogCaptureFixture) -> None:
    """The app is told of both, and the log stays empty."""
    seen: list[str] = []
    within(recording(seen), seen)
    assert ["lifespan.startup", "serving", "lifespan.shutdown"] == seen
    assert [] == caplog.records


@pytest.mark.parametrize("how", [{"then": RuntimeError("stuck")}, {"answer": "failed"}])
def test_an_app_that_does_not_stop_cleanly(caplog: pytest.LogCaptureFixture, how: dict[str, Any]) -> None:
    """The log tells of it as an error; nothing is raised."""
    within(recording([], **how), [])
    (record,) = caplog.records
    assert (logging.ERROR, True) == (record.levelno, "did not stop cleanly" in record.getMessage())
