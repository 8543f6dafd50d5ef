"""A transport that sends the head of a reply together with its body, in one packet and one system call."""

from __future__ import annotations

import asyncio
from typing import Any


class CorkedTransport:
    """Holds back a response head until the next write; everything else passes.

    uvicorn writes head and body apart, which costs a call through the kernel for every reply.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._held = b""
        self.is_closing = transport.is_closing
        self.get_extra_info = transport.get_extra_info

    def write(self, data: bytes) -> None:
        """Send, or hold when this is a head that a body follows."""
        # Clients that sent "Expect: 100-continue" wait for the interim head before they send anything more.
        final = data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 1")
        if not self._held and final and data.endswith(b"\r\n\r\n"):
            self._held = data
            return
        self._transport.write(self._held + data)
        self._held = b""

    def flush(self) -> None:
        """Send what is held."""
        if self._held:
            self.write(b"")

    def close(self) -> None:
        """Send what is held, then close."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
