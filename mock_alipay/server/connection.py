"""A client's connection: uvicorn's protocol with limits and support for injected faults.

uvicorn limits neither the size of a request's head nor the time a client takes to send it.
"""

from __future__ import annotations

import asyncio
import re
import select
import socket
import struct
from typing import TYPE_CHECKING, Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mock_alipay.server.extensions import CONNECTION, TARGET
from mock_alipay.server.fast_reply import FastReply
from mock_alipay.server.lingering_close import LingeringTransport

if TYPE_CHECKING:
    from uvicorn.server import ServerState

    from mock_alipay.server.tls_hint import TlsHint

MAX_HEAD = 64 * 1024
"""Bytes of request line, headers and trailers; the reply to a larger request is HTTP 431.

The same limit applies to chunked framing, such as chunk extensions, between two pieces of a body.
"""

MAX_HEADERS = 200
"""Header lines of a request; the reply to a request with more is HTTP 431."""

MAX_CONNECTIONS = 450
"""Per port; both ports together stay below the 1,024 open files that many systems allow."""

REQUEST_TIMEOUT = 20.0
"""Seconds from the opening of a connection, or a request's first byte, to the request's last byte."""

WRITE_TIMEOUT = 20.0
"""Seconds without progress in sending a reply after which the connection is aborted."""

HALF_CLOSED = 5.0
"""Seconds that a half-closed connection stays open for pending replies.

A client that has gone looks the same as one that only closed its sending side, until data is sent to it.
"""

_HEAD_TOO_LARGE = f"request line and headers exceed {MAX_HEAD} bytes"
_TRAILERS_TOO_LARGE = f"request line, headers and trailers exceed {MAX_HEAD} bytes"


_WRAPPED_SIGNATURE = re.compile(rb"signature=[^\r\n]*\r?\n[ \t]*[A-Za-z0-9+/%_-]+=*\r?\n", re.IGNORECASE)
"""A signature with line breaks in its base64, which end the header after the first line."""


