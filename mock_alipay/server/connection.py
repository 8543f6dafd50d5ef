"""A client's connection: limits on its time and on the number of connections."""

from __future__ import annotations

import asyncio
import select
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from mock_alipay.server.lingering_close import LingeringTransport
from mock_alipay.server.request_parsing import RequestParsing

if TYPE_CHECKING:
    from uvicorn.server import ServerState

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


class ClientConnection(RequestParsing):
    """A connection with limits on size, time and number."""

    ended_at: float | None = None
    """Loop time at which the client closed its sending side."""
    _unsent = 0
    """Bytes of replies that were buffered at the last check."""
    _stalled_since: float | None = None
    """Loop time since which the buffered bytes have not decreased; None without buffered bytes."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast("asyncio.Transport", LingeringTransport(transport, self.loop)))
        self.waiting_since = self.loop.time()
        if len(self.connections) > MAX_CONNECTIONS and not self._drop_half_closed():
            self.reject(b"503 Service Unavailable", f"more than {MAX_CONNECTIONS} connections")

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
            self.reject(b"408 Request Timeout", f"the request took longer than {REQUEST_TIMEOUT:.0f} s to arrive")

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
