"""The ASGI extensions that the server hands to the app with each request."""

from __future__ import annotations

from typing import Protocol

from mock_alipay.journal.exchange import Reply

TARGET = "mock_alipay.target"
"""Extension with the request target as it stood in the request line (bytes)."""

CONNECTION = "mock_alipay.connection"
"""Extension with the client's ``Connection``."""


class Connection(Protocol):
    """A client's connection, as far as a reply or an injected fault needs it."""

    @property
    def open_connections(self) -> int:
        """How many connections the server has open."""

    async def send(self, reply: Reply) -> None:
        """Send a whole reply."""

    def reset(self) -> None:
        """Abort the connection, so that the client sees a reset."""

    def end(self, last_words: bytes = b"") -> None:
        """Send these bytes as they are, then close."""
