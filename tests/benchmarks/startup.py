"""Time until the gateway answers: ``python tests/benchmarks/startup.py [STARTS]``.

Seconds from the start of the process, without HTTPS, to the first answered health call; the median of several starts.
Goal: 0.6 s.
"""

from __future__ import annotations

import statistics
import sys
import time

from tests.benchmarks.load import free_port, mock_alipay, running

GOAL = 0.6


def main(starts: int) -> None:
    """Measure and print."""
    seconds = []
    for _ in range(starts):
        port, began = free_port(), time.perf_counter()
        with running(mock_alipay(port), port, core=None):
            seconds.append(time.perf_counter() - began)
    median = statistics.median(seconds)
    verdict = "meets" if median <= GOAL else "MISSES"
    print(f"{median:.3f} s ({min(seconds):.3f} to {max(seconds):.3f}) {verdict} the goal of {GOAL} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
