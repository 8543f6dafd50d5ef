"""Accepts connections up to a limit; further ones wait in the system's listen queue.

asyncio's own server does not count TLS handshakes, cannot pause, and logs a traceback per connection when the process
has no free file descriptor.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Sized

from mock_alipay.server.limited_warning import LimitedWarning

MAX_OPEN = 470
"""Limit of connections per port, including TLS handshakes in progress; at the limit no connection is accepted."""

HANDSHAKE = 10.0
"""Seconds for a TLS handshake."""

HANDSHAKE_WHEN_FULL = 1.0
"""Seconds for a TLS handshake at the connection limit; normally it takes milliseconds."""

_RESERVED_FILES = 84
"""File descriptors reserved for webhooks, scenarios, certificates and the log."""

_PAUSE = 0.05
"""Seconds between two checks for a free connection slot."""

_WARNING_INTERVAL = 60.0
"""Seconds between two warnings."""


class Acceptor:
    """Accepts connections of listening sockets; replaces asyncio's server for uvicorn."""

    def __init__(
        self, protocol: Callable[[], asyncio.BaseProtocol], connections: Sized, context: ssl.SSLContext | None
    ) -> None:
        self._protocol = protocol
        self._connections = connections
        self._context = context
        self._accepting: list[asyncio.Task[None]] = []
        self._opening: dict[asyncio.Task[None], float] = {}
        """Connections in the TLS handshake with their start times, oldest first."""
        self._warning = LimitedWarning(_WARNING_INTERVAL)
        self._limit = min(MAX_OPEN, _files_for_clients())
        self._stopping: asyncio.Task[None] | None = None

    def start(self, listening: list[socket.socket]) -> None:
        """Start accepting."""
        for each in listening:
            each.settimeout(0)
            self._accepting.append(asyncio.create_task(self._accept(each)))

    def close(self) -> None:
        """Stop accepting, and cancel TLS handshakes in progress."""
        self._stopping = asyncio.create_task(self._stop())

    async def wait_closed(self) -> None:
        """Wait until accepting has stopped."""
        if self._stopping is not None:
            await self._stopping

    async def _stop(self) -> None:
        # Only a task that has started to open a connection can close it. So ``close`` cancels nothing itself: a
        # connection that was accepted just before it is first taken by the task that accepts, and then opened.
        for task in self._accepting:
            task.cancel()
        await asyncio.sleep(0)
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._accepting, *self._opening, return_exceptions=True)

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while self._stopping is None:
            await self._below_limit(listening)
            try:
                client, _ = await loop.sock_accept(listening)
            except OSError as error:
                # Most likely the process has no free file descriptor; other errors concern one client only.
                self._warning.log("cannot accept a connection, retrying: %s", error.strerror)
                await asyncio.sleep(_PAUSE)
                continue
            opening = loop.create_task(self._open(client))
            self._opening[opening] = time.monotonic()
            opening.add_done_callback(self._opening.pop)

    async def _below_limit(self, listening: socket.socket) -> None:
        """Wait until one more connection may be accepted."""
        while len(self._opening) + len(self._connections) >= self._limit:
            self._warning.log(
                "port %d has %d open connections; accepting no more until some are closed",
                listening.getsockname()[1],
                self._limit,
            )
            late = time.monotonic() - HANDSHAKE_WHEN_FULL
            for opening in [task for task, since in self._opening.items() if since < late]:
                opening.cancel()
            await asyncio.sleep(_PAUSE)

    async def _open(self, client: socket.socket) -> None:
        timeout = HANDSHAKE if self._context else None
        # Failed handshakes are not logged here; ``tls_hint`` logs the likely mistake.
        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().connect_accepted_socket(
                self._protocol, client, ssl=self._context, ssl_handshake_timeout=timeout
            )


def _files_for_clients() -> int:
    """Connections per port, for two ports, that the limit of open files allows."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return MAX_OPEN
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_OPEN if soft == resource.RLIM_INFINITY else max((soft - _RESERVED_FILES) // 2, 1)
