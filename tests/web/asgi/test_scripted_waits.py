"""Calls that a scenario delays, and what ends their waits."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_alipay.config.config import Config
from mock_alipay.server import connection
from mock_alipay.web.asgi import scripted_waits
from mock_alipay.web.asgi.scripted_waits import ScriptedWaits
from tests.live import Live, live
from tests.raw import call, connect, encoded
from tests.web.asking import until

LATE = "description: A test.\ncreatePaymentSession: {result: SUCCESS, delay: 59m}\n"


@pytest.fixture(scope="module")
def waits() -> ScriptedWaits:
    """The delayed calls of the module's gateway."""
    return ScriptedWaits()


@pytest.fixture(scope="module")
def server(waits: ScriptedWaits, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A gateway with a scenario whose reply comes after 59 minutes."""
    folder: Path = tmp_path_factory.mktemp("scenarios")
    (folder / "late.yaml").write_text(LATE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "HALF_CLOSED", 0)
        patch.setattr(ScriptedWaits, "__new__", lambda _: waits)
        patch.setattr(ScriptedWaits, "__init__", lambda _: None)
        with live(Config(seed=1, scenarios=(folder,), signatures="off")) as running:
            yield running


def delayed(scenario: str, client_id: str = "A") -> bytes:
    """A call in a scenario that delays or withholds its reply."""
    return call(encoded(), extra=[f"mock-scenario: {scenario}"]).replace(b"SANDBOX_MOCK_MERCHANT", client_id.encode())


@pytest.mark.parametrize(
    ("scenario", "behind"), [("late", 0), ("timeout", 0), ("late", 200)], ids=["late", "hanging", "pipelined calls"]
)
def test_the_wait_ends_when_the_client_disconnects(
    server: Live, waits: ScriptedWaits, scenario: str, behind: int
) -> None:
    """Pipelined requests on the same connection do not hide that."""
    with connect(server.config.port) as wire:
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        wire.send(delayed(scenario))
        until(lambda: len(waits) == 1)
        wire.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n" * behind)
    until(lambda: len(waits) == 0)
    assert "SUCCESS" == server.create().code


@pytest.mark.parametrize(("client_id", "left"), [(None, 0), ("A", 1)])
def test_a_reset_ends_the_waits_of_its_client_id(
    server: Live, waits: ScriptedWaits, client_id: str | None, left: int
) -> None:
    """A late reply comes at once, the connection of a hanging call is closed, and other client ids keep waiting."""
    with connect(server.config.port) as late, connect(server.config.port) as hanging:
        late.send(delayed("late", "A"))
        hanging.send(delayed("timeout", "B"))
        until(lambda: len(waits) == 2)
        assert 200 == server.admin("POST", "/reset", {"clientId": client_id} if client_id else {}).status
        until(lambda: len(waits) == left)
        assert "SUCCESS" == late.reply().code
        server.admin("POST", "/reset")
        assert b"" == hanging.rest()


def test_a_hanging_call_ends_after_the_limit(server: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connection is closed without a byte; the limit is an hour, as for delays of scenarios."""
    assert 3600 == scripted_waits.LONGEST
    monkeypatch.setattr("mock_alipay.web.reply_writer.LONGEST", 0.05)
    with connect(server.config.port) as wire:
        assert b"" == wire.send(delayed("timeout")).rest()
