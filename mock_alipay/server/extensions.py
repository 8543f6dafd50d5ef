"""What the server and the web layer know of each other beyond ASGI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from mock_alipay.journal.exchange import Reply

TARGET = "mock_alipay.target"
"""The key of an ASGI extension: the request target as in the request line (bytes)."""

CONNECTION = "mock_alipay.connection"
"""The key of an ASGI extension: the client's ``Connection``."""


class Connection(Protocol):
    """The client connection of a request, for replies and injected faults."""

    @property
    def open_connections(self) -> int:
        """Number of the server's open connections."""

    async def send(self, reply: Reply) -> None:
        """Send a complete reply."""

    async def truncate(self, reply: Reply) -> None:
        """Send the head and the first half of the body, then close."""

    def reset(self) -> None:
        """Abort the connection so that the client sees a reset."""

    def end(self, last_bytes: bytes = b"") -> None:
        """Send bytes as they are, then close."""


class CompleteRequest(Connection, Protocol):
    """A request that has arrived completely, and the connection of its client."""

    method: str
    target: bytes
    """As in the request line."""
    headers: list[tuple[bytes, bytes]]
    """Names in lower case."""
    body: bytes
    scheme: str

    async def gone(self) -> None:
        """Return when the client disconnects."""


@dataclass(frozen=True, slots=True)
class DirectRoute:
    """POST requests that the server passes on without ASGI: an ASGI task and scope cost a sixth of a call's time."""

    prefix: bytes
    """The beginning of their targets."""
    max_body: int
    """Requests with a larger body, in bytes, go through ASGI."""
    answer: Callable[[CompleteRequest], Awaitable[None]]
    """Sends the reply."""
