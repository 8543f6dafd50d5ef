"""A merchant on a free port: a webhook, which keeps the requests and replies as a test chooses, and pages."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

ACKNOWLEDGEMENT = b'{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}'


class Answer(NamedTuple):
    """The response to a request; ``hang``: sent after ``let_go``."""

    status: int = 200
    body: bytes = ACKNOWLEDGEMENT
    hang: bool = False


ACKNOWLEDGED = Answer()
FAULTY = Answer(500, b"out of tea")
HANGS = Answer(hang=True)


@dataclass(frozen=True)
class Received:
    """A request; ``target`` is the path and query, and header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        """The body, parsed."""
        parsed: dict[str, Any] = json.loads(self.raw)
        return parsed

    @property
    def type(self) -> str:
        """The notifyType."""
        return str(self.body["notifyType"])

    def genuine(self, gateway_public_key: str) -> bool:
        """Whether the signature is valid, verified without the package under test."""
        key = load_der_public_key(base64.b64decode(gateway_public_key))
        assert isinstance(key, RSAPublicKey)
        signature = base64.b64decode(unquote_plus(self.headers["signature"].rpartition("signature=")[2]))
        signed = f"{self.method} {self.target}\n{self.headers['client-id']}.{self.headers['request-time']}.".encode()
        try:
            key.verify(signature, signed + self.raw, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True


class Shop:
    """Requests and responses by path; tests that share a shop use different paths."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._requests: list[Received] = []
        self._answers: dict[str, list[Answer]] = {}
        self._deeds: dict[str, Callable[[Received], object]] = {}
        self.pages: dict[str, tuple[str, bytes]] = {}
        """Content type and body of what GET replies, by path."""
        self._changed = threading.Condition()
        self._released = threading.Event()

    def url(self, target: str = "/notify") -> str:
        """A URL of this shop."""
        return f"http://127.0.0.1:{self.port}{target}"

    def says(self, target: str, *answers: Answer) -> None:
        """Set the responses of a path; the last one repeats."""
        self._answers[target] = list(answers)

    def does(self, target: str, deed: Callable[[Received], object]) -> None:
        """Call a function with each request to a path, before the response."""
        self._deeds[target] = deed

    def got(self, target: str = "/notify") -> list[Received]:
        """The requests to a path, oldest first."""
        with self._changed:
            return [received for received in self._requests if received.target == target]

    def wait(self, count: int = 1, target: str = "/notify") -> list[Received]:
        """The requests to a path when there are this many; TimeoutError after a minute."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.got(target)) >= count, timeout=60):
                raise TimeoutError(f"got {len(self.got(target))} of {count} requests to {target}")
            return self.got(target)

    def let_go(self) -> None:
        """Send the responses that hang, and hang no more."""
        self._released.set()

    def take(self, received: Received) -> Answer:
        """Keep a request; returns the response when it is to be sent."""
        with self._changed:
            self._requests.append(received)
            self._changed.notify_all()
            answers = self._answers.get(received.target, [ACKNOWLEDGED])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if deed := self._deeds.get(received.target):
            deed(received)
        if answer.hang:
            self._released.wait()
        return answer


class _Server(http.server.ThreadingHTTPServer):
    request_queue_size = 512

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.shop = Shop(self.server_port)

    def handle_error(self, *_: Any) -> None:
        """A client may disconnect before the response."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet

    def do_GET(self) -> None:
        kind, body = self.server.shop.pages.get(self.path.partition("?")[0], ("", b""))
        self._send(200 if kind else 404, kind or "text/plain", body)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.shop.take(Received(self.command, self.path, headers, raw))
        self._send(answer.status, "application/json", answer.body)

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@contextlib.contextmanager
def open_shop() -> Iterator[Shop]:
    """Run a shop until the block ends."""
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server.shop
        finally:
            server.shop.let_go()
            server.shutdown()
            thread.join()
