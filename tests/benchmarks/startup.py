"""Time until the first signed reply: ``python -m tests.benchmarks.startup [ROUNDS]``.

Every start sends one signed createPaymentSession as soon as its port accepts connections. The gateway is compared, in
alternating rounds, with a bare uvicorn that answers anything with a constant:

(s)  the gateway without HTTPS; goal: 2.5 times the bare uvicorn
(t)  the gateway with HTTPS, called over HTTPS; goal: 3 times the bare uvicorn, which has no HTTPS

A further row shows what the gateway's dependencies take alone: a bare uvicorn that also imports the libraries that the
gateway has imported by its first signed reply.

The verdict is about the processor time of the process until the reply (Linux only), because the time on the clock
depends on what else the machine does; both are printed. The first round is dropped: it writes the byte code and
the certificate.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.load import free_port, pin, signed

LIBRARIES = (
    *("cryptography.hazmat.primitives.asymmetric.padding", "cryptography.hazmat.primitives.serialization"),
    *("orjson", "yaml", "jsonschema_rs", "starlette.routing", "click"),
)
BARE = """
import sys
import uvicorn
for library in sys.argv[2:]:
    __import__(library)

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})

uvicorn.run(app, port=int(sys.argv[1]), http="httptools", loop="asyncio", ws="none", lifespan="off", access_log=False,
            log_level="warning")
"""


@dataclass(frozen=True, slots=True)
class Start:
    """What one start took, in seconds."""

    clock: float
    processor: float
    """0 where the system does not tell."""


def main(rounds: int) -> None:
    """Measure and print."""
    requests = signed()
    kinds = ("bare", "bare with the libraries", "(s) without HTTPS", "(t) with HTTPS")
    starts: dict[str, list[Start]] = {kind: [] for kind in kinds}
    pin(0, 1)
    with tempfile.TemporaryDirectory() as home:
        for _ in range(rounds + 1):
            for kind in kinds:
                port = free_port()
                starts[kind].append(_start(_command(kind, port), port, next(requests), home, tls="with H" in kind))
    _print(starts)


def _command(kind: str, port: int) -> list[str]:
    if kind.startswith("bare"):
        return [sys.executable, "-c", BARE, str(port), *(LIBRARIES if "libraries" in kind else ())]
    ports = ["--port", "0", "--tls-port", str(port)] if kind.startswith("(t)") else ["--port", str(port)]
    return [sys.executable, "-m", "mock_alipay", *ports, *([] if kind.startswith("(t)") else ["--tls-port", "none"])]


def _start(command: list[str], port: int, request: bytes, home: str, *, tls: bool) -> Start:
    # Byte code is cached as in any installation, whatever the environment of this process says.
    environment = {**os.environ, "MOCK_ALIPAY_HOME": home, "PYTHONPYCACHEPREFIX": f"{home}/bytecode"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        pin(process.pid, 0)
        with _connected(port, process, tls=tls) as connection:
            connection.sendall(request)
            reply = connection.recv(65536)
            clock = time.perf_counter() - began
        if not reply.startswith(b"HTTP/1.1 200") or (b"resultCode" in reply) != (b"signature" in reply):
            raise RuntimeError(f"unexpected reply: {reply!r}")
        return Start(clock, _processor_seconds(process.pid))
    finally:
        process.terminate()
        process.wait(10)


@contextlib.contextmanager
def _connected(port: int, process: subprocess.Popen[bytes], *, tls: bool) -> Iterator[socket.socket]:
    """A connection as soon as the port accepts one."""
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        try:
            plain = socket.create_connection(("127.0.0.1", port), timeout=20)
        except ConnectionError:
            time.sleep(0.001)
            continue
        with plain, _trusting().wrap_socket(plain) if tls else plain as connection:
            yield connection
        return
    raise RuntimeError(f"no connection to {process.args!r}")


def _trusting() -> ssl.SSLContext:
    """Does not verify certificates: the certificate is not what is measured."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _processor_seconds(process: int) -> float:
    """The processor time of all threads, which Linux counts in nanoseconds; 0 elsewhere."""
    threads = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def _print(starts: dict[str, list[Start]]) -> None:
    goals = {"(s) without HTTPS": 2.5, "(t) with HTTPS": 3.0}
    bare = starts.pop("bare")[1:]
    told = bool(bare[0].processor)
    print(f"bare uvicorn: {_medians(bare)}; {len(bare)} rounds")
    for kind, measured in starts.items():
        own = measured[1:]
        clock = sorted(a.clock / b.clock for a, b in zip(own, bare, strict=True))
        processor = sorted(a.processor / b.processor for a, b in zip(own, bare, strict=True)) if told else clock
        ratio = statistics.median(processor)
        goal = f"; {'meets' if ratio <= goals[kind] else 'MISSES'} the goal of {goals[kind]}" if kind in goals else ""
        print(f"{kind}: {ratio:.2f} times its {'processor' if told else ''} time{goal}")
        print(f"    {_medians(own)}; {processor[0]:.2f} to {processor[-1]:.2f} times;", end=" ")
        print(f"on the clock {statistics.median(clock):.2f} times", flush=True)


def _medians(starts: list[Start]) -> str:
    clock, processor = (statistics.median(getattr(start, name) for start in starts) for name in ("clock", "processor"))
    return f"{processor:.3f} s of processor time, {clock:.3f} s"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
