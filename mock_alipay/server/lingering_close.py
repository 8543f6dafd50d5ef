"""A transport that delivers its last bytes before it closes (lingering close)."""

from __future__ import annotations

import asyncio
from typing import Any

LINGER = 2.0
"""Seconds between the end of the reply and the close while a client is still sending its request."""


class LingeringTransport:
    """Closes a connection in two steps while its client is still sending.

    Closing a socket with unread input resets the connection, and the client may lose the reply (RFC 9112, section 9.6).
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._lingering = False
        self.mid_request = False
        """Whether the client has sent part of a request."""
        self.write = transport.write
        self.get_extra_info = transport.get_extra_info

    def is_closing(self) -> bool:
        """Whether further input is ignored."""
        return self._lingering or bool(self._transport.is_closing())

    def close(self) -> None:
        """Close at once, or after ``LINGER`` seconds if the client is in the middle of a request."""
        if not self.mid_request or self._transport.is_closing():
            self._transport.close()
        elif not self._lingering:
            self._lingering = True
            if self._transport.can_write_eof():
                self._transport.write_eof()
            self._transport.resume_reading()
            self._loop.call_later(LINGER, self._transport.close)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
