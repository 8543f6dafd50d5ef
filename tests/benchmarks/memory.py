"""How much memory calls leave behind: ``python tests/benchmarks/memory.py [CALLS…]``.

The resident memory of the gateway after so many signed calls, each with a paymentRequestId of its own. Goal: under
160 MiB after 100,000 calls, and no more after 150,000. Takes some minutes, most of them to sign the calls.
"""

from __future__ import annotations

import itertools
import sys

from tests.benchmarks.load import drive, free_port, mock_alipay, pin, running, signed

GOAL_MIB, GOAL_CALLS = 160, 100_000


def main(steps: list[int]) -> None:
    """Measure and tell."""
    pin(0, 1)
    endless, port = signed(), free_port()
    with running(mock_alipay(port), port) as gateway:
        print(f"{0:>8,} calls  {gateway.resident_bytes() / 2**20:6.1f} MiB")
        done = 0
        for step in steps:
            drive(port, itertools.islice(endless, step - done))
            done = step
            held = gateway.resident_bytes() / 2**20
            verdict = (
                f"  ({'meets' if held < GOAL_MIB else 'MISSES'} the goal of {GOAL_MIB})" if step == GOAL_CALLS else ""
            )
            print(f"{step:>8,} calls  {held:6.1f} MiB{verdict}", flush=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [10_000, 50_000, 100_000, 150_000])
