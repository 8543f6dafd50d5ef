"""A transport that lets its last words arrive before it closes."""

from __future__ import annotations

import asyncio
from typing import Any

LINGER = 2.0
"""Seconds that a client refused in the middle of its request may go on sending."""


class LingeringTransport:
    """Closes a connection in two steps while its client is still sending.

    Closing a socket that holds unread input resets the connection, and then the client loses the reply that
    says why it was refused (RFC 9112, section 9.6).
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._leaving = False
        self.mid_request = False
        """Whether the client has begun a request and not ended it; what comes after a refusal is not read."""
        self.write = transport.write
        self.get_extra_info = transport.get_extra_info

    def is_closing(self) -> bool:
        """Whether nothing more is to be read or answered here."""
        return self._leaving or bool(self._transport.is_closing())

    def close(self) -> None:
        """Close at once, or a moment later when the client is in the middle of a request."""
        if not self.mid_request or self._transport.is_closing():
            self._transport.close()
        elif not self._leaving:
            self._leaving = True
            if self._transport.can_write_eof():
                self._transport.write_eof()
            self._transport.resume_reading()
            self._loop.call_later(LINGER, self._transport.close)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
