"""Servers that are not mock-alipay, and ports without a server."""

from __future__ import annotations

import contextlib
import re
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
                        read_request(client)
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


def read_request(client: socket.socket) -> None:
    """Read a request with its body, which clients may send separately: a close before it is read would be a reset."""
    read = b""
    tls = b"\x16"
    while b"\r\n\r\n" not in read and not read.startswith(tls) and (data := client.recv(65536)):
        read += data
    head, _, body = read.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *([0-9]+)", head)
    while length and len(body) < int(length[1]) and (data := client.recv(65536)):
        body += data


def http(status: str, media_type: str, body: str) -> bytes:
    """A reply over HTTP."""
    return f"HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\nconnection: close\r\n\r\n{body}".encode()


def closed_port() -> int:
    """A port where nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port
