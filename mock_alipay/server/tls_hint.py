"""Tells of clients that speak plain HTTP to the HTTPS port: their connections end before there is anything to log."""

from __future__ import annotations

import logging
import ssl
import time

_PAUSE = 10.0
"""Seconds between two warnings: a client that is set up wrongly tries again and again."""

_PLAIN = ("HTTP_REQUEST", "HTTPS_PROXY_REQUEST")
"""What OpenSSL calls a handshake that begins with GET, POST, HEAD, PUT or CONNECT."""

logger = logging.getLogger("mock_alipay")


def log_plain_http(context: ssl.SSLContext, plain_port: int) -> None:
    """Warn when a client of this context sends plain HTTP, and name the port where that is spoken."""
    told_at = -_PAUSE

    class Handshake(ssl.SSLObject):
        def do_handshake(self) -> None:
            nonlocal told_at
            try:
                super().do_handshake()
            except ssl.SSLError as error:
                if error.reason in _PLAIN and time.monotonic() - told_at >= _PAUSE:
                    told_at = time.monotonic()
                    logger.warning(
                        "a client was sent away, it speaks plain HTTP to the HTTPS port; plain HTTP is at port %d",
                        plain_port,
                    )
                raise

    context.sslobject_class = Handshake
