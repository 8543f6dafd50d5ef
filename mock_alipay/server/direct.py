"""Answers the requests of a ``DirectRoute`` from the connection, without an ASGI scope, cycle and task."""

from __future__ import annotations

import asyncio
import logging
import types
from collections.abc import Coroutine, Generator
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mock_alipay.server.connection import ClientConnection
from mock_alipay.server.extensions import DirectRoute
from mock_alipay.server.fast_reply import FastReply

logger = logging.getLogger("mock_alipay")


class DirectRequest(FastReply):
    """A complete request, and its state, which uvicorn's protocol reads and sets like that of its own cycle."""

    __slots__ = (
        *("body", "headers", "method", "scheme", "target"),
        *("disconnected", "keep_alive", "message_event", "response_complete", "response_started"),
    )

    def __init__(self, connection: DirectConnection, body: bytes) -> None:
        super().__init__(connection, self)
        self.method, self.target = "POST", connection.url
        self.scheme: str = connection.scheme or "http"
        self.headers, self.body = connection.headers, body
        self.keep_alive = bool(connection.parser.should_keep_alive())
        self.disconnected = self.response_started = self.response_complete = False
        self.message_event = connection.message_event

    async def gone(self) -> None:
        """Return when the client disconnects."""
        while not self.disconnected:
            self.message_event.clear()
            await self.message_event.wait()

    async def run_asgi(self, route: DirectRoute) -> None:
        """Answer the request; the name and the argument are those with which uvicorn's cycles are run."""
        try:
            await route.answer(self)
        except Exception:
            logger.exception("internal error: a call got no reply")
            self.reset()


class DirectConnection(ClientConnection):
    """A connection whose complete POST requests below one path are answered directly; others go through ASGI."""

    direct_route: DirectRoute | None = None
    message_event: asyncio.Event
    """Set when a request is answered and when the client disconnects."""
    _answered = False
    """Whether a request was answered since data was received."""
    _body: bytearray | None = None
    """The body of a request that will be answered directly, as far as it has arrived."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.message_event = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self._answered = False
        super().data_received(data)
        if self._body is not None and not self.transport.is_closing() and not self._fits():
            self._through_asgi()

    def _fits(self) -> bool:
        """Whether the rest of a body is announced and within the limit."""
        sizes = [value for name, value in self.headers if name == b"content-length"]
        limit = self.direct_route.max_body if self.direct_route else 0
        return len(sizes) == 1 and len(sizes[0]) < 20 and int(sizes[0]) <= limit

    def on_message_begin(self) -> None:
        # Like uvicorn's method without the scope, which ``_through_asgi`` creates when it is needed.
        self.url, self.headers, self.expect_100_continue = b"", [], False

    def begin_request(self) -> None:
        route = self.direct_route
        if (
            route is not None
            and self.url.startswith(route.prefix)
            and not self.expect_100_continue
            and self.parser.get_method() == b"POST"
            and self.parser.get_http_version() == "1.1"
        ):
            self._body = bytearray()
        else:
            self._through_asgi()

    def _through_asgi(self) -> None:
        """Give the request to the ASGI app, with the part of its body that has arrived."""
        body, self._body = self._body, None
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        HttpToolsProtocol.on_message_begin(self)
        self.url, self.expect_100_continue = url, expects
        self.headers[:] = headers
        super().begin_request()
        if body:
            self.on_body(bytes(body))

    def on_body(self, body: bytes) -> None:
        if self._body is None:
            super().on_body(body)
        else:
            self.received_body()
            self._body += body

    def complete_request(self) -> None:
        body, route = self._body, self.direct_route
        if body is None or route is None:
            super().complete_request()
            return
        if len(body) > route.max_body:
            self._through_asgi()
            super().complete_request()
            return
        self._body = None
        self._answer(DirectRequest(self, bytes(body)), route)

    def _answer(self, request: DirectRequest, route: DirectRoute) -> None:
        waiting = self.cycle is not None and not self.cycle.response_complete
        self.cycle = cast("Any", request)
        if waiting:
            self.flow.pause_reading()
            self.pipeline.appendleft(cast("Any", (request, route)))
            return
        self._current = self.cycle
        # Of several requests in one piece of data only the first is answered at once: other clients come in between.
        answer = request.run_asgi(route)
        task = self.loop.create_task(answer) if self._answered else start(answer, self.loop)
        self._answered = True
        if task is not None:
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def _last_complete_request(self) -> Any:
        if self._body is None:
            return super()._last_complete_request()
        self._body = None
        return self.cycle


def start(coroutine: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop) -> asyncio.Task[None] | None:
    """Run a coroutine until it waits; the rest runs as a task, which is returned. None when it never waits.

    An eager task of Python 3.12 does the same, but is created even when nothing waits. Until the coroutine waits, it
    does not run in a task, so it must not use ``asyncio.timeout``.
    """
    try:
        waits_for = coroutine.send(None)
    except StopIteration:
        return None
    return loop.create_task(_finish(coroutine, waits_for))


async def _finish(coroutine: Coroutine[Any, Any, None], waits_for: Any) -> None:
    await _rest(coroutine, waits_for)


@types.coroutine
def _rest(coroutine: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    """Continue a coroutine that waits for a future."""
    failure: BaseException | None = None
    while True:
        try:
            yield waits_for
        except BaseException as error:  # noqa: BLE001 - the coroutine gets it
            failure = error
        try:
            waits_for = coroutine.send(None) if failure is None else coroutine.throw(failure)
        except StopIteration:
            return
        failure = None
