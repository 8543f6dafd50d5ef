"""Calls that wait on purpose, and what ends their waiting."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_alipay.config.config import Config
from mock_alipay.server import connection
from mock_alipay.web.asgi import scripted_waits
from mock_alipay.web.asgi.scripted_waits import ScriptedWaits
from tests.live import Live, live
from tests.raw import call, connect, encoded

LATE = "description: A test.\ncreatePaymentSession: {result: SUCCESS, delay: 59m}\n"
WAITING = ["late", "timeout"]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> ScriptedWaits:
    """The calls that wait in the next gateway."""
    found = ScriptedWaits()
    monkeypatch.setattr(connection, "HALF_CLOSED", 0)
    monkeypatch.setattr(ScriptedWaits, "__new__", lambda _: found)
    return found


@pytest.fixture
def server(waits: ScriptedWaits, tmp_path: Path) -> Iterator[Live]:
    """A gateway with a scenario whose reply is very late."""
    (tmp_path / "late.yaml").write_text(LATE)
    with live(Config(seed=1, scenarios=(tmp_path,), signatures="off")) as running:
        yield running


def playing(scenario: str, client_id: str = "A") -> bytes:
    return call(encoded(), extra=[f"mock-scenario: {scenario}"]).replace(b"SANDBOX_MOCK_MERCHANT", client_id.encode())


def until(waits: ScriptedWaits, number: int) -> None:
    """Return when so many calls wait."""
    deadline = time.monotonic() + 20
    while len(waits) != number:
        assert time.monotonic() < deadline, len(waits)
        time.sleep(0.002)


@pytest.mark.parametrize("scenario", WAITING)
@pytest.mark.parametrize("behind", [0, 1, 1_000], ids=["alone", "with a call behind it", "with many calls behind it"])
def test_a_client_that_leaves(server: Live, waits: ScriptedWaits, scenario: str, behind: int) -> None:
    """Its call waits no longer, whatever else it has sent."""
    with connect(server.config.port) as wire:
        wire.send(playing(scenario))
        until(waits, 1)

        for _ in range(2):
            wire.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n" * behind)
    until(waits, 0)
    assert "SUCCESS" == server.create().code


@pytest.mark.parametrize(("client_id", "left"), [(None, 0), ("A", 1), ("B", 1), ("C", 2)])
def test_a_reset_ends_the_waits_of_its_client_id(
    server: Live, waits: ScriptedWaits, client_id: str | None, left: int
) -> None:
    """A late reply comes at once, a hanging call's connection ends, and others wait on."""
    with connect(server.config.port) as late, connect(server.config.port) as hanging:
        late.send(playing("late", "A"))
        hanging.send(playing("timeout", "B"))
        until(waits, 2)
        assert 200 == server.admin("POST", "/reset", {"clientId": client_id} if client_id else {}).status
        until(waits, left)
        if client_id in (None, "A"):
            assert "SUCCESS" == late.reply().code
        if client_id in (None, "B"):
            assert b"" == hanging.rest()


def test_a_hanging_call_ends_some_day(server: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connection is closed without a byte."""
    monkeypatch.setattr("mock_alipay.web.reply_writer.LONGEST", 0.05)
    with connect(server.config.port) as wire:
        assert b"" == wire.send(playing("timeout")).rest()


@pytest.mark.parametrize("delay", ["61m", "5000000m", "{min: 1s, max: 90m}"])
def test_a_delay_that_is_too_long(server: Live, delay: str) -> None:
    """A scenario with it is refused, and the limit named."""
    text = f"description: x\ncreatePaymentSession: {{result: SUCCESS, delay: {delay}}}\n"
    answer = server.request("POST", "/__admin/scenarios?name=x", text.encode(), {"content-type": "application/yaml"})
    assert (400, True) == (answer.status, "is too long, a reply is delayed at most 1h" in answer.body["detail"])


def test_the_limits_are_the_same() -> None:
    """Of delays and of hanging calls."""
    assert 3600 == scripted_waits.LONGEST
