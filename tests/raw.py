"""HTTP over a plain socket, for requests that HTTP clients do not send."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from mock_alipay.signing import keys
from tests.live import SANDBOX_PATH, sample, signed_headers

GATEWAY_KEY = keys.shipped_gateway_key().public_key()


@dataclass(frozen=True)
class RawReply:
    """A reply with its header lines as received."""

    status: int
    lines: tuple[bytes, ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of the header with exactly this name, or None."""
        lines = [line for line in self.lines if line.startswith(name.encode() + b": ")]
        assert len(lines) <= 1, lines
        return lines[0].partition(b": ")[2].decode("latin-1") if lines else None

    @property
    def code(self) -> str:
        """The result code."""
        return str(json.loads(self.body)["result"]["resultCode"])

    @property
    def message(self) -> str:
        """The result message."""
        return str(json.loads(self.body)["result"]["resultMessage"])

    def verify(self, target: str = SANDBOX_PATH, method: str = "POST") -> None:
        """Verify the signature over ``target``; raises InvalidSignature."""
        algorithm, version, signature = (self.header("signature") or "").split(",")
        assert (algorithm, version) == ("algorithm=RSA256", "keyVersion=1")
        client_id, time = self.header("client-id"), self.header("response-time")
        signed = f"{method} {target}\n{client_id}.{time}.".encode("latin-1") + self.body
        raw = base64.b64decode(unquote(signature.removeprefix("signature=")), validate=True)
        GATEWAY_KEY.verify(raw, signed, PKCS1v15(), SHA256())


class Wire:
    """A connection to the server."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self._unread = b""

    def send(self, data: bytes) -> Wire:
        """Send bytes."""
        self.socket.sendall(data)
        return self

    def reply(self, *, head_only: bool = False) -> RawReply:
        """The next reply; ``head_only``: without a body, as to HEAD."""
        while b"\r\n\r\n" not in self._unread:
            self._more()
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        status_line, *lines = head.split(b"\r\n")
        reply = RawReply(int(status_line.split(b" ")[1]), tuple(lines), b"")
        length = 0 if head_only else int(reply.header("content-length") or 0)
        while len(self._unread) < length:
            self._more()
        body, self._unread = self._unread[:length], self._unread[length:]
        return RawReply(reply.status, reply.lines, body)

    def rest(self) -> bytes:
        """All bytes until the server closes the connection; TimeoutError if it does not."""
        while data := self.socket.recv(65536):
            self._unread += data
        return self._unread

    def silent(self, seconds: float) -> bool:
        """Whether the server neither sends nor closes within this time."""
        before = self.socket.gettimeout()
        self.socket.settimeout(seconds)
        try:
            self._unread += self.socket.recv(1)
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(before)
        return False

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise EOFError(f"the server closed after {self._unread!r}")
        self._unread += data


@contextlib.contextmanager
def connect(port: int | None, tls: ssl.SSLContext | None = None) -> Iterator[Wire]:
    """A connection to a local port, over TLS if there is a context; reads time out after a minute."""
    with contextlib.ExitStack() as stack:
        plain = stack.enter_context(socket.create_connection(("127.0.0.1", port or 0), timeout=60))
        yield Wire(stack.enter_context(tls.wrap_socket(plain, server_hostname="localhost")) if tls else plain)


def call(
    body: bytes | None = None, *, target: str = SANDBOX_PATH, path: str = SANDBOX_PATH, extra: Sequence[str] = ()
) -> bytes:
    """A createPaymentSession request to ``target``, signed over ``path``; ``extra`` are further header lines."""
    raw = encoded() if body is None else body
    lines = [f"{name}: {value}" for name, value in signed_headers(raw, path=path).items()]
    return request("POST", target, [*lines, *extra], raw)


def request(method: str, target: str, lines: Sequence[str], body: bytes = b"", version: str = "1.1") -> bytes:
    """A request with these header lines, Host and Content-Length."""
    head = [f"{method} {target} HTTP/{version}", "Host: localhost", *lines, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(head).encode("latin-1") + body


def encoded(payment_request_id: str | None = None) -> bytes:
    """The body of the documented sample."""
    return json.dumps(sample(payment_request_id)).encode()
