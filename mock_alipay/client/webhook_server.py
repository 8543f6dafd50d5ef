"""An HTTP server for webhooks on this machine, and the handler of one request."""

from __future__ import annotations

import logging
import os
import socket
import struct
import sys
import threading
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

logger = logging.getLogger("mock_alipay")

ACKNOWLEDGEMENT = b'{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}'

_MAX_BODY = 1024 * 1024
_SILENCE = 30.0
"""Seconds without a byte after which a connection is closed."""
_POLL = 0.01
"""Seconds until ``close`` is noticed; the default of socketserver, 0.5, would be a part of every test."""


class WebhookHandler(BaseHTTPRequestHandler):
    """Reads one webhook; ``receive`` answers it. Other requests get an error in one line of text."""

    timeout = _SILENCE
    error_content_type = "text/plain"
    error_message_format = "%(message)s\n"

    def receive(self, headers: dict[str, str], body: bytes) -> None:
        """Answer a webhook; names of headers are in lower case."""
        raise NotImplementedError

    def do_POST(self) -> None:
        """Read the body."""
        size = _size(self.headers)
        if size is None:
            self.send_error(411, "expected a content-length")
            return
        if size > _MAX_BODY:
            self.send_error(413, f"expected at most {_MAX_BODY} bytes")
            return
        body = self.rfile.read(size)
        if len(body) == size:  # otherwise the client went away
            self.receive({name.lower(): value for name, value in self.headers.items()}, body)

    def do_GET(self) -> None:
        """Say what is expected, to a browser for example."""
        self.send_error(405, "expected the POST of a notification")

    def respond(self, status: int, body: bytes) -> None:
        """Send a response of JSON."""
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def reset(self) -> None:
        """Reset the connection in place of a response."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


class WebhookServer(ThreadingHTTPServer):
    """Listens on a free port of 127.0.0.1, in a thread, until ``close``."""

    daemon_threads = True

    def __init__(self, handler: type[WebhookHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        threading.Thread(target=self.serve_forever, args=(_POLL,), name="mock-alipay-webhooks", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: Any) -> None:
        """Log an error, but not that a client went away."""
        error = sys.exception()
        if not isinstance(error, OSError):
            logger.error("internal error in the receiver of webhooks", exc_info=error)


def _size(headers: Message) -> int | None:
    """The bytes of a body; None when the headers do not say it."""
    length = headers.get("content-length", "")
    known = length.isascii() and length.isdigit() and "transfer-encoding" not in headers
    return int(length[:10]) if known else None
