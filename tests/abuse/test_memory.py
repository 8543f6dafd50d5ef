"""Memory grows by what the metrics report, for the most expensive input of every kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from tests.abuse.harness import LimitedGateway, Record, size
from tests.live import SANDBOX_PATH, sample
from tests.raw import call, request

JSON = "content-type: application/json"
SLACK = 24 * 2**20
"""Bytes of fragmented memory that the process may hold in addition."""


def small(count: int) -> Iterator[bytes]:
    """Refused calls without headers."""
    for number in range(count):
        yield request("POST", SANDBOX_PATH, [JSON], b'{"paymentRequestId":"%d"}' % number)


def large(count: int) -> Iterator[bytes]:
    """Calls with a body of almost 1 MiB that is not JSON."""
    for number in range(count // 10):
        yield call(b"x" * 1_000_000 + str(number).encode())


def many_headers(count: int) -> Iterator[bytes]:
    """Calls with the maximum of header lines."""
    headers = [f"x-{number}: {'y' * 280}" for number in range(180)]
    for number in range(count):
        yield request("POST", f"{SANDBOX_PATH}?{number}", headers, b"{}")


def sessions(count: int) -> Iterator[bytes]:
    """Payments with a request of 50 KB."""
    for number in range(count):
        body = json.dumps(sample(f"session-{number}", extra="z" * 50_000)).encode()
        yield call(body)


def notifications(count: int) -> Iterator[bytes]:
    """Undeliverable notifications with a body of 50 KB."""
    body = {"notification": "notifyPayment", "clientId": "A", "url": "http://127.0.0.1:9/", "body": {"x": "n" * 50_000}}
    raw = json.dumps(body).encode()
    for _ in range(count):
        yield request("POST", "/__admin/notifications", [JSON], raw)


def scenarios(count: int) -> Iterator[bytes]:
    """Scenarios of many small steps."""
    steps = [{"set": {f"a{number}.b": "${request.x}"}} for number in range(100)]
    for number in range(count // 10):
        raw = json.dumps({"name": f"s-{number}", "description": "x", "pay": steps}).encode()
        yield request("POST", "/__admin/scenarios", [JSON], raw)


@pytest.mark.parametrize("fill", [small, large, many_headers, sessions, notifications, scenarios])
def test_memory_grows_by_what_the_metrics_report(
    fill: Callable[[int], Iterator[bytes]], limited: LimitedGateway, record_property: Record
) -> None:
    """At most twice that, and the fragmentation."""

    def act() -> None:
        with limited.wire() as wire:
            for data in fill(size(60, 3_000)):
                assert wire.send(data).reply().status in (200, 400)

    before = limited.kept_bytes()
    grown = limited.growth(act)
    reported = limited.kept_bytes() - before
    assert reported > 0
    assert grown < 2 * reported + SLACK
    record_property(
        f"{fill.__name__}: MiB that the metrics report, and that the process took", (round(reported) >> 20, grown >> 20)
    )
