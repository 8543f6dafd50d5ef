"""Load for the benchmarks: servers in their own processes, and clients on raw sockets.

Servers and clients are pinned to different cores if the system can do that. Requests are prepared beforehand,
connections are kept alive, and of a reply only the length and the result code are read.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.signing import Signer, content, keys

TARGET = "/ams/sandbox/api/v1/payments/createPaymentSession"
SAMPLE = Path(__file__).parents[2] / "mock_alipay" / "contracts" / "samples" / "payments" / "createPaymentSession.json"

_TIME = "2026-11-22T01:07:10+00:00"
_ID = b"55bf93a6-71a1-4ca9-b014-53273bd674eb"
_BEFORE_ID, _, _AFTER_ID = json.dumps(json.loads(SAMPLE.read_text())).encode().partition(_ID)
_numbers = itertools.count(1)


def session(number: int) -> bytes:
    """The body of a call that opens a session, with this number as its paymentRequestId."""
    return _BEFORE_ID + b"%036d" % number + _AFTER_ID


def unsigned(body_of: Callable[[int], bytes] = session) -> Iterator[bytes]:
    """Endless unsigned requests, each with its own paymentRequestId or the body of ``body_of``."""
    for number in _numbers:
        yield _request(body_of(number), b"")


def signed(body_of: Callable[[int], bytes] = session, target: str = TARGET) -> Iterator[bytes]:
    """Endless requests signed by the test merchant, each with its own paymentRequestId or the body of ``body_of``."""
    signer = Signer(keys.shipped_merchant_key())
    for number in _numbers:
        body = body_of(number)
        signature = signer.header(content("POST", target, TEST_CLIENT_ID, _TIME, body))
        head = f"client-id: {TEST_CLIENT_ID}\r\nrequest-time: {_TIME}\r\nsignature: {signature.decode()}\r\n"
        yield _request(body, head.encode(), target)


def _request(body: bytes, headers: bytes, target: str = TARGET) -> bytes:
    return (
        b"POST %b HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: benchmark\r\naccept: */*\r\n"
        b"content-type: application/json; charset=UTF-8\r\n%bcontent-length: %d\r\n\r\n%b"
        % (target.encode(), headers, len(body), body)
    )


@dataclass(frozen=True)
class Server:
    """A server in its own process."""

    process: subprocess.Popen[bytes]
    port: int

    def request(self, method: str, path: str, body: object = None) -> bytes:
        """The body of a reply; RuntimeError unless its status is 200."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            raw = None if body is None else json.dumps(body)
            connection.request(method, path, raw, {"content-type": "application/json"})
            response = connection.getresponse()
            text = response.read()
        if response.status != 200:
            raise RuntimeError(f"{method} {path}: {text!r}")
        return text

    def wait(self) -> None:
        """Return when a health call is answered."""
        until = time.monotonic() + 20
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(ConnectionError):
                self.request("GET", "/__admin/health")
                return
            time.sleep(0.001)
        raise RuntimeError(f"no reply from {self.process.args!r}")

    def cpu_seconds(self) -> float:
        """The CPU time used so far; 0 if the system does not have /proc."""
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return 0.0

    def resident_bytes(self) -> int:
        """The resident memory."""
        shown = subprocess.run(["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, check=True)
        return int(shown.stdout) * 1024


def mock_alipay(port: int, *flags: str) -> list[str]:
    """The command that runs the gateway without HTTPS."""
    return [sys.executable, "-m", "mock_alipay", "--port", str(port), "--tls-port", "none", *flags]


def reference(port: int, kind: str) -> list[str]:
    """The command that runs a reference server; see ``reference.py``."""
    return [sys.executable, str(Path(__file__).with_name("reference.py")), kind, str(port)]


@contextlib.contextmanager
def running(command: list[str], port: int, *, core: int | tuple[int, ...] | None = 0) -> Iterator[Server]:
    """Run a server on one core, or on these, until the block ends; its output is discarded."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "MOCK_ALIPAY_HOME": home}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            if core is not None:
                pin(process.pid, *((core,) if isinstance(core, int) else core))
            server = Server(process, port)
            server.wait()
            yield server
        finally:
            process.terminate()
            process.wait(10)


def report(title: str, ours: list[float], theirs: list[float], goal: float) -> None:
    """Print the median of the ratios of two rates that were measured alternately."""
    ratios = sorted(own / other for own, other in zip(ours, theirs, strict=True))
    ratio = statistics.median(ratios)
    print(f"{title}: {ratio:.2f} of its rate ({'meets' if ratio >= goal else 'MISSES'} the goal of {goal})")
    rates = " against ".join(f"{statistics.median(side):,.0f}/s" for side in (ours, theirs))
    print(f"    {rates}; ratios {ratios[0]:.2f} to {ratios[-1]:.2f}", flush=True)


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


_CORES = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []


def pin(process: int, *cores: int) -> None:
    """Keep a process (0: this one) on these cores, on Linux with several cores."""
    if len(_CORES) > 1 and sys.platform == "linux":
        os.sched_setaffinity(process, {_CORES[core] for core in cores})


class _Client:
    """A kept-alive connection that sends the next request when a reply is complete."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests = requests
        self.buffer = b""

    def send(self) -> bool:
        """Send the next request; False if there is none."""
        request = next(self.requests, None)
        if request is not None:
            self.socket.sendall(request)
        return request is not None

    def receive(self) -> bool:
        """Read a part of the reply; False after the last reply."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        buffer = self.buffer + data
        head = buffer.find(b"\r\n\r\n") + 4
        at = buffer.find(b"content-length: ") + 16
        if head < 4 or len(buffer) < head + int(buffer[at : buffer.find(b"\r", at)]):
            self.buffer = buffer
            return True
        if b'"resultCode":"SUCCESS"' not in buffer:
            raise RuntimeError(f"a call failed: {buffer!r}")
        self.buffer = b""
        return self.send()


def drive(port: int, requests: Iterable[bytes], connections: int = 32) -> float:
    """Send all requests over this many connections; seconds from the first request to the last reply."""
    shared, selector = iter(requests), selectors.DefaultSelector()
    clients = [_Client(port, shared) for _ in range(connections)]
    began = time.perf_counter()
    for client in clients:
        if client.send():
            selector.register(client.socket, selectors.EVENT_READ, client)
    while selector.get_map():
        for key, _ in selector.select(20):
            if not key.data.receive():
                selector.unregister(key.fileobj)
    seconds = time.perf_counter() - began
    for client in clients:
        client.socket.close()
    return seconds
