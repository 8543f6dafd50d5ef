"""Clients that close their sending side after the request."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_alipay.config.config import Config
from mock_alipay.server import connection
from tests.live import Live, live
from tests.raw import Wire, call, connect, encoded, request

LATE = "description: A test.\ncreatePaymentSession: {result: SUCCESS, delay: 30ms}\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, tls_folder: Path) -> Iterator[Live]:
    """A gateway with HTTPS and a scenario with a late reply."""
    folder = tmp_path_factory.mktemp("scenarios")
    (folder / "late.yaml").write_text(LATE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mock_alipay.server.run._GRACE", 0.05)
        patch.setattr(connection, "HALF_CLOSED", 600)
        with live(Config(seed=1, scenarios=(folder,)), tls_folder=tls_folder) as running:
            yield running


def half_closed(wire: Wire, data: bytes) -> Wire:
    """Send data and close the sending side."""
    wire.send(data).socket.shutdown(socket.SHUT_WR)
    return wire


@pytest.mark.parametrize(
    "data",
    [
        *(call(extra=[f"mock-scenario: {scenario}"]) for scenario in ("success", "late")),
        *(request("GET", f"/__admin/calls{path}", []) for path in ("/wait?count=1000000&timeout=0.1", "?limit=1000")),
    ],
    ids=["at once", "late", "wait", "stream"],
)
def test_a_complete_request_gets_its_whole_reply(server: Live, data: bytes) -> None:
    """A call at once or after a delay, or an admin call that waits or is streamed; then the connection ends."""
    with connect(server.config.port) as wire:
        reply = half_closed(wire, data).rest()
    assert reply.startswith(b"HTTP/1.1 ")
    assert reply.rstrip().endswith((b"}", b"\r\n0"))


@pytest.mark.parametrize("rest", [b"", b"POST / HT", call()[:-1]])
def test_all_complete_pipelined_calls_get_their_replies(server: Live, rest: bytes) -> None:
    """An incomplete request after them is ignored."""
    ids = [f"half-closed-{len(rest)}-{number}" for number in range(3)]
    calls = b"".join(call(encoded(name), extra=["mock-scenario: late"]) for name in ids)
    with connect(server.config.port) as wire:
        half_closed(wire, calls + rest)
        assert 3 * ["SUCCESS"] == [wire.reply().code for _ in ids]
        assert b"" == wire.rest()
    assert 3 * [1] == [server.admin("GET", f"/calls/count?paymentRequestId={name}").body["count"] for name in ids]


@pytest.mark.parametrize(
    ("data", "replies"), [(b"", 0), (b"POST / HT", 0), (call()[:-1], 0), (call() + call()[:-1], 1)]
)
def test_an_incomplete_request_ends_the_connection(server: Live, data: bytes, replies: int) -> None:
    """Complete requests before it, or before the end, get their reply; the connection is closed at once."""
    with connect(server.config.port) as wire:
        assert "SUCCESS" == wire.send(call()).reply().code
        assert replies == half_closed(wire, data).rest().count(b"HTTP/1.1 200")


def test_a_call_without_a_reply_ends(server: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """A half-closed connection is closed after a while."""
    monkeypatch.setattr(connection, "HALF_CLOSED", 0.05)
    monkeypatch.setattr("mock_alipay.server.run._TICK", 0.01)
    with connect(server.config.port) as wire:
        assert b"" == half_closed(wire, call(encoded(), extra=["mock-scenario: timeout"])).rest()


def test_clients_that_have_gone_block_nobody(server: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the connection limit, half-closed connections are dropped for new ones."""
    monkeypatch.setattr(connection, "MAX_CONNECTIONS", 3)
    for name in [f"gone-{number}" for number in range(5)]:
        with connect(server.config.port) as wire:
            wire.send(call(encoded(name), extra=["mock-scenario: timeout"]))
            assert 200 == server.admin("GET", f"/calls/wait?paymentRequestId={name}&timeout=60").status
    assert "SUCCESS" == server.create().code


def test_over_https_the_call_is_in_the_journal(server: Live) -> None:
    """The reply may be lost, because asyncio closes a half-closed TLS connection."""
    assert server.certificate is not None
    context = ssl.create_default_context(cafile=str(server.certificate.authority))
    with connect(server.config.tls_port, context) as wire:
        wire.send(call(encoded("half-closed-tls")))
        with socket.socket(fileno=wire.socket.detach()) as tcp:
            tcp.shutdown(socket.SHUT_WR)
            found = server.admin("GET", "/calls/wait?paymentRequestId=half-closed-tls&timeout=60")
    assert (200, 1) == (found.status, found.body["count"])