class ClientConnection(HttpToolsProtocol):
    """A connection with limits on size, time and number."""

    transport: LingeringTransport  # type: ignore[assignment]
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
    ended_at: float | None = None
    """Loop time at which the client closed its sending side."""
    _unsent = 0
    """Bytes of replies that were buffered at the last check."""
    _stalled_since: float | None = None
    """Loop time since which the buffered bytes have not decreased; None without buffered bytes."""
    _current: RequestResponseCycle | None = None
    """The request whose reply is next; ``cycle`` is the latest, which may be queued in the pipeline."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast("asyncio.Transport", LingeringTransport(transport, self.loop)))
        self.waiting_since = self.loop.time()
        if len(self.connections) > MAX_CONNECTIONS and not self._drop_half_closed():
            self._reject(b"503 Service Unavailable", f"more than {MAX_CONNECTIONS} connections")

    def _drop_half_closed(self) -> bool:
        """Drop the connection that has been half-closed for longest, if any; its client has most likely gone."""
        connections = cast("set[ClientConnection]", self.connections)
        half_closed = [each for each in connections if each.ended_at is not None]
        if not half_closed:
            return False
        oldest = min(half_closed, key=lambda each: each.ended_at or 0)
        self.connections.discard(oldest)
        oldest.drop()
        return True

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

    def on_response_complete(self) -> None:
        # Like uvicorn's method without its timer per request: idle connections are checked once a second instead.
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._current = cycle
            task = self.loop.create_task(cycle.run_asgi(app))
            task.add_done_callback(self.tasks.discard)
            self.tasks.add(task)
        else:
            self.idle_since = self.loop.time()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keep a half-closed connection open for pending replies; if this returns False, asyncio closes it."""
        if self.transport.is_closing() or self.transport.get_extra_info("sslcontext") is not None:
            # Under TLS, asyncio closes the connection whatever this returns.
            return False
        last = self._last_complete_request()
        if last is None or last.response_complete:
            return False
        self.waiting_since = None
        self.transport.mid_request = False
        self.ended_at = self.loop.time()
        last.keep_alive = False
        return True

    def _last_complete_request(self) -> RequestResponseCycle | None:
        if self._in_head or self.cycle is None:
            return self.cycle
        self._disconnect(self.cycle)
        if not self.pipeline:
            return None
        self.pipeline.popleft()
        return self.pipeline[0][0] if self.pipeline else self._current

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        # uvicorn disconnects only the latest of several pipelined requests.
        if self._current is not None and not self._current.response_complete:
            self._disconnect(self._current)
        self.pipeline.clear()

    @staticmethod
    def _disconnect(cycle: RequestResponseCycle) -> None:
        cycle.disconnected = True
        cycle.message_event.set()

    def check_time(self, now: float) -> None:
        """Close the connection if its client is too slow or has been idle for too long."""
        self._update_progress(now)
        if self._stalled_since is not None and now - self._stalled_since > WRITE_TIMEOUT:
            self.logger.warning("closed connection: the client read nothing of a reply for %.0f s", WRITE_TIMEOUT)
            self.drop()
        elif self.idle_since is not None and now - self.idle_since > self.timeout_keep_alive:
            self.transport.close()
        elif self.ended_at is not None and now - self.ended_at > HALF_CLOSED:
            self.drop()
        elif self.waiting_since is not None and now - self.waiting_since > REQUEST_TIMEOUT:
            self._reject(b"408 Request Timeout", f"the request took longer than {REQUEST_TIMEOUT:.0f} s to arrive")

    def _update_progress(self, now: float) -> None:
        unsent = self.transport.get_write_buffer_size()
        if not unsent:
            self._stalled_since = None
        elif self._stalled_since is None or unsent < self._unsent:
            self._stalled_since = now
        self._unsent = unsent
        # While reading is paused, for example behind a pending call, asyncio does not report that a client has gone.
        if self.flow.read_paused and self.ended_at is None and _is_half_closed(self.transport):
            self.ended_at = now

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

    def end(self, last_bytes: bytes = b"") -> None:
        """Send bytes as they are, then close."""
        self.transport.write(last_bytes)
        self.transport.close()

    def _reject_malformed(self, data: bytes, error: httptools.HttpParserError) -> None:
        # A plain reply to TLS explains more than a TLS alert: Go reports "HTTP response to HTTPS client".
        why = self.tls_hint.for_data(data) if self.tls_hint else None
        if why is None:
            why = f"malformed HTTP: {_malformed(data, error)}"
            self.logger.warning("closed connection: %s", why)
        self._reject(b"400 Bad Request", why)

    def _reject_head(self, why: str) -> None:
        self.logger.warning("closed connection: %s", why)
        self._reject(b"431 Request Header Fields Too Large", why)

    def _reject(self, status: bytes, detail: str) -> None:
        self.waiting_since = None
        body = f"mock-alipay: {detail}\n".encode()
        head = b"HTTP/1.1 %b\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.end(head % (status, len(body)) + body)


def close_slow_connections(state: ServerState, now: float) -> None:
    """Close every connection whose client is too slow or idle for too long."""
    for connection in list(state.connections):
        cast("Any", connection).check_time(now)


def _is_half_closed(transport: LingeringTransport) -> bool:
    """Whether the client has closed its sending side, even with data unread; always False except on Linux."""
    if not hasattr(select, "POLLRDHUP"):
        return False
    poll = select.poll()
    poll.register(transport.get_extra_info("socket").fileno(), select.POLLRDHUP)
    return bool(poll.poll(0))


def _malformed(data: bytes, error: httptools.HttpParserError) -> str:
    if _WRAPPED_SIGNATURE.search(data, 0, 8192):
        return "the signature header has line breaks, encode its base64 in one line (openssl base64 -A)"
    # The parser's messages differ between versions and come last, in brackets.
    return f"expected a request line and headers [{str(error.__context__ or error)[:100]}]"
