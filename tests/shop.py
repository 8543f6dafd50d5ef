"""A merchant's shop: a real webhook on a free port that keeps what it gets and answers what it is told."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import threading
import time
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

_PATIENCE = 60.0
"""Seconds after which what should happen soon is given up."""


class Answer(NamedTuple):
    """What the shop answers a request."""

    status: int = 200
    body: bytes = ACKNOWLEDGEMENT
    hang: bool = False
    """Keep the request until the shop lets go of it, and answer then."""
    leave: bool = False
    """Close the connection without a byte."""


ACKNOWLEDGED = Answer()
FAULTY = Answer(500, b"out of tea")
HANGS = Answer(hang=True)
LEAVES = Answer(leave=True)


@dataclass(frozen=True)
class Received:
    """A request as the shop got it."""

    method: str
    target: str
    """Path and query, as they stood in the request line."""
    headers: dict[str, str]
    """Names in lower case."""
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        """The body, parsed."""
        found: dict[str, Any] = json.loads(self.raw)
        return found

    @property
    def type(self) -> str:
        """The notifyType."""
        return str(self.body["notifyType"])

    def genuine(self, gateway_public_key: str) -> bool:
        """Whether the signature fits; nothing of the package under test has a hand in this."""
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
    """Requests as they came, and answers path by path: tests that share a shop use paths of their own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._requests: list[Received] = []
        self._answers: dict[str, list[Answer]] = {}
        self._deeds: dict[str, Callable[[Received], object]] = {}
        self._news = threading.Condition()
        self._let_go = threading.Event()

    def url(self, target: str = "/notify") -> str:
        """A URL of this shop."""
        return f"http://127.0.0.1:{self.port}{target}"

    def says(self, target: str, *answers: Answer) -> None:
        """What is answered on a path from now on: one after the other, the last for good."""
        with self._news:
            self._answers[target] = list(answers)

    def does(self, target: str, deed: Callable[[Received], object]) -> None:
        """What is done on a path with each request, before it is answered."""
        with self._news:
            self._deeds[target] = deed

    def got(self, target: str = "/notify") -> list[Received]:
        """What has come to a path, the earliest first."""
        with self._news:
            return [received for received in self._requests if received.target == target]

    def wait(self, count: int = 1, target: str = "/notify") -> list[Received]:
        """The same, as soon as there are so many; TimeoutError when there never are."""
        until = time.monotonic() + _PATIENCE
        with self._news:
            while len(found := [one for one in self._requests if one.target == target]) < count:
                if not self._news.wait(max(until - time.monotonic(), 0)):
                    raise TimeoutError(f"{len(found)} of {count} requests came to {target}")
            return found

    def let_go(self) -> None:
        """Answer what hangs, and let nothing hang any more."""
        self._let_go.set()

    def take(self, received: Received) -> Answer:
        """Keep a request; what to answer, as soon as that is to be sent."""
        with self._news:
            self._requests.append(received)
            self._news.notify_all()
            answers = self._answers.get(received.target, [ACKNOWLEDGED])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            deed = self._deeds.get(received.target)
        if deed is not None:
            deed(received)
        if answer.hang:
            self._let_go.wait()
        return answer


class _Server(http.server.ThreadingHTTPServer):
    request_queue_size = 512

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.shop = Shop(self.server_port)

    def handle_error(self, *_: Any) -> None:
        """Who leaves before the answer is no error."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.shop.take(Received(self.command, self.path, headers, raw))
        if answer.leave:
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - its name in the library
        """Say nothing."""


@contextlib.contextmanager
def open_shop() -> Iterator[Shop]:
    """A shop until the block ends."""
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server.shop
        finally:
            server.shop.let_go()
            server.shutdown()
            thread.join()
