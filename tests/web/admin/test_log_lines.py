"""Log lines about scenarios, clocks and resets."""

from __future__ import annotations

import io
import json
from typing import Literal

import pytest

from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.journal.log import Log
from tests.calls import NOW
from tests.live import live, sample

CARD = "4111111111111111"

LINES = [
    "scenario set: no-pay-options for A, next 1 call",
    "scenario set: no-pay-options for A, next 3 calls",
    "scenario set: success for all client ids",
    "scenario cleared for A",
    "scenario cleared for all client ids",
    "clock: +59m for all client ids (now 2026-11-22T02:06:10.000+00:00)",
    "clock: frozen for 411111******1111 (now 2030-01-01T00:00:00.000+00:00)",
    "clock: running for 411111******1111 (now 2030-01-01T00:00:00.000+00:00)",
    "reset: A (1 call, 1 payment, 0 notifications)",
    "reset: all client ids (2 calls, 2 payments, 0 notifications)",
]


def written(log_format: Literal["text", "json"], *, quiet: bool = False) -> list[str]:
    """The log of a gateway on which everything is set, moved and reset."""
    stream = io.StringIO()
    log = Log(stream, log_format, quiet=quiet)
    with live(clock=StoppedClock(NOW)) as gateway:
        for name in "ABC":
            gateway.create(sample(f"p-{name}"), client_id=name)
        for method, path, body in (
            ("PUT", "/scenario", {"scenario": "no-pay-options", "clientId": "A", "times": 1}),
            ("PUT", "/scenario", {"scenario": "no-pay-options", "clientId": "A", "times": 3}),
            ("PUT", "/scenario", {"scenario": "success"}),
            ("PUT", "/scenario", {"scenario": "unknown\n"}),
            ("DELETE", "/scenario", {"clientId": "A"}),
            ("DELETE", "/scenario", None),
            ("PUT", "/clock", {"advance": "59m"}),
            ("PUT", "/clock", {"advance": "-59m"}),
            ("PUT", "/clock", {"freeze": "2030-01-01T00:00:00Z", "clientId": CARD}),
            ("PUT", "/clock", {"run": True, "clientId": CARD}),
            ("POST", "/reset", {"clientId": "A"}),
            ("POST", "/reset", None),
        ):
            gateway.admin(method, path, body)
    log.close()
    return stream.getvalue().splitlines()


def test_each_change_is_one_line_of_text() -> None:
    """Refused changes are not logged; client ids are masked."""
    assert [f"info: {line}" for line in LINES] == written("text")


def test_each_change_is_one_json_object() -> None:
    """With the keys of every other message."""
    lines = [json.loads(line) for line in written("json")]
    assert LINES == [line["message"] for line in lines]
    assert {("time", "level", "message")} == {tuple(line) for line in lines}


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_quiet_suppresses_them(log_format: Literal["text", "json"]) -> None:
    """As it does with every line that is not a warning or an error."""
    assert [] == written(log_format, quiet=True)
