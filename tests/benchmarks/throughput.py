"""How fast calls are answered: ``python tests/benchmarks/throughput.py [ROUNDS]``.

Figures of one machine say little on another, so the gateway is measured beside two small servers that do only what
cannot be left out (see ``reference.py``), in turns of short rounds, and the median of the ratios is told:

(a)  with signatures off, beside a route that parses the same JSON and returns a constant; goal: 0.6 of its rate
(a') the same beside a route that parses with orjson and answers ready-made bytes: no goal, but what is left to gain
(b)  with signatures, beside a route that parses, verifies and signs; goal: 0.85 of its rate
(c)  of 64 clients that connect at once while 16 others are being served, how long the last waits for its first reply

Every call has a paymentRequestId of its own and so opens a session. ``cpu`` compares processor time per call, all
threads of a server counted (Linux only). A busy machine disturbs it less, and it stays true where the clients are
slower than the server: when the reference's rate is far below one call per its processor time, trust ``cpu``.
"""

from __future__ import annotations

import itertools
import statistics
import sys
from collections.abc import Callable, Iterator

from tests.benchmarks.load import (
    Server,
    drive,
    first_replies,
    free_port,
    mock_alipay,
    pin,
    reference,
    running,
    signed,
    unsigned,
)


def main(rounds: int) -> None:
    """Measure and tell."""
    pin(0, 1)
    off = ("--signatures", "off")
    _compare("(a) signatures off, beside parsing alone", off, "plain", unsigned, 4_000, rounds, 0.6)
    _compare("(a') the same, beside the leanest route", off, "lean", unsigned, 4_000, rounds, None)
    _compare("(b) signed, beside verifying and signing", (), "signing", signed, 1_200, rounds, 0.85)
    _newcomers()


def _compare(
    title: str,
    flags: tuple[str, ...],
    kind: str,
    requests: Callable[[], Iterator[bytes]],
    calls: int,
    rounds: int,
    goal: float | None,
) -> None:
    ours, theirs = free_port(), free_port()
    endless = requests()
    with (
        running(mock_alipay(ours, "--tls-port", "none", *flags), ours) as gateway,
        running(reference(theirs, kind), theirs) as other,
    ):
        found = [_round(server, endless, calls) for _ in range(rounds + 1) for server in (gateway, other)]
    # The first round of each warms up.
    pairs = list(zip(found[2::2], found[3::2], strict=True))
    rates = [statistics.median(calls / seconds for seconds, _ in side) for side in zip(*pairs, strict=True)]
    ratio = statistics.median(theirs / ours for (ours, _), (theirs, _) in pairs)
    spread = sorted(round(theirs / ours, 2) for (ours, _), (theirs, _) in pairs)
    verdict = "" if goal is None else f" ({'meets' if ratio >= goal else 'MISSES'} the goal of {goal})"
    print(f"{title}: {ratio:.2f} of its rate{verdict}")
    print(f"    {rates[0]:,.0f}/s beside {rates[1]:,.0f}/s; ratios {spread[0]} to {spread[-1]} in {rounds} rounds")
    used = [sum(cpu for _, cpu in side) / rounds / calls * 1e6 for side in zip(*pairs, strict=True)]
    if all(used):
        print(f"    cpu: {used[0]:.0f} µs beside {used[1]:.0f} µs a call: {used[1] / used[0]:.2f}")


def _round(server: Server, endless: Iterator[bytes], calls: int) -> tuple[float, float]:
    prepared = list(itertools.islice(endless, calls))
    before = server.cpu_seconds()
    seconds = drive(server.port, prepared)
    return seconds, server.cpu_seconds() - before


def _newcomers() -> None:
    endless = signed()
    for name, command in (("gateway", mock_alipay), ("reference", lambda port: reference(port, "signing"))):
        port = free_port()
        with running(command(port), port):
            longest, middle = [], []
            for _ in range(5):
                busy, newcomers = (list(itertools.islice(endless, count)) for count in (3_000, 64))
                waits = first_replies(port, busy, newcomers)
                longest.append(waits[-1])
                middle.append(statistics.median(waits))
        told = ", ".join(f"{1000 * wait:.0f}" for wait in sorted(longest))
        usual = 1000 * statistics.median(middle)
        print(f"(c) longest first reply of 64 newcomers, {name}: {told} ms; the median of all {usual:.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
