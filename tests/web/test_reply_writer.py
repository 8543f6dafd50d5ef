"""Replies as bytes on the wire, and the faults that scenarios inject there."""

from __future__ import annotations

import json
import re
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

from mock_alipay import create_app
from mock_alipay.config.config import Config
from tests.live import SANDBOX_PATH, Live, letters, live, sample, signed_headers
from tests.raw import RawReply, Wire, call, connect, encoded, request

OWN = {
    "late": "{result: SUCCESS, delay: 60ms}",
    "later": "{result: SUCCESS, delay: 5m}",
    "Odd-Signature": "{result: PROCESS_FAIL}",
    "response-time-odd": "{result: SUCCESS}",
    "unavailable": "{result: SUCCESS, fault: {status: 503}}",
}

Endpoint = tuple[int | None, ssl.SSLContext | None]


@pytest.fixture(scope="module")
def server(tls_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A gateway with HTTPS and with scenarios of its own."""
    folder = tmp_path_factory.mktemp("scenarios")
    for name, step in OWN.items():
        (folder / f"{name}.yaml").write_text(f"description: A test.\ncreatePaymentSession: {step}\n")
    with live(Config(seed=1, scenarios=(folder,)), tls_folder=tls_folder) as running:
        yield running


@pytest.fixture(params=["http", "https"])
def endpoint(server: Live, request: pytest.FixtureRequest) -> Endpoint:
    """The port of HTTP without TLS, or of HTTPS with a trusted CA."""
    if request.param == "http":
        return server.config.port, None
    assert server.certificate is not None
    return server.config.tls_port, ssl.create_default_context(cafile=str(server.certificate.authority))


def played(scenario: str) -> bytes:
    """A call in a scenario, whose payment has no webhook."""
    body = json.dumps(sample(paymentNotifyUrl=None)).encode()
    return call(body, extra=[f"mock-scenario: {scenario}"])


def play(server: Live, scenario: str) -> RawReply:
    with connect(server.config.port) as wire:
        return wire.send(played(scenario)).reply()


@pytest.mark.parametrize(
    ("scenario", "form"),
    [
        ("success", "signed"),
        ("Odd-Signature", "signed"),
        ("response-time-odd", "signed"),
        ("tampered-reply", "forged"),
        ("forged-reply", "forged"),
        ("unsigned-reply", "unsigned"),
        ("bad-gateway", "page"),
    ],
)
def test_the_head_of_a_reply(server: Live, scenario: str, form: str) -> None:
    """Names are in lower case and unique, and only their own lines contain signature and response-time (one SDK)."""
    reply = play(server, scenario)
    names = [line.partition(b":")[0] for line in reply.lines]
    assert len(set(names)) == len(names)
    assert {b"content-encoding", b"transfer-encoding", b"server"}.isdisjoint(names)
    for line, name in zip(reply.lines, names, strict=True):
        assert re.fullmatch(rb"[a-z-]+", name), line
        if name not in (b"signature", b"response-time"):
            assert not re.search(rb"signature|response-time", line, re.IGNORECASE), line
    assert str(len(reply.body)) == reply.header("content-length")
    assert (reply.header("mock-call-id") or "").isdigit()
    named = not re.search("signature|response-time", scenario, re.IGNORECASE)
    assert (scenario if named else None) == reply.header("mock-scenario")
    if form == "page":
        return
    assert "application/json; charset=UTF-8" == reply.header("content-type")
    assert (200, "SANDBOX_MOCK_MERCHANT") == (reply.status, reply.header("client-id"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00", reply.header("response-time") or "")
    pattern = r"algorithm=RSA256,keyVersion=1,signature=([A-Za-z0-9]|%2B|%2F|%3D)+"
    assert (form != "unsigned") == bool(re.fullmatch(pattern, reply.header("signature") or ""))
    if form == "signed":
        reply.verify()
    elif form == "forged":
        with pytest.raises(InvalidSignature):
            reply.verify()


def test_a_reply_is_one_uncompressed_packet(server: Live) -> None:
    """So that the first read of a client gets all of it, and that the signed bytes are the sent bytes."""
    with connect(server.config.port) as wire:
        data = wire.send(call(b"{}", extra=["Accept-Encoding: gzip, br;q=1.0, *;q=0.5"])).socket.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    assert (True, False) == (b"content-length: %d" % len(body) in head, b"content-encoding" in head)


def test_the_reply_to_head_has_no_body(server: Live) -> None:
    """The connection can be used again."""
    with connect(server.config.port) as wire:
        reply = wire.send(request("HEAD", SANDBOX_PATH, [])).reply(head_only=True)
        assert (200, True) == (reply.status, int(reply.header("content-length") or 0) > 0)
        assert "SUCCESS" == wire.send(call()).reply().code


def test_reset(server: Live, endpoint: Endpoint) -> None:
    """The client gets ECONNRESET instead of a reply, and the session exists."""
    name = f"connection-reset--{letters()}"
    with connect(*endpoint) as wire:
        wire.send(call(encoded(name)))
        # Under TLS, Python's ssl module does not distinguish a reset from an end.
        with socket.socket(fileno=wire.socket.detach()) as below:
            below.settimeout(60)
            with pytest.raises(ConnectionResetError):
                Wire(below).rest()
    assert 200 == server.admin("GET", f"/payments/{name}").status


def test_empty_truncate_and_garbage(endpoint: Endpoint) -> None:
    """No byte; half of the announced body; bytes that are not HTTP. Then the connection is closed."""
    replies = []
    for scenario in ("empty-reply", "truncated-reply", "garbage-reply"):
        with connect(*endpoint) as wire:
            replies.append(wire.send(played(scenario)).rest())
    empty, truncated, garbage = replies
    assert (b"", True, False) == (empty, len(garbage) > 0, b"HTTP/" in garbage)
    head, _, body = truncated.partition(b"\r\n\r\n")
    announced = re.search(rb"content-length: (\d+)", head)
    assert (True, announced and int(announced[1]) // 2) == (head.startswith(b"HTTP/1.1 200 OK\r\n"), len(body))


def test_hang(server: Live, endpoint: Endpoint) -> None:
    """No byte comes, and the connection stays open; the call is journaled, and a client may disconnect."""
    name = f"timeout--{letters()}"
    with connect(*endpoint) as wire:
        wire.send(call(encoded(name)))
        (entry,) = server.admin("GET", f"/calls/wait?paymentRequestId={name}&timeout=60").body["calls"]
        assert wire.silent(0.05)
    assert ("hang", "timeout", None) == (entry["fault"], entry["scenario"], entry["httpStatus"])
    assert "SUCCESS" == server.create().code


def test_status(endpoint: Endpoint) -> None:
    """The unsigned page of a proxy; the connection can be used again."""
    with connect(*endpoint) as wire:
        for scenario, status in (("bad-gateway", 502), ("unavailable", 503)):
            reply = wire.send(played(scenario)).reply()
            assert (status, "text/html", b"<html>") == (reply.status, reply.header("content-type"), reply.body[:6])
            assert None is reply.header("signature") is reply.header("response-time") is reply.header("client-id")
        assert "SUCCESS" == wire.send(call()).reply().code


def test_delay(server: Live) -> None:
    """The signed reply comes after the delay; other clients do not wait."""
    with connect(server.config.port) as wire:
        wire.send(played("later"))
        began = time.monotonic()
        play(server, "late").verify()
        assert 0.06 <= time.monotonic() - began
        assert wire.silent(0.01)


async def in_process(scenario: str) -> list[dict[str, Any]]:
    """What the app sends when it runs without mock-alipay's server."""
    body = encoded()
    headers = {**signed_headers(body), "mock-scenario": scenario}
    scope = {
        "type": "http",
        "method": "POST",
        "path": SANDBOX_PATH,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    incoming: list[dict[str, Any]] = [{"type": "http.disconnect"}, {"type": "http.request", "body": body}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return incoming.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    await create_app(Config(seed=1))(scope, receive, send)
    return sent


@pytest.mark.parametrize(("scenario", "share"), [("success", 1), ("truncated-reply", 2)])
async def test_the_app_replies_without_the_server(scenario: str, share: int) -> None:
    """One start and one body, which is as long as announced, or half of it."""
    start, body = await in_process(scenario)
    assert ("http.response.start", 200) == (start["type"], start["status"])
    assert int(dict(start["headers"])[b"content-length"]) // share == len(body["body"])


async def test_without_a_socket_a_broken_connection_is_an_exception() -> None:
    """A hanging call ends without a reply when its client disconnects."""
    for scenario in ("connection-reset", "garbage-reply"):
        with pytest.raises(ConnectionResetError, match="injected fault"):
            await in_process(scenario)
    assert [] == await in_process("timeout")
