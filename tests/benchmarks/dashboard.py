"""The dashboard under load: ``python tests/benchmarks/dashboard.py [ROUNDS]``, with Chromium on the path.

Ratios within one run are printed, because figures of one machine mean little on another:

(f)  from the words in the filter to the rows, with 10,000 calls in the journal, against 100; goal: 3 times at most
(g)  200 calls a second for ten seconds before an open page: every call has its row, and no task takes over 200 ms
(h)  signed calls while a page listens, against those while one ``tail`` listens; goal: 0.95 of its rate
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from playwright.sync_api import Page

from tests.benchmarks.load import Server, drive, free_port, mock_alipay, pin, report, running, signed, unsigned
from tests.browser.chromium import started

FEW, MANY, CALLS = 100, 10_000, 2_000
RATE, SECONDS = 200, 10
TASKS = """() => {
    window.tasks = [];
    const note = (list) => tasks.push(...list.getEntries().map((each) => each.duration));
    new PerformanceObserver(note).observe({type: "longtask"});
}"""
FILTER = """async (words) => {
    const field = document.querySelector("input[type=search]");
    const rows = () => document.querySelectorAll("[data-testid=call-row]").length;
    const began = performance.now();
    field.value = words;
    field.dispatchEvent(new Event("input"));
    while ((rows() === 1) !== (words !== "")) await new Promise(requestAnimationFrame);
    return performance.now() - began;
}"""


def main(rounds: int) -> None:
    """Measure and print."""
    pin(0, 1)
    with started() as browser:
        port = free_port()
        with running(mock_alipay(port, "--signatures", "off"), port) as gateway:
            page = browser.new_page()
            _filter(gateway, page, rounds)
            _burst(gateway, page)
            page.close()
        port = free_port()
        with running(mock_alipay(port), port) as gateway:
            _rate(gateway, browser.new_page(), rounds)


def _opened(page: Page, gateway: Server, calls: int) -> None:
    page.goto(f"http://127.0.0.1:{gateway.port}/")
    page.locator(f"[data-testid=counted]:has-text('{calls:,} calls')").wait_for()


def _filter(gateway: Server, page: Page, rounds: int) -> None:
    times: list[list[float]] = []
    for calls in (FEW, MANY):
        drive(gateway.port, itertools.islice(unsigned(), calls - (FEW if calls == MANY else 0)))
        _opened(page, gateway, calls)
        oldest = json.loads(gateway.request("GET", f"/__admin/calls?limit={FEW}&view=summary"))["calls"][-rounds:]
        times.append([_filtered(page, f"status:S {call['paymentRequestId']}") for call in oldest])
    few, many = map(statistics.median, times)
    goal = "meets" if many <= 3 * few else "MISSES"
    print(f"(f) filter with {MANY:,} calls, against {FEW}: {many / few:.2f} times ({goal} the goal of 3)")
    print(f"    {many:.0f} ms against {few:.0f} ms", flush=True)


def _filtered(page: Page, words: str) -> float:
    took: float = page.evaluate(FILTER, words)
    page.evaluate(FILTER, "")
    return took


def _burst(gateway: Server, page: Page) -> None:
    gateway.request("POST", "/__admin/reset", {})
    requests = unsigned()
    drive(gateway.port, itertools.islice(requests, FEW))
    _opened(page, gateway, FEW)
    page.evaluate(TASKS)
    began = time.monotonic()
    for tick in range(SECONDS * 20):
        drive(gateway.port, itertools.islice(requests, RATE // 20), connections=2)
        page.wait_for_timeout(max(1.0, (began + (tick + 1) / 20 - time.monotonic()) * 1000))
    seconds = time.monotonic() - began
    page.locator(f"[data-testid=counted]:has-text('{RATE * SECONDS + FEW:,} calls')").wait_for()
    longest = max(page.evaluate("tasks"), default=0)
    rows = _rows(page)
    whole = "meets" if len(rows) == RATE * SECONDS + FEW else "MISSES"
    print(f"(g) {RATE * SECONDS} calls in {seconds:.1f} s: {len(rows):,} rows ({whole} the goal of all)")
    print(f"    longest task: {longest:.0f} ms ({'meets' if longest <= 200 else 'MISSES'} the goal of 200)", flush=True)


def _rows(page: Page) -> set[str]:
    """The ids of all rows, seen by scrolling through the list."""
    script = """async () => {
        const seen = new Set(), scroll = document.querySelector(".scroll");
        for (let top = 0; top < scroll.scrollHeight; top += 300) {
            scroll.scrollTop = top;
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
            document.querySelectorAll("[data-testid=call-row]").forEach((each) => seen.add(each.dataset.id));
        }
        return [...seen];
    }"""
    return set(page.evaluate(script))


def _rate(gateway: Server, page: Page, rounds: int) -> None:
    requests = signed()
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for _ in range(rounds + 1):
        page.goto(f"http://127.0.0.1:{gateway.port}/")
        page.locator(".live.live").wait_for()
        ours.append(_driven(gateway, requests))
        page.goto("about:blank")
        with _tail(gateway, requests):
            theirs.append(_driven(gateway, requests))
    rates = [[CALLS / seconds for seconds, _ in side[1:]] for side in (ours, theirs)]  # the first round warms up
    report("(h) calls while a page listens, against those while one tail listens", rates[0], rates[1], 0.95)
    cpu = [sum(seconds for _, seconds in side[1:]) / rounds / CALLS * 1e6 for side in (ours, theirs)]
    if all(cpu):
        print(f"    cpu: {cpu[0]:.0f} µs against {cpu[1]:.0f} µs a call: {cpu[1] / cpu[0]:.2f}", flush=True)


def _driven(gateway: Server, requests: Iterator[bytes]) -> tuple[float, float]:
    """Seconds and CPU seconds of a round."""
    prepared = list(itertools.islice(requests, CALLS))
    before = gateway.cpu_seconds()
    seconds = drive(gateway.port, prepared)
    return seconds, gateway.cpu_seconds() - before


@contextlib.contextmanager
def _tail(gateway: Server, requests: Iterator[bytes]) -> Iterator[None]:
    command = [sys.executable, "-m", "mock_alipay", "tail", "--url", f"http://127.0.0.1:{gateway.port}"]
    with (
        tempfile.TemporaryFile() as printed,
        subprocess.Popen(command, stdout=printed, stderr=subprocess.DEVNULL) as tail,
    ):
        while not os.fstat(printed.fileno()).st_size:  # it prints what happens after it has connected
            drive(gateway.port, itertools.islice(requests, 1))
            time.sleep(0.1)
        try:
            yield
        finally:
            tail.terminate()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
