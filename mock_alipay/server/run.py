"""Serves the app over HTTP and HTTPS in one process and one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, cast

import uvicorn

from mock_alipay.errors import SetupError
from mock_alipay.server.accepting import Acceptor
from mock_alipay.server.connection import close_slow_connections
from mock_alipay.server.direct import DirectConnection
from mock_alipay.server.extensions import DirectRoute
from mock_alipay.server.lifespan import started
from mock_alipay.server.sockets import Sockets, allow_many_files
from mock_alipay.server.tls_hint import TlsHint, log_plain_http

_KEEP_ALIVE = 75
"""Seconds an idle connection is kept: longer than the pools of clients keep theirs, so that clients close first."""

_TICK = 0.1
"""Seconds between two ticks of uvicorn's main loop, which checks slow clients and updates the Date header."""

_GRACE = 0.7
"""Seconds that pending calls get when the server stops."""

_FORCED_SHUTDOWN = 5
"""Seconds after which uvicorn cancels remaining calls and logs an error; well after the grace: timers can be late."""


class _Server(uvicorn.Server):
    """uvicorn's server with limits for slow clients and a shutdown within the grace, without signal handlers."""

    def __init__(self, config: uvicorn.Config, direct_route: DirectRoute | None, tls_hint: TlsHint | None) -> None:
        super().__init__(config)
        self._direct_route = direct_route
        self._tls_hint = tls_hint
        self._stopping = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # Like uvicorn's method, but with our Acceptor.
        acceptor = Acceptor(self._connection, self.server_state.connections, self.config.ssl)
        acceptor.start(sockets or [])
        self.servers = [cast("Any", acceptor)]
        self.started = True

    def _connection(self) -> DirectConnection:
        connection = DirectConnection(self.config, self.server_state, self.lifespan.state)
        connection.direct_route = self._direct_route
        connection.tls_hint = self._tls_hint
        return connection

    async def main_loop(self) -> None:
        # Like uvicorn's method, which sleeps between ticks, but ends as soon as ``stop`` is called.
        counter = 0
        while not await self.on_tick(counter):
            counter = (counter + 1) % 864_000
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK):
                    await self._stopping.wait()

    def stop(self) -> None:
        """End the main loop."""
        self.should_exit = True
        self._stopping.set()

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            close_slow_connections(self.server_state, asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        timer = asyncio.get_running_loop().call_later(_GRACE, self._cancel_pending)
        await super().shutdown(sockets)
        timer.cancel()

    def _cancel_pending(self) -> None:
        # Connections are dropped first, so that no client receives a reply to a cancelled call. They are not closed:
        # a TLS connection would wait for the client's close_notify.
        for connection in list(self.server_state.connections):
            cast("DirectConnection", connection).drop()
        for task in self.server_state.tasks:
            task.cancel()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    app: Any,
    sockets: Sockets,
    certificate: Path | None,
    *,
    ready: Callable[[], None],
    stop: asyncio.Event,
    direct_route: DirectRoute | None = None,
) -> None:
    """Serve until ``stop`` is set; ``ready`` is called once connections are accepted.

    ``direct_route``: the requests that do not go through ``app``.

    Raises SetupError if the app does not start or the certificate is damaged.
    """
    servers = [_server(app, direct_route, tls_hint=TlsHint(sockets))]
    if sockets.tls:
        servers.append(_server(app, direct_route, certificate))
        log_plain_http(cast("ssl.SSLContext", servers[-1].config.ssl), sockets)
    bound = [sockets.plain, sockets.tls] if sockets.tls else [sockets.plain]
    async with started(app):
        await _run(servers, bound, ready, stop)


async def _run(
    servers: list[_Server], bound: list[tuple[socket.socket, ...]], ready: Callable[[], None], stop: asyncio.Event
) -> None:
    tasks = [asyncio.create_task(server.serve(list(each))) for server, each in zip(servers, bound, strict=True)]
    stopping = asyncio.create_task(stop.wait())
    while not all(server.started for server in servers):
        done, _ = await asyncio.wait([*tasks, stopping], timeout=0.005, return_when=asyncio.FIRST_COMPLETED)
        if done:
            break
    else:
        ready()
    await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    for server in servers:
        server.stop()
    stopping.cancel()
    await asyncio.gather(*tasks)


def run(
    app: Any,
    sockets: Sockets,
    certificate: Path | None,
    *,
    ready: Callable[[], None],
    direct_route: DirectRoute | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; a second signal ends the process at once."""
    allow_many_files()

    async def main() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()

        def on_signal(number: int, _: FrameType | None) -> None:
            signal.signal(number, signal.SIG_DFL)
            loop.call_soon_threadsafe(stop.set)

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, on_signal)
        await serve(app, sockets, certificate, ready=ready, stop=stop, direct_route=direct_route)

    asyncio.run(main())


def _server(
    app: Any, direct_route: DirectRoute | None, certificate: Path | None = None, *, tls_hint: TlsHint | None = None
) -> _Server:
    config = uvicorn.Config(
        _without_cancellation_traceback(app),
        http=DirectConnection,
        ws="none",
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=1024,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_FORCED_SHUTDOWN,
        ssl_certfile=certificate,
    )
    try:
        config.load()
    except ssl.SSLError:
        raise SetupError(f"{certificate}: it is damaged; delete it, the next start issues a new certificate") from None
    return _Server(config, direct_route, tls_hint)


def _without_cancellation_traceback(app: Any) -> Any:
    """The app; requests that are cancelled when the server stops end without a traceback in the log."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:
            if scope["type"] != "http":
                raise

    return answer
