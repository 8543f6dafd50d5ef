"""A proxy between a client and the gateway that records the client's bytes."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

PATIENCE = 60.0
"""Timeout in seconds."""


@dataclass(frozen=True)
class Relay:
    """The address of the proxy, and what it has recorded."""

    host: str
    port: int
    requests: list[tuple[str, bytes]] = field(default_factory=list)
    """Heads, with plain line ends and without the empty line, and bodies."""


@contextlib.contextmanager
def relay(gateway_port: int) -> Iterator[Relay]:
    """Listen until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        seen = Relay("127.0.0.1", listener.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(listener, gateway_port, seen))
        thread.start()
        try:
            yield seen
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)
    assert not thread.is_alive()


def _serve(listener: socket.socket, port: int, seen: Relay) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:  # the block has ended
            return
        client.settimeout(PATIENCE)
        with client, contextlib.suppress(OSError):
            _pass_on(client, port, seen)


def _pass_on(client: socket.socket, port: int, seen: Relay) -> None:
    head, body = _message(client)
    if not head:
        return
    seen.requests.append((head.decode("latin-1").replace("\r\n", "\n"), body))
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as gateway:
        gateway.sendall(head + b"\r\n" + body)
        reply, content = _message(gateway)
        # It serves one request a connection, and says so: otherwise clients may use the connection again.
        client.sendall(reply + b"connection: close\r\n\r\n" + content)


def _message(source: socket.socket) -> tuple[bytes, bytes]:
    """The head and body of a request or reply; empty if the connection closes."""
    with source.makefile("rb") as stream:
        lines = []
        while (line := stream.readline()).strip():
            lines.append(line)
        lengths = [line for line in lines if line.lower().startswith(b"content-length:")]
        return b"".join(lines), stream.read(int(lengths[0].partition(b":")[2])) if lengths else b""
