"""Waits of single requests, for the benchmarks: the clients of ``load.py`` count replies only.

The clients share one thread. Connections are kept alive unless the server closes them, and are opened without blocking,
so that a client whose connection is not accepted does not delay the others.
"""

from __future__ import annotations

import contextlib
import re
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

SUCCESS = b'"resultCode":"SUCCESS"'
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


@dataclass(frozen=True)
class Timed:
    """``waits``: seconds from each request (with a new connection, from its opening) to the end of its reply."""

    seconds: float
    waits: list[float]

    @property
    def rate(self) -> float:
        """Replies per second."""
        return len(self.waits) / self.seconds

    def percentile(self, percent: int) -> float:
        """Seconds within which this share of the requests was answered."""
        return sorted(self.waits)[min(len(self.waits) - 1, len(self.waits) * percent // 100)]


class _Connection:
    """One client: a request, its reply, and how long that took."""

    def __init__(self, selector: selectors.BaseSelector, port: int, expected: bytes) -> None:
        self.waits: list[float] = []
        self._selector, self._port, self._expected = selector, port, expected
        self._socket: socket.socket | None = None

    def send(self, request: bytes) -> None:
        """Send a request, when the connection is open."""
        self._began, self._unsent, self._buffer = time.perf_counter(), request, b""
        if self._socket is not None:
            self._write(self._socket)
            return
        self._socket = socket.socket()
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.connect_ex(("127.0.0.1", self._port))
        self._selector.register(self._socket, selectors.EVENT_WRITE, self)

    def proceed(self) -> bool:
        """Do what the socket is ready for; true when the reply is complete. Raises RuntimeError for another reply."""
        assert self._socket is not None
        if self._unsent:
            self._write(self._socket)
            self._selector.modify(self._socket, selectors.EVENT_READ, self)
            return False
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        self._buffer += data
        if not _complete(self._buffer):
            return False
        self.waits.append(time.perf_counter() - self._began)
        if self._expected not in self._buffer:
            raise RuntimeError(f"a call failed: {self._buffer[:200]!r}")
        if _CLOSE.search(self._buffer):
            self.close()
        return True

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = None

    def _write(self, opened: socket.socket) -> None:
        opened.sendall(self._unsent)
        self._unsent = b""


def timed(
    port: int, requests: Iterator[bytes], *, connections: int, seconds: float, expected: bytes = SUCCESS
) -> Timed:
    """Send requests for this time, or as long as there are any, and wait for the replies that are still due."""
    began = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        clients = [_Connection(selector, port, expected) for _ in range(connections)]
        for client in clients:
            client.send(next(requests))
        for client in _answered(selector):
            request = next(requests, None) if time.perf_counter() < began + seconds else None
            if request is None:
                client.close()
            else:
                client.send(request)
    return Timed(time.perf_counter() - began, [wait for client in clients for wait in client.waits])


def slowest_newcomer(port: int, requests: Iterator[bytes], *, served: int, newcomers: int, seconds: float) -> float:
    """Serve clients for this time, let newcomers connect at once; the longest wait of a newcomer, in seconds."""
    until = time.perf_counter() + seconds
    with selectors.DefaultSelector() as selector:
        clients = [_Connection(selector, port, SUCCESS) for _ in range(served)]
        late = {_Connection(selector, port, SUCCESS) for _ in range(newcomers)}
        for client in clients:
            client.send(next(requests))
        waiting = newcomers
        for client in _answered(selector):
            waiting -= client in late
            if client in late or not waiting:
                client.close()
            else:
                client.send(next(requests))
            if until and time.perf_counter() > until:
                until = 0.0
                for newcomer in late:
                    newcomer.send(next(requests))
    return max(wait for client in late for wait in client.waits)


def reply_to(port: int, request: bytes) -> bytes:
    """The reply to one request; OSError if the server is not there."""
    with contextlib.closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as client:
        client.sendall(request)
        buffer = b""
        while not _complete(buffer):
            data = client.recv(65536)
            if not data:
                raise ConnectionError("the server closed the connection")
            buffer += data
        return buffer


def _answered(selector: selectors.BaseSelector) -> Iterator[_Connection]:
    """Each client whose reply is complete, until all are closed."""
    while selector.get_map():
        ready = selector.select(20)
        if not ready:
            raise TimeoutError("no reply within 20 s")
        for key, _ in ready:
            if key.data.proceed():
                yield key.data


def _complete(buffer: bytes) -> bool:
    head, end, body = buffer.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return bool(end) and (len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n"))
