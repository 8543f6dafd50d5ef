"""Accepts connections while there is room for them; what comes meanwhile waits in the system's queue.

asyncio's own server counts no TLS handshakes, cannot pause, and logs a traceback for each connection without a file.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import time
from collections.abc import Callable, Sized

MAX_OPEN = 470
"""Connections of a port, with those that are still agreeing on TLS; while there are so many, none is accepted."""

HANDSHAKE = 10.0
"""Seconds that a client may take to agree on TLS."""

HANDSHAKE_WHEN_FULL = 1.0
"""The same while there is no room: a client that is well takes milliseconds."""

_OWN_FILES = 84
"""Files that are kept for other things than clients: webhooks, scenarios, certificates, log."""

_PAUSE = 0.05
"""Seconds between two looks for room."""

_QUIET = 60.0
"""Seconds between two warnings."""

logger = logging.getLogger("mock_alipay")


class Acceptor:
    """Serves listening sockets; to uvicorn it is one of asyncio's servers."""

    def __init__(
        self, protocol: Callable[[], asyncio.BaseProtocol], connections: Sized, context: ssl.SSLContext | None
    ) -> None:
        self._protocol = protocol
        self._connections = connections
        self._context = context
        self._accepting: list[asyncio.Task[None]] = []
        self._opening: dict[asyncio.Task[None], float] = {}
        """Connections that are not open yet, oldest first, and since when."""
        self._warned_at = -_QUIET
        self._most = min(MAX_OPEN, _files_for_clients())

    def start(self, listening: list[socket.socket]) -> None:
        """Begin to accept."""
        for each in listening:
            each.settimeout(0)
            self._accepting.append(asyncio.create_task(self._accept(each)))

    def close(self) -> None:
        """Accept no more, and give up the connections that are not open yet."""
        for task in (*self._accepting, *self._opening):
            task.cancel()

    async def wait_closed(self) -> None:
        """Return when nothing is accepted any more."""
        await asyncio.gather(*self._accepting, *self._opening, return_exceptions=True)

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._room(listening)
            try:
                client, _ = await loop.sock_accept(listening)
            except OSError as error:
                # Most likely there is no file left; what else there may be concerns one client.
                self._warn("cannot accept a connection, and try again: %s", error.strerror)
                await asyncio.sleep(_PAUSE)
                continue
            opening = loop.create_task(self._open(client))
            self._opening[opening] = time.monotonic()
            opening.add_done_callback(self._opening.pop)

    async def _room(self, listening: socket.socket) -> None:
        """Return when one more connection may be accepted."""
        while len(self._opening) + len(self._connections) >= self._most:
            port = listening.getsockname()[1]
            self._warn("port %d has %d open connections, and accepts no more until some are closed", port, self._most)
            late = time.monotonic() - HANDSHAKE_WHEN_FULL
            for opening in [task for task, since in self._opening.items() if since < late]:
                opening.cancel()
            await asyncio.sleep(_PAUSE)

    async def _open(self, client: socket.socket) -> None:
        patience = HANDSHAKE if self._context else None
        # A handshake that fails is its client's trouble; ``tls_hint`` tells of the likely mistake.
        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().connect_accepted_socket(
                self._protocol, client, ssl=self._context, ssl_handshake_timeout=patience
            )

    def _warn(self, message: str, *values: object) -> None:
        """Log a warning, at most one a minute."""
        now = time.monotonic()
        if now - self._warned_at >= _QUIET:
            self._warned_at = now
            logger.warning(message, *values)


def _files_for_clients() -> int:
    """How many connections each of the two ports may have by the number of files that this process may open."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return MAX_OPEN
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_OPEN if soft == resource.RLIM_INFINITY else max((soft - _OWN_FILES) // 2, 1)
