"""Servers that are not mock-alipay, and ports without a server."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def answering(reply: bytes, *, stays: bool = False) -> Iterator[str]:
    """The URL of a server that sends these bytes to each client and closes, at once or after the client has closed."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = server.accept()
                    with client:
                        client.recv(65536)
                        client.sendall(reply)
                        if stays:
                            client.recv(1)
                        client.shutdown(socket.SHUT_WR)
                        # Closing before the whole request is read would reset the connection.
                        while client.recv(65536):
                            pass

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join(60)


def http(status: str, media_type: str, body: str) -> bytes:
    """A reply over HTTP."""
    return f"HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\nconnection: close\r\n\r\n{body}".encode()


def closed_port() -> int:
    """A port where nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port
