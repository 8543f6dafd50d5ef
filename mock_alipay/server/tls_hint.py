"""Warns about clients that use the wrong scheme: plain HTTP on the HTTPS port, or TLS on the plain HTTP port."""

from __future__ import annotations

import ssl

from mock_alipay.config.config import Config
from mock_alipay.server.limited_warning import LimitedWarning
from mock_alipay.server.sockets import Sockets

_INTERVAL = 10.0
"""Seconds between two warnings: a wrongly configured client retries again and again."""

_HANDSHAKE = b"\x16\x03"
"""First bytes of a TLS handshake record (RFC 8446, section 5.1)."""

_PLAIN_HTTP = ("HTTP_REQUEST", "HTTPS_PROXY_REQUEST")
"""OpenSSL's reasons for a handshake that begins with GET, POST, HEAD, PUT or CONNECT."""


class TlsHint:
    """Names the right URL to clients that speak TLS to the plain HTTP port."""

    def __init__(self, sockets: Sockets) -> None:
        config = Config(host=sockets.addresses[0], port=sockets.port, tls_port=sockets.tls_port)
        right = config.tls_url or f"{config.url}, HTTPS is off"
        self._text = f"TLS on the plain HTTP port {config.port}; use {right}"
        self._warning = LimitedWarning(_INTERVAL)

    def for_data(self, data: bytes) -> str | None:
        """The hint, also logged, if the data begins a TLS handshake."""
        if not data.startswith(_HANDSHAKE):
            return None
        self._warning.log("closed connection: %s", self._text)
        return self._text


def log_plain_http(context: ssl.SSLContext, sockets: Sockets) -> None:
    """Log a warning when a client of this context speaks plain HTTP; its connection ends before a request exists."""
    config = Config(host=sockets.addresses[0], port=sockets.port)
    warning = LimitedWarning(_INTERVAL)

    class Handshake(ssl.SSLObject):
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except ssl.SSLError as error:
                if error.reason in _PLAIN_HTTP:
                    warning.log(
                        "closed connection: plain HTTP on the HTTPS port %d; use %s", sockets.tls_port, config.url
                    )
                raise

    context.sslobject_class = Handshake
