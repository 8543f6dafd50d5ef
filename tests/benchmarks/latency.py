"""Waits: ``python -m tests.benchmarks.latency [ROUNDS]``.

The gateway has one core, the clients another. It is compared with the servers of ``reference.py``, in alternating
rounds, with signatures off and with signatures:

(a)  the 99th percentile at 64 connections, against the median (p50) of the same round; goal: 3 times at most
(b)  64 clients connect while 16 are being served: the longest wait of all rounds, against that of the reference;
     goal: 3 times at most
"""

from __future__ import annotations

import itertools
import statistics
import sys
from collections.abc import Iterator

from tests.benchmarks.load import Server, free_port, mock_alipay, pin, reference, running, signed, unsigned
from tests.benchmarks.timing import Timed, slowest_newcomer, timed

CONNECTIONS, SECONDS = 64, 1.0
SERVED, NEWCOMERS = 16, 64
GOAL = 3


def main(rounds: int) -> None:
    """Measure and print."""
    pin(0, 1)
    _compare("signatures off", ("--signatures", "off"), "plain", unsigned(), 10_000, rounds)
    _compare("signed", (), "signing", signed(), 1_500, rounds)


def _compare(title: str, flags: tuple[str, ...], kind: str, requests: Iterator[bytes], calls: int, rounds: int) -> None:
    """``calls``: how many are prepared for each round, more than a server answers in it."""
    port, other_port = free_port(), free_port()
    with (
        running(mock_alipay(port, *flags), port) as gateway,
        running(reference(other_port, kind), other_port) as other,
    ):
        both = (gateway, other)
        steady = [[_steady(server, itertools.islice(requests, calls)) for server in both] for _ in range(rounds + 1)]
        waits = [
            [_newcomers(server, itertools.islice(requests, calls // 2)) for server in both] for _ in range(rounds + 1)
        ]
    _report_steady(title, steady[1:])  # the first round warms up
    _report_newcomers(title, waits[1:])


def _steady(server: Server, requests: Iterator[bytes]) -> Timed:
    return timed(server.port, iter(list(requests)), connections=CONNECTIONS, seconds=SECONDS)


def _newcomers(server: Server, requests: Iterator[bytes]) -> float:
    prepared = iter(list(requests))
    return slowest_newcomer(server.port, prepared, served=SERVED, newcomers=NEWCOMERS, seconds=SECONDS / 4)


def _report_steady(title: str, rounds: list[list[Timed]]) -> None:
    print(f"(a) p99 against p50 at {CONNECTIONS} connections, {title}")
    for name, side in zip(("gateway", "reference"), zip(*rounds, strict=True), strict=True):
        p50, p99 = ([each.percentile(percent) * 1000 for each in side] for percent in (50, 99))
        ratio = statistics.median(high / middle for high, middle in zip(p99, p50, strict=True))
        goal = f" ({_verdict(ratio)})" if name == "gateway" else ""
        times = f"{statistics.median(p50):.1f} ms, {statistics.median(p99):.1f} ms"
        print(f"    {name:9}  p50, p99: {times}; ratio {ratio:.2f}{goal}", flush=True)


def _report_newcomers(title: str, rounds: list[list[float]]) -> None:
    ours, theirs = (max(side) for side in zip(*rounds, strict=True))
    median = statistics.median(own / other for own, other in rounds)
    print(f"(b) longest wait of {NEWCOMERS} clients that connect while {SERVED} are served, {title}")
    print(f"    {ours * 1000:.0f} ms against {theirs * 1000:.0f} ms: {ours / theirs:.2f} ({_verdict(ours / theirs)})")
    print(f"    median of the ratios of the rounds: {median:.2f}", flush=True)


def _verdict(ratio: float) -> str:
    return f"{'meets' if ratio <= GOAL else 'MISSES'} the goal of {GOAL}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
