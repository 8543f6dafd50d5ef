"""The ways in which the gateway ends a client's connection."""

from __future__ import annotations

import socket
import struct

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mock_alipay.server.lingering_close import LingeringTransport


class ConnectionEnd(HttpToolsProtocol):
    """The part of a connection that closes or aborts it."""

    transport: LingeringTransport  # type: ignore[assignment]

    def end(self, last_bytes: bytes = b"") -> None:
        """Send bytes as they are, then close."""
        self.transport.write(last_bytes)
        self.transport.close()

    def reset(self) -> None:
        """Abort the connection so that the client sees a reset."""
        raw: socket.socket | None = self.transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def drop(self) -> None:
        """Abort the connection without a reply, even with a call pending."""
        self.transport.abort()
        if self.cycle is not None:
            self.cycle.disconnected = True

    def shutdown(self) -> None:
        # The rest of an incomplete request is not awaited.
        self.transport.mid_request = False
        # Like uvicorn's method except in 0.43 and 0.44, which report a disconnect to a pending call.
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
        else:
            self.cycle.keep_alive = False
