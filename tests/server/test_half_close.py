"""Clients that end their side of the connection once they have sent what they want to send."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_alipay.config.config import Config
from mock_alipay.server import connection
from tests.live import SANDBOX_PATH, Live, live
from tests.raw import Wire, call, connect, encoded, request

LATE = "description: A test.\ncreatePaymentSession: {result: SUCCESS, delay: 300ms}\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A gateway with a scenario whose reply is late."""
    folder = tmp_path_factory.mktemp("scenarios")
    (folder / "late.yaml").write_text(LATE)
    with live(Config(seed=1, scenarios=(folder,))) as running:
        yield running


def half_close(wire: Wire) -> Wire:
    wire.socket.shutdown(socket.SHUT_WR)
    return wire


@pytest.mark.parametrize("scenario", ["success", "late"])
@pytest.mark.parametrize("cut", [0, 20, -1])
def test_a_whole_call_is_answered(server: Live, scenario: str, cut: int) -> None:
    """In one piece or two, at once or after a delay; then the connection ends."""
    data = call(encoded(), extra=[f"mock-scenario: {scenario}"])
    with connect(server.config.port) as wire:
        wire.send(data[:cut]).send(data[cut:])
        reply = half_close(wire).reply()
        assert "SUCCESS" == reply.code
        assert b"" == wire.rest()
    assert 200 == server.admin("GET", f"/calls/{reply.header('mock-call-id')}").status


def test_a_large_call_is_answered(server: Live) -> None:
    """One that takes several arrivals."""
    with connect(server.config.port) as wire:
        assert "PARAM_ILLEGAL" == half_close(wire.send(call(b"[" + b" " * 900_000 + b"]"))).reply().code


@pytest.mark.parametrize("path", ["/health", "/calls/wait?count=1000000&timeout=0.1", "/calls?limit=1000"])
def test_an_admin_call_is_answered(server: Live, path: str) -> None:
    """Whole, as any other."""
    with connect(server.config.port) as wire:
        said = half_close(wire.send(request("GET", f"/__admin{path}", []))).rest()
    assert said.startswith(b"HTTP/1.1 ")
    assert said.rstrip().endswith((b"}", b"\r\n0"))


@pytest.mark.parametrize("rest", [b"", b"POST / HT", request("POST", SANDBOX_PATH, [], b"{}")[:-1]])
def test_all_whole_calls_in_a_row_are_answered(server: Live, rest: bytes) -> None:
    """What follows them and is not whole is no call."""
    ids = [f"half-closed-{len(rest)}-{number}" for number in range(3)]
    data = b"".join(call(encoded(name), extra=["mock-scenario: late"]) for name in ids)
    with connect(server.config.port) as wire:
        half_close(wire.send(data + rest))
        assert 3 * ["SUCCESS"] == [wire.reply().code for _ in ids]
        assert b"" == wire.rest()
    assert 3 * [1] == [server.admin("GET", f"/calls/count?paymentRequestId={name}").body["count"] for name in ids]


@pytest.mark.parametrize(
    ("data", "replies"), [(b"", 0), (b"POST / HT", 0), (call()[:-1], 0), (call() + call()[:-1], 1)]
)
def test_what_is_not_whole_ends_the_connection(server: Live, data: bytes, replies: int) -> None:
    """At the latest when the replies to what was whole have been sent."""
    with connect(server.config.port) as wire:
        assert replies == half_close(wire.send(data)).rest().count(b"HTTP/1.1 ")


def test_a_call_that_never_gets_a_reply_ends(server: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that has ended its side is not waited for without end."""
    monkeypatch.setattr(connection, "HALF_CLOSED", 0.2)
    with connect(server.config.port) as wire:
        assert b"" == half_close(wire.send(call(encoded(), extra=["mock-scenario: timeout"]))).rest()


def test_clients_that_have_left_keep_nobody_out(server: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room for another connection, those that were ended by their clients make room for it."""
    monkeypatch.setattr(connection, "MAX_CONNECTIONS", 5)
    monkeypatch.setattr(connection, "HALF_CLOSED", 600)
    ids = [f"left-{number}" for number in range(20)]
    for name in ids:
        with connect(server.config.port) as wire:
            wire.send(call(encoded(name), extra=["mock-scenario: timeout"]))
            waited = server.admin("GET", f"/calls/wait?paymentRequestId={name}&timeout=60")
            assert (200, 1) == (waited.status, waited.body["count"])
    assert "SUCCESS" == server.create().code


def test_over_https_the_call_is_in_the_journal(tls_folder: Path) -> None:
    """There the reply may be lost, as asyncio ends a connection of TLS with its client's side."""
    body = encoded("half-closed-tls")
    with live(tls_folder=tls_folder) as running:
        assert running.certificate is not None
        context = ssl.create_default_context(cafile=str(running.certificate.authority))
        with connect(running.config.tls_port, context) as wire:
            wire.send(call(body))
            with socket.socket(fileno=wire.socket.detach()) as below:
                below.shutdown(socket.SHUT_WR)
                found = running.admin("GET", "/calls/wait?paymentRequestId=half-closed-tls&timeout=60")
    assert (200, 1) == (found.status, found.body["count"])
