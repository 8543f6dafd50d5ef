"""A proxy between a client and the gateway; it records the client's bytes and may change the gateway's."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 60.0
"""Timeout in seconds."""


@dataclass(frozen=True)
class Relay:
    """The address of the proxy, and what it has recorded."""

    host: str
    port: int
    requests: list[tuple[str, bytes]] = field(default_factory=list)
    """Heads, with plain line ends and without the empty line, and bodies."""
    connections: list[tuple[str, int]] = field(default_factory=list)
    """The addresses of all clients that connected."""


@contextlib.contextmanager
def relay(
    gateway_port: int,
    *,
    host: str = "127.0.0.1",
    certificate: Path | None = None,
    change: Callable[[bytes], bytes] = bytes,
) -> Iterator[Relay]:
    """Listen until the block ends, with TLS if a certificate is given; ``change`` receives a whole reply."""
    tls = None
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
    with socket.create_server((host, 0)) as listener:
        seen = Relay(host, listener.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(listener, gateway_port, tls, change, seen))
        thread.start()
        try:
            yield seen
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)
    assert not thread.is_alive()


def _serve(
    listener: socket.socket, port: int, tls: ssl.SSLContext | None, change: Callable[[bytes], bytes], seen: Relay
) -> None:
    while True:
        try:
            plain, peer = listener.accept()
        except OSError:  # the block has ended
            return
        seen.connections.append(peer)
        plain.settimeout(PATIENCE)
        # A client that refuses the certificate closes the connection at any point.
        with plain, contextlib.suppress(OSError), tls.wrap_socket(plain, server_side=True) if tls else plain as client:
            _pass_on(client, port, change, seen)


def _pass_on(client: socket.socket, port: int, change: Callable[[bytes], bytes], seen: Relay) -> None:
    head, body = _message(client)
    if not head:
        return
    seen.requests.append((head.decode("latin-1").replace("\r\n", "\n"), body))
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as gateway:
        gateway.sendall(head + b"\r\n" + body)
        client.sendall(change(b"\r\n".join(_message(gateway))))


def _message(source: socket.socket) -> tuple[bytes, bytes]:
    """The head and body of a request or reply; empty if the connection closes."""
    with source.makefile("rb") as stream:
        lines = []
        while (line := stream.readline()).strip():
            lines.append(line)
        lengths = [line for line in lines if line.lower().startswith(b"content-length:")]
        return b"".join(lines), stream.read(int(lengths[0].partition(b":")[2])) if lengths else b""
