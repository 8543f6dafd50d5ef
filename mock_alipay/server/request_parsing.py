"""A connection's requests as they arrive: uvicorn's protocol with limits on the size of a request's head.

uvicorn limits neither that size nor the time a client takes to send it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from mock_alipay.server.connection_end import ConnectionEnd
from mock_alipay.server.extensions import CONNECTION, TARGET
from mock_alipay.server.fast_reply import FastReply

if TYPE_CHECKING:
    from mock_alipay.server.tls_hint import TlsHint

MAX_HEAD = 64 * 1024
"""Bytes of request line, headers and trailers; the reply to a larger request is HTTP 431.

The same limit applies to chunked framing, such as chunk extensions, between two pieces of a body.
"""

MAX_HEADERS = 200
"""Header lines of a request; the reply to a request with more is HTTP 431."""

_HEAD_TOO_LARGE = f"request line and headers exceed {MAX_HEAD} bytes"
_TRAILERS_TOO_LARGE = f"request line, headers and trailers exceed {MAX_HEAD} bytes"


_WRAPPED_SIGNATURE = re.compile(rb"signature=[^\r\n]*\r?\n[ \t]*[A-Za-z0-9+/%_-]+=*\r?\n", re.IGNORECASE)
"""A signature with line breaks in its base64, which end the header after the first line."""


class RequestParsing(ConnectionEnd):
    """The part of a connection that parses requests, starts the app for them, and rejects what exceeds the limits."""

    tls_hint: TlsHint | None = None
    """Set for connections of the plain HTTP port."""
    _head_size = 0
    _in_head = True
    _trailers_size = 0
    """Bytes of the complete trailer lines of this request."""
    _framing_size = 0
    """Bytes received since the last piece of the body."""
    waiting_since: float | None = None
    """Loop time at which the current incomplete request began; None without one."""
    idle_since: float | None = None
    """Loop time since which no request is pending; None while one is."""
    _current: RequestResponseCycle | None = None
    """The request whose reply is next; ``cycle`` is the latest, which may be queued in the pipeline."""

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self.idle_since = None
        self.transport.mid_request = True
        if self._in_head:
            self._head_size += len(data)
            if self.waiting_since is None:
                self.waiting_since = self.loop.time()
        else:
            self._framing_size += len(data)
        try:
            self._feed(data)
        except httptools.HttpParserError as error:
            self._reject_malformed(data, error)
        if self._in_head and self._head_size > MAX_HEAD and not self.transport.is_closing():
            self._reject_head(_HEAD_TOO_LARGE)
        elif (self._framing_size or self._trailers_size) and not self.transport.is_closing():
            self._check_trailers()

    def _feed(self, data: bytes) -> None:
        """Parse data as HTTP/1.1, ignoring an offered upgrade.

        Java's HttpClient offers an upgrade to HTTP/2 with its first plain-HTTP request; httptools stops parsing there.
        """
        unread = memoryview(data)
        while True:
            try:
                self.parser.feed_data(unread)
                return
            except httptools.HttpParserUpgrade as offer:
                if not self._offers_upgrade():
                    if self.cycle is not None:
                        self.cycle.keep_alive = False
                    return
                unread = unread[offer.args[0] :]
                self._parse_again_without_upgrade()

    def _offers_upgrade(self) -> bool:
        # httptools also treats CONNECT as an upgrade; data after it is not HTTP.
        return bool(self.parser.should_upgrade()) and self.parser.get_method() != b"CONNECT"

    def _parse_again_without_upgrade(self) -> None:
        request_line = b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        kept = [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.feed_data(b"\r\n".join([request_line, *kept, b"", b""]))

    def on_header(self, name: bytes, value: bytes) -> None:
        # Like uvicorn's method, but ignores trailers, which httptools reports as headers after the body.
        if not self._in_head:
            self._trailers_size += len(name) + len(value) + 4
            return
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def _check_trailers(self) -> bool:
        """Whether head and trailers are within the limit; rejects the request otherwise."""
        if self._framing_size > MAX_HEAD or (self._trailers_size and self._trailers_size + self._measured() > MAX_HEAD):
            self._reject_head(_TRAILERS_TOO_LARGE)
            return False
        return True

    def on_headers_complete(self) -> None:
        if self._offers_upgrade():
            return
        self._in_head = False
        if len(self.headers) > MAX_HEADERS:
            self._reject_head(f"expected at most {MAX_HEADERS} header lines, got {len(self.headers)}")
            return
        # The last data received may contain part of the body, so measure the head exactly.
        if self._head_size > MAX_HEAD and self._measured() > MAX_HEAD:
            self._reject_head(_HEAD_TOO_LARGE)
            return
        self.begin_request()

    def begin_request(self) -> None:
        """Start the app, whose request has a complete head."""
        super().on_headers_complete()
        if not self.pipeline:
            self._current = self.cycle
        # uvicorn before 0.53 checks ``Connection: close`` only in its own send, which FastReply bypasses.
        self.cycle.keep_alive &= self.parser.should_keep_alive()
        # uvicorn before 0.32.1 declares a version that promises an error when sending to a closed connection.
        self.scope["asgi"]["spec_version"] = "2.3"
        self.scope["extensions"] = cast("Any", {CONNECTION: FastReply(self, self.cycle), TARGET: self.url})

    def _measured(self) -> int:
        # Per header 4 bytes for colon, space and line end; 18 for method, version, spaces and the request line's end.
        return sum(len(name) + len(value) + 4 for name, value in self.headers) + len(self.url) + 18

    def on_body(self, body: bytes) -> None:
        self.received_body()
        if not self.transport.is_closing():
            super().on_body(body)

    def received_body(self) -> None:
        """Note that a part of the body has arrived."""
        self._framing_size = 0

    def on_message_complete(self) -> None:
        if self._offers_upgrade() or (self._trailers_size and not self._check_trailers()):
            return
        self._trailers_size = self._framing_size = 0
        self.waiting_since = None
        self.transport.mid_request = False
        self._in_head, self._head_size = True, 0
        if not self.transport.is_closing():
            self.complete_request()

    def complete_request(self) -> None:
        """Tell the app that the body of its request is complete."""
        super().on_message_complete()

    def _reject_malformed(self, data: bytes, error: httptools.HttpParserError) -> None:
        # A plain reply to TLS explains more than a TLS alert: Go reports "HTTP response to HTTPS client".
        why = self.tls_hint.for_data(data) if self.tls_hint else None
        if why is None:
            why = f"malformed HTTP: {_malformed(data, error)}"
            self.logger.warning("closed connection: %s", why)
        self.reject(b"400 Bad Request", why)

    def _reject_head(self, why: str) -> None:
        self.logger.warning("closed connection: %s", why)
        self.reject(b"431 Request Header Fields Too Large", why)

    def reject(self, status: bytes, detail: str) -> None:
        self.waiting_since = None
        body = f"mock-alipay: {detail}\n".encode()
        head = b"HTTP/1.1 %b\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.end(head % (status, len(body)) + body)


def _malformed(data: bytes, error: httptools.HttpParserError) -> str:
    if _WRAPPED_SIGNATURE.search(data, 0, 8192):
        return "the signature header has line breaks, encode its base64 in one line (openssl base64 -A)"
    # The parser's messages differ between versions and come last, in brackets.
    return f"expected a request line and headers [{str(error.__context__ or error)[:100]}]"
