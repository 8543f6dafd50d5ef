"""One client's connection: uvicorn's, with limits, and open to injected faults.

uvicorn bounds neither the size of a request's head nor the time a client takes to send it.
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

MAX_HEAD = 64 * 1024
"""Bytes of request line and headers, and of the trailers after a chunked body; a request that has more is replied 431.

Bytes of chunked framing between two pieces of a body, such as chunk extensions, have the same limit.
"""

MAX_HEADERS = 200
"""Header lines of a request; one that has more is replied 431."""

MAX_CONNECTIONS = 450
"""On each of the two ports: together they stay below the 1,024 open files that many systems allow."""

REQUEST_TIMEOUT = 20.0
"""Seconds a client may take from opening a connection, or from a request's first byte, to its last."""

WRITE_TIMEOUT = 20.0
"""Seconds in which a client must take some of a reply that it is sent; its connection is broken off then."""

HALF_CLOSED = 5.0
"""Seconds that a client which has ended its side of the connection still gets replies.

One that has left altogether looks the same until something is sent to it, so that what waits for it ends then.
"""

_HEAD_TOO_LARGE = f"request line and headers exceed {MAX_HEAD} bytes"
_TRAILERS_TOO_LARGE = f"request line, headers and trailers exceed {MAX_HEAD} bytes"

_TLS_HANDSHAKE = b"\x16\x03"

_WRAPPED_SIGNATURE = re.compile(rb"signature=[^\r\n]*\r?\n[ \t]*[A-Za-z0-9+/%_-]+=*\r?\n", re.IGNORECASE)
"""Base64 in several lines, which ends the header after the first."""


