"""Resident memory of the gateway after many signed calls: ``python tests/benchmarks/memory.py [CALLS…]``.

Each call has its own paymentRequestId. Goal: under 160 MiB after 100,000 calls, and not more after 150,000. It takes
some minutes, mostly to sign the calls.
"""

from __future__ import annotations

import itertools
import sys

from tests.benchmarks.load import drive, free_port, mock_alipay, pin, running, signed

GOAL_MIB, GOAL_CALLS = 160, 100_000


def main(steps: list[int]) -> None:
    """Measure and print."""
    pin(0, 1)
    endless, port = signed(), free_port()
    with running(mock_alipay(port), port) as gateway:
        done = 0
        for step in (0, *steps):
            drive(port, itertools.islice(endless, step - done))
            done = step
            mib = gateway.resident_bytes() / 2**20
            verdict = f"  ({'meets' if mib < GOAL_MIB else 'MISSES'} the goal of {GOAL_MIB})"
            print(f"{step:>8,} calls  {mib:6.1f} MiB{verdict if step == GOAL_CALLS else ''}", flush=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [10_000, 50_000, 100_000, 150_000])
