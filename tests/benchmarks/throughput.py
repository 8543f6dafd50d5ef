"""Calls per second: ``python -m tests.benchmarks.throughput [ROUNDS]``.

Figures of one machine mean little on another, so the gateway is compared with small servers that do only what is
necessary (see ``reference.py``), in alternating short rounds. The median of the ratios is printed:

(a)  with signatures off, against a Starlette route that parses the same JSON and returns a constant; goal: 0.80 of its
     rate
(b)  with signatures off, against an ASGI application that does only that; goal: 0.62 of its rate
(c)  with signatures, against a route that parses, verifies and signs, on one core; goal: 0.95 of its rate
(d)  with signatures, on two cores (the clients use one of them too) against one core; goal: 1.4 times its rate

Every call opens a session. ``cpu`` compares the CPU time per call of all threads (Linux only). It is less sensitive to
a busy machine, and still valid if the clients are slower than the server.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import cryptography

from mock_alipay.signing.pool import releases_gil
from tests.benchmarks.load import (
    Server,
    drive,
    free_port,
    mock_alipay,
    pin,
    reference,
    report,
    running,
    signed,
    unsigned,
)

UNSIGNED_CALLS, SIGNED_CALLS = 4_000, 1_200
Requests = Callable[[], Iterator[bytes]]


def main(rounds: int) -> None:
    """Measure and print."""
    pin(0, 1)
    _against("(a) signatures off, against parsing", "plain", unsigned, rounds, 0.80)
    _against("(b) signatures off, against parsing without Starlette", "lean", unsigned, rounds, 0.62)
    _against("(c) signed, against verifying and signing", "signing", signed, rounds, 0.95)
    title = "(d) signed, on two cores against one"
    if not releases_gil(cryptography.__version__):
        print(f"{title}: skipped, cryptography {cryptography.__version__} holds the GIL while it signs")
    else:
        _compare(title, _gateway(core=(0, 1)), _gateway(), signed, SIGNED_CALLS, rounds, 1.4)


def _against(title: str, kind: str, requests: Requests, rounds: int, goal: float) -> None:
    """Compare the gateway with a server of ``reference.py``."""
    flags, calls = (("--signatures", "off"), UNSIGNED_CALLS) if requests is unsigned else ((), SIGNED_CALLS)
    port = free_port()
    _compare(title, _gateway(*flags), running(reference(port, kind), port), requests, calls, rounds, goal)


def _gateway(*flags: str, core: int | tuple[int, ...] = 0) -> AbstractContextManager[Server]:
    port = free_port()
    return running(mock_alipay(port, *flags), port, core=core)


def _compare(
    title: str,
    first: AbstractContextManager[Server],
    second: AbstractContextManager[Server],
    requests: Requests,
    calls: int,
    rounds: int,
    goal: float,
) -> None:
    endless = requests()
    with first as one, second as other:
        measured = [_round(server, endless, calls) for _ in range(rounds + 1) for server in (one, other)]
    ours, theirs = measured[2::2], measured[3::2]  # the first round warms up
    report(title, [calls / seconds for seconds, _ in ours], [calls / seconds for seconds, _ in theirs], goal)
    cpu = [sum(seconds for _, seconds in side) / rounds / calls * 1e6 for side in (ours, theirs)]
    if all(cpu):
        print(f"    cpu: {cpu[0]:.0f} µs against {cpu[1]:.0f} µs a call: {cpu[1] / cpu[0]:.2f}", flush=True)


def _round(server: Server, endless: Iterator[bytes], calls: int) -> tuple[float, float]:
    """Seconds and CPU seconds of one round."""
    prepared = list(itertools.islice(endless, calls))
    before = server.cpu_seconds()
    seconds = drive(server.port, prepared)
    return seconds, server.cpu_seconds() - before


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
