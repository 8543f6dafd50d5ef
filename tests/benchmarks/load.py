"""Load for the benchmarks: servers in processes of their own, and clients on raw sockets.

The server is pinned to one core and the clients to another where the system can do that, requests are prepared
beforehand, connections are kept alive, and of a reply only its length and its success are looked at.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.signing import Signer, content, keys

TARGET = "/ams/sandbox/api/v1/payments/createPaymentSession"
REFERENCE = Path(__file__).with_name("reference.py")
SAMPLE = Path(__file__).parents[2] / "mock_alipay" / "contracts" / "samples" / "payments" / "createPaymentSession.json"

_TIME = "2026-11-22T01:07:10+00:00"
_ID = b"55bf93a6-71a1-4ca9-b014-53273bd674eb"
_numbers = itertools.count(1)


def unsigned() -> Iterator[bytes]:
    """Endless requests without a signature, each with an id of its own."""
    for number in _numbers:
        yield _request(_body(number), b"")


def signed(body_of: Callable[[int], bytes] | None = None, target: str = TARGET) -> Iterator[bytes]:
    """Endless requests signed by the test merchant, each with an id of its own; ``body_of`` makes other bodies."""
    signer = Signer(keys.shipped_merchant_key())
    for number in _numbers:
        body = (body_of or _body)(number)
        signature = signer.header(content("POST", target, TEST_CLIENT_ID, _TIME, body))
        head = f"client-id: {TEST_CLIENT_ID}\r\nrequest-time: {_TIME}\r\nsignature: {signature.decode()}\r\n"
        yield _request(body, head.encode(), target)


def _body(number: int) -> bytes:
    before, after = _template()
    return before + b"%036d" % number + after


@cache
def _template() -> tuple[bytes, bytes]:
    sample = json.dumps(json.loads(SAMPLE.read_text())).encode()
    before, _, after = sample.partition(_ID)
    return before, after


def _request(body: bytes, headers: bytes, target: str = TARGET) -> bytes:
    return (
        b"POST %b HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: benchmark\r\naccept: */*\r\n"
        b"content-type: application/json; charset=UTF-8\r\n%bcontent-length: %d\r\n\r\n%b"
        % (target.encode(), headers, len(body), body)
    )


@dataclass(frozen=True)
class Server:
    """A server in a process of its own."""

    process: subprocess.Popen[bytes]
    port: int

    def wait(self, seconds: float = 20.0) -> None:
        """Return as soon as a health call is answered."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
            with contextlib.suppress(ConnectionError):
                connection.request("GET", "/__admin/health")
                connection.getresponse().read()
                connection.close()
                return
            time.sleep(0.001)
        raise RuntimeError(f"nothing answers: {self.process.args!r}")

    def cpu_seconds(self) -> float:
        """What it has used of its core so far; 0 where the system does not tell."""
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return 0.0

    def resident_bytes(self) -> int:
        """The memory it holds."""
        shown = subprocess.run(["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, check=True)
        return int(shown.stdout) * 1024


def mock_alipay(port: int, *flags: str) -> list[str]:
    """The command of the product."""
    return [sys.executable, "-m", "mock_alipay", "--port", str(port), *(flags or ("--tls-port", "none"))]


def reference(port: int, kind: str) -> list[str]:
    """The command of a server to compare with; see ``reference.py``."""
    return [sys.executable, str(REFERENCE), kind, str(port)]


@contextlib.contextmanager
def running(command: list[str], port: int, *, home: str | None = None, pinned: bool = True) -> Iterator[Server]:
    """A server that answers on ``port``; what it writes is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MOCK_ALIPAY_HOME": home or folder}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            if pinned:
                pin(process.pid, 0)
            server = Server(process, port)
            server.wait()
            yield server
        finally:
            process.terminate()
            process.wait(10)


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


def pin(process: int, core: int) -> None:
    """Keep a process on one of this machine's cores, where that can be done and there are several."""
    if sys.platform == "linux":
        cores = sorted(_own_cores or os.sched_getaffinity(0))
        _own_cores.update(cores)
        if len(cores) > 1:
            os.sched_setaffinity(process, {cores[core]})


_own_cores: set[int] = set()


class _Client:
    """One kept-alive connection that sends the next request as soon as a reply is whole."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self.began = time.perf_counter()
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests = requests
        self.replies = 0
        self.buffer = b""

    def begin(self) -> bool:
        """Send the next request; False when there is none."""
        request = next(self.requests, None)
        if request is not None:
            self.socket.sendall(request)
        return request is not None

    def advance(self) -> bool:
        """Take what has come and go on; False when all is done."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        buffer = self.buffer + data if self.buffer else data
        head = buffer.find(b"\r\n\r\n") + 4
        at = buffer.find(b"content-length: ") + 16
        if head < 4 or len(buffer) < head + int(buffer[at : buffer.find(b"\r", at)]):
            self.buffer = buffer
            return True
        if b'"resultCode":"SUCCESS"' not in buffer:
            raise RuntimeError(f"a call failed: {buffer!r}")
        self.buffer = b""
        self.replies += 1
        return self.begin()


class _Crowd:
    """Clients that are served side by side."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._present = 0

    def add(self, client: _Client) -> None:
        """Let a client send its first request."""
        self._selector.register(client.socket, selectors.EVENT_READ, client)
        self._present += 1
        client.begin()

    def turn(self) -> Iterator[_Client]:
        """Serve whoever has a reply; yields the clients that are done."""
        for key, _ in self._selector.select(20):
            client: _Client = key.data
            if not client.advance():
                self._selector.unregister(client.socket)
                client.socket.close()
                self._present -= 1
                yield client

    def __bool__(self) -> bool:
        return self._present > 0


def drive(port: int, requests: Iterable[bytes], connections: int = 32) -> float:
    """Send all requests over so many connections; seconds from the first request to the last reply."""
    shared = iter(requests)
    clients = [_Client(port, shared) for _ in range(connections)]
    crowd = _Crowd()
    began = time.perf_counter()
    for client in clients:
        crowd.add(client)
    while crowd:
        list(crowd.turn())
    return time.perf_counter() - began


def first_replies(port: int, busy: Iterable[bytes], newcomers: Sequence[bytes], connections: int = 16) -> list[float]:
    """Connect one client for each of ``newcomers`` at once, while ``busy`` requests are served over other connections.

    The seconds each took from connecting to its reply, shortest first.
    """
    shared = iter(busy)
    crowd = _Crowd()
    regulars = [_Client(port, shared) for _ in range(connections)]
    for client in regulars:
        crowd.add(client)
    while sum(client.replies for client in regulars) < 5 * connections:
        list(crowd.turn())
    for request in newcomers:
        crowd.add(_Client(port, iter([request])))
    waits: list[float] = []
    while len(waits) < len(newcomers):
        done = list(crowd.turn())
        if not set(done).isdisjoint(regulars):
            raise ValueError("too few requests to keep the server busy")
        waits.extend(time.perf_counter() - client.began for client in done)
    # The regulars leave after the reply that each waits for.
    list(shared)
    while crowd:
        list(crowd.turn())
    return sorted(waits)
