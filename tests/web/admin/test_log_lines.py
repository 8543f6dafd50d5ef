"""Log lines about scenarios, clocks and resets."""

from __future__ import annotations

import logging

import pytest

from mock_alipay.clock.clocks import StoppedClock
from tests.calls import NOW
from tests.live import live, sample

CARD, MASKED = "4111111111111111", "411111******1111"


def test_each_change_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """Refused changes are not logged; client ids are masked."""
    caplog.set_level(logging.INFO, "mock_alipay")
    now = "2030-01-01T00:00:00.000+00:00"
    lines = [
        ("scenario set: slow for A, next 1 call", "PUT /scenario", {"scenario": "slow", "clientId": "A", "times": 1}),
        ("scenario set: slow for A, next 3 calls", "PUT /scenario", {"scenario": "slow", "clientId": "A", "times": 3}),
        ("scenario set: success for all client ids", "PUT /scenario", {"scenario": "success"}),
        ("", "PUT /scenario", {"scenario": "unknown\n"}),
        ("scenario cleared for A", "DELETE /scenario", {"clientId": "A"}),
        ("scenario cleared for all client ids", "DELETE /scenario", None),
        ("clock: +59m for all client ids (now 2026-11-22T02:06:10.000+00:00)", "PUT /clock", {"advance": "59m"}),
        (f"clock: frozen for {MASKED} (now {now})", "PUT /clock", {"freeze": "2030-01-01T00:00Z", "clientId": CARD}),
        (f"clock: running for {MASKED} (now {now})", "PUT /clock", {"run": True, "clientId": CARD}),
        ("reset: A (1 call, 1 payment, 0 notifications)", "POST /reset", {"clientId": "A"}),
        ("reset: all client ids (2 calls, 2 payments, 0 notifications)", "POST /reset", None),
    ]
    with live(clock=StoppedClock(NOW)) as gateway:
        for name in "ABC":
            gateway.create(sample(f"p-{name}"), client_id=name)
        for line, call, body in lines:
            caplog.clear()
            gateway.admin(*call.split(), body)
            assert [line] * bool(line) == caplog.messages