class ClientConnection(HttpToolsProtocol):
    """A connection that can be counted, timed, and broken on purpose."""

    transport: LingeringTransport  # type: ignore[assignment]
    _head_size = 0
    _in_head = True
    _trailers_size = 0
    """Bytes of the complete trailer lines of this request."""
    _framing_size = 0
    """Bytes that have arrived since the last piece of the body."""
    waiting_since: float | None = None
    """Loop time since which a request has been on its way; None while none is."""
    idle_since: float | None = None
    """Loop time since which all requests have been answered; None while one has not."""
    ended_at: float | None = None
    """Loop time at which the client ended its side of the connection."""
    _unsent = 0
    """Bytes that the client had not taken when it was last looked at."""
    _stalled_since: float | None = None
    """Loop time since which the client has taken none of them; None while there are none."""
    _answered: RequestResponseCycle | None = None
    """The request that is being answered; ``cycle`` is the latest, which may wait behind it in the pipeline."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast("asyncio.Transport", LingeringTransport(transport, self.loop)))
        self.waiting_since = self.loop.time()
        if len(self.connections) > MAX_CONNECTIONS and not self._made_room():
            self._reject(b"503 Service Unavailable", f"more than {MAX_CONNECTIONS} connections")

    def _made_room(self) -> bool:
        """Break off the connection that its client ended first, if any did; most likely that client has left."""
        ended = [one for one in cast("set[ClientConnection]", self.connections) if one.ended_at is not None]
        if not ended:
            return False
        longest = min(ended, key=lambda one: one.ended_at or 0)
        self.connections.discard(longest)
        longest.drop()
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
            why = _malformed(data, error)
            self.logger.warning("a client was sent away, it sent what is not HTTP/1.1: %s", why)
            self._reject(b"400 Bad Request", f"this is not HTTP/1.1: {why}")
        if self._in_head and self._head_size > MAX_HEAD and not self.transport.is_closing():
            self._refuse_head(_HEAD_TOO_LARGE)
        elif (self._framing_size or self._trailers_size) and not self.transport.is_closing():
            self._check_trailers()

    def _feed(self, data: bytes) -> None:
        """Read on; an upgrade that the client offers is not taken up, and what follows is HTTP/1.1 still.

        Java's HttpClient offers HTTP/2 so with its first call over plain HTTP, body and all, but httptools ends there.
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
                self._read_again_without_upgrade()

    def _offers_upgrade(self) -> bool:
        # To httptools a CONNECT is one as well, but what follows that is not HTTP to this server.
        return bool(self.parser.should_upgrade()) and self.parser.get_method() != b"CONNECT"

    def _read_again_without_upgrade(self) -> None:
        request_line = b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        kept = [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.feed_data(b"\r\n".join([request_line, *kept, b"", b""]))

    def on_header(self, name: bytes, value: bytes) -> None:
        # As uvicorn's own, but that trailers, which follow the body, are dropped: to httptools they are headers too.
        if not self._in_head:
            self._trailers_size += len(name) + len(value) + 4
            return
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def _check_trailers(self) -> bool:
        """Whether head and trailers are within the limit; refuses the request when they are not."""
        if self._framing_size > MAX_HEAD or (self._trailers_size and self._trailers_size + self._measured() > MAX_HEAD):
            self._refuse_head(_TRAILERS_TOO_LARGE)
            return False
        return True

    def on_headers_complete(self) -> None:
        if self._offers_upgrade():
            return
        self._in_head = False
        if len(self.headers) > MAX_HEADERS:
            self._refuse_head(f"expected at most {MAX_HEADERS} header lines, got {len(self.headers)}")
            return
        # What arrived with the last of the head may be body, so a large arrival is measured again.
        if self._head_size > MAX_HEAD and self._measured() > MAX_HEAD:
            self._refuse_head(_HEAD_TOO_LARGE)
            return
        super().on_headers_complete()
        if not self.pipeline:
            self._answered = self.cycle
        # uvicorn before 0.53 looks at ``Connection: close`` only in its own send, which replies do not pass through.
        self.cycle.keep_alive &= self.parser.should_keep_alive()
        # uvicorn before 0.32.1 promises an error to those who send to a client that has left, and raises none.
        self.scope["asgi"]["spec_version"] = "2.3"
        self.scope["extensions"] = cast("Any", {CONNECTION: FastReply(self, self.cycle), TARGET: self.url})

    def _measured(self) -> int:
        # Each header has a colon, a blank and a line end; the request line a method, a version and blanks.
        return sum(len(name) + len(value) + 4 for name, value in self.headers) + len(self.url) + 18

    def on_body(self, body: bytes) -> None:
        self._framing_size = 0
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._offers_upgrade() or (self._trailers_size and not self._check_trailers()):
            return
        self._trailers_size = self._framing_size = 0
        self.waiting_since = None
        self.transport.mid_request = False
        self._in_head, self._head_size = True, 0
        if not self.transport.is_closing():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        # As uvicorn's own, but for its timer a call: a thousand idle connections are looked over once a second instead.
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._answered = cycle
            task = self.loop.create_task(cycle.run_asgi(app))
            task.add_done_callback(self.tasks.discard)
            self.tasks.add(task)
        else:
            self.idle_since = self.loop.time()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keep the connection open for the replies to whole requests; asyncio closes it when this is False."""
        if self.transport.is_closing() or self.transport.get_extra_info("sslcontext") is not None:
            # Under TLS asyncio closes the connection whatever is returned here.
            return False
        last = self._last_whole_request()
        if last is None or last.response_complete:
            return False
        self.waiting_since = None
        self.transport.mid_request = False
        self.ended_at = self.loop.time()
        last.keep_alive = False
        return True

    def _last_whole_request(self) -> RequestResponseCycle | None:
        if self._in_head or self.cycle is None:
            return self.cycle
        self._disconnect(self.cycle)
        if not self.pipeline:
            return None
        self.pipeline.popleft()
        return self.pipeline[0][0] if self.pipeline else self._answered

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        # uvicorn tells only the latest of several requests.
        if self._answered is not None and not self._answered.response_complete:
            self._disconnect(self._answered)
        self.pipeline.clear()

    @staticmethod
    def _disconnect(cycle: RequestResponseCycle) -> None:
        cycle.disconnected = True
        cycle.message_event.set()

    def check_time(self, now: float) -> None:
        """Close the connection when its client has taken too long over a request, or has long sent none."""
        self._note_progress(now)
        if self._stalled_since is not None and now - self._stalled_since > WRITE_TIMEOUT:
            self.logger.warning("closed a connection: its client took nothing of a reply for %.0f s", WRITE_TIMEOUT)
            self.drop()
        elif self.idle_since is not None and now - self.idle_since > self.timeout_keep_alive:
            self.transport.close()
        elif self.ended_at is not None and now - self.ended_at > HALF_CLOSED:
            self.drop()
        elif self.waiting_since is not None and now - self.waiting_since > REQUEST_TIMEOUT:
            self._reject(b"408 Request Timeout", f"the request took longer than {REQUEST_TIMEOUT:.0f} s to arrive")

    def _note_progress(self, now: float) -> None:
        unsent = self.transport.get_write_buffer_size()
        if not unsent:
            self._stalled_since = None
        elif self._stalled_since is None or unsent < self._unsent:
            self._stalled_since = now
        self._unsent = unsent
        # While reading is paused, as behind a call that waits, asyncio does not tell when a client has left.
        if self.flow.read_paused and self.ended_at is None and _has_ended(self.transport):
            self.ended_at = now

    def reset(self) -> None:
        """Break the connection off: the client sees a reset."""
        raw: socket.socket | None = self.transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def drop(self) -> None:
        """Break the connection off without a word, whatever call it waits for."""
        self.transport.abort()
        if self.cycle is not None:
            self.cycle.disconnected = True

    def shutdown(self) -> None:
        # A client that is in the middle of a request will not get to its end.
        self.transport.mid_request = False
        # As uvicorn's own, but for 0.43 and 0.44: there, a call that waits is told that its client has left.
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
        else:
            self.cycle.keep_alive = False

    def end(self, last_words: bytes = b"") -> None:
        """Send these bytes as they are, then close."""
        self.transport.write(last_words)
        self.transport.close()

    def _refuse_head(self, why: str) -> None:
        self.logger.warning("closed a connection: %s", why)
        self._reject(b"431 Request Header Fields Too Large", why)

    def _reject(self, status: bytes, detail: str) -> None:
        self.waiting_since = None
        body = f"mock-alipay: {detail}\n".encode()
        head = b"HTTP/1.1 %b\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.end(head % (status, len(body)) + body)


def close_slow_connections(state: ServerState, now: float) -> None:
    """Close every connection whose client is too slow."""
    for connection in list(state.connections):
        cast("Any", connection).check_time(now)


def _has_ended(transport: LingeringTransport) -> bool:
    """Whether the client has ended its side, even if not all that it sent has been read; always False but on Linux."""
    if not hasattr(select, "POLLRDHUP"):
        return False
    poll = select.poll()
    poll.register(transport.get_extra_info("socket").fileno(), select.POLLRDHUP)
    return bool(poll.poll(0))


def _malformed(data: bytes, error: httptools.HttpParserError) -> str:
    if data[:2] == _TLS_HANDSHAKE:
        return "HTTPS has a port of its own"
    if _WRAPPED_SIGNATURE.search(data, 0, 8192):
        return "the signature header has line breaks, encode its base64 in one line (openssl base64 -A)"
    # The parser's words differ between its versions: they come last, in brackets.
    return f"expected a request line and headers [{str(error.__context__ or error)[:100]}]"
