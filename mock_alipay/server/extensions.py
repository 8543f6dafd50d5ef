"""ASGI extensions that the server adds to the scope of each request."""

from __future__ import annotations

from typing import Protocol

from mock_alipay.journal.exchange import Reply

TARGET = "mock_alipay.target"
"""The request target as in the request line (bytes)."""

CONNECTION = "mock_alipay.connection"
"""The client's ``Connection``."""


class Connection(Protocol):
    """The client connection of a request, for replies and injected faults."""

    @property
    def open_connections(self) -> int:
        """Number of the server's open connections."""

    async def send(self, reply: Reply) -> None:
        """Send a complete reply."""

    def reset(self) -> None:
        """Abort the connection so that the client sees a reset."""

    def end(self, last_bytes: bytes = b"") -> None:
        """Send bytes as they are, then close."""
