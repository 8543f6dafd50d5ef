"""Time until the gateway answers: ``python tests/benchmarks/startup.py [STARTS]``.

Seconds from the start of the process to the first answered health call, the median of several starts, next to a bare
uvicorn app. Goal without HTTPS: 0.6 s. The first start of a user creates a certificate authority.
"""

from __future__ import annotations

import http.client
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.benchmarks.load import free_port, mock_alipay, reference, running

GOAL = 0.6


def main(starts: int) -> None:
    """Measure alternately and print."""
    with tempfile.TemporaryDirectory() as home:
        _start(lambda port: mock_alipay(port, "--tls-port", "0"), home)
        kinds: dict[str, Callable[[], float]] = {
            "bare uvicorn": lambda: _start(lambda port: reference(port, "bare"), home),
            "without HTTPS": lambda: _start(mock_alipay, home),
            "with HTTPS": lambda: _start_tls(home),
            "with HTTPS, first start": _first_start,
        }
        seconds: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(starts):
            for name, start in kinds.items():
                seconds[name].append(start())
    for name, values in seconds.items():
        print(f"{name:<24} {statistics.median(values):.3f} s  ({min(values):.3f} to {max(values):.3f})")
    verdict = "meets" if statistics.median(seconds["without HTTPS"]) <= GOAL else "MISSES"
    print(f"without HTTPS it {verdict} the goal of {GOAL} s")


def _start(command: Callable[[int], list[str]], home: str) -> float:
    port = free_port()
    began = time.perf_counter()
    with running(command(port), port, home=home, pinned=False):
        return time.perf_counter() - began


def _start_tls(home: str) -> float:
    port, tls_port = free_port(), free_port()
    began = time.perf_counter()
    with running(mock_alipay(port, "--tls-port", str(tls_port)), port, home=home, pinned=False):
        trust = ssl.create_default_context(cafile=str(Path(home) / "tls" / "ca.pem"))
        while True:
            connection = http.client.HTTPSConnection("localhost", tls_port, context=trust, timeout=10)
            with suppress(ConnectionError):
                connection.request("GET", "/__admin/health")
                connection.getresponse().read()
                connection.close()
                return time.perf_counter() - began


def _first_start() -> float:
    with tempfile.TemporaryDirectory() as home:
        return _start_tls(home)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
