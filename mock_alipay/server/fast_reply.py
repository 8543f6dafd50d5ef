"""One call on a connection: the way its reply takes, or what a scenario does to it instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from mock_alipay.journal.exchange import Reply

if TYPE_CHECKING:
    from uvicorn.protocols.http.flow_control import FlowControl
    from uvicorn.server import ServerState


class _Connection(Protocol):
    """A connection as an exchange needs it."""

    flow: FlowControl
    server_state: ServerState
    transport: Any

    def reset(self) -> None:
        """Break it off."""

    def end(self, last_words: bytes = b"") -> None:
        """Send these bytes, then close."""


class FastReply:
    """Handed down with each request, so that ``web.reply_writer`` can reach the client's connection."""

    __slots__ = ("_connection", "_cycle")

    def __init__(self, connection: _Connection, cycle: RequestResponseCycle) -> None:
        self._connection = connection
        self._cycle = cycle

    @property
    def open_connections(self) -> int:
        """How many connections the server has open."""
        return len(self._connection.server_state.connections)

    async def send(self, reply: Reply) -> None:
        """Send a whole reply in one piece.

        uvicorn would write head and body apart, and search every header for line ends, which ours cannot hold: they
        are made here or come from a request's. That is an eighth of a call's time.
        """
        connection, cycle = self._connection, self._cycle
        if connection.flow.write_paused:
            await connection.flow.drain()
        if cycle.disconnected:
            return
        own = b"".join(b"%b: %b\r\n" % header for header in connection.server_state.default_headers)
        end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        connection.transport.write(b"".join((STATUS_LINE[reply.status], own, reply.head, end, reply.body)))
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            connection.transport.close()
        cycle.on_response()
        # The cycle knows its scope, and the scope this exchange: let go, or every call waits for the garbage collector.
        del self._cycle

    def reset(self) -> None:
        """Break the connection off, so that the client sees a reset."""
        self._connection.reset()

    def end(self, last_words: bytes = b"") -> None:
        """Send these bytes as they are, then close."""
        self._connection.end(last_words)
