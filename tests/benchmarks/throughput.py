"""Calls per second: ``python tests/benchmarks/throughput.py [ROUNDS]``.

Figures of one machine mean little on another, so the gateway is compared with small servers that do only what is
necessary (see ``reference.py``), in alternating short rounds. The median of the ratios is printed:

(a)  with signatures off, against a route that parses the same JSON and returns a constant; goal: 0.6 of its rate
(b)  with signatures, against a route that parses, verifies and signs; goal: 0.85 of its rate

Every call opens a session. ``cpu`` compares the CPU time per call of all threads (Linux only). It is less sensitive to
a busy machine, and still valid if the clients are slower than the server.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator

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


def main(rounds: int) -> None:
    """Measure and print."""
    pin(0, 1)
    _compare("(a) signatures off, against parsing", ("--signatures", "off"), "plain", unsigned, 4_000, rounds, 0.6)
    _compare("(b) signed, against verifying and signing", (), "signing", signed, 1_200, rounds, 0.85)


def _compare(
    title: str,
    flags: tuple[str, ...],
    kind: str,
    requests: Callable[[], Iterator[bytes]],
    calls: int,
    rounds: int,
    goal: float,
) -> None:
    port, reference_port, endless = free_port(), free_port(), requests()
    with (
        running(mock_alipay(port, *flags), port) as gateway,
        running(reference(reference_port, kind), reference_port) as other,
    ):
        measured = [_round(server, endless, calls) for _ in range(rounds + 1) for server in (gateway, other)]
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
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
