"""Replies as bytes on the wire, and what scenarios do to them there."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

from mock_alipay import create_app
from mock_alipay.config.config import Config
from mock_alipay.scenarios import Library
from tests.live import SANDBOX_PATH, Live, live, sample, signed_headers
from tests.raw import RawReply, Wire, call, connect, encoded, request
from tests.scenarios.loading import VOCABULARY

OWN = {
    "slow": "{result: SUCCESS, delay: 30ms}",  # instead of the shipped three seconds
    "late": "{result: SUCCESS, delay: 150ms}",
    "late-refusal": "{result: PROCESS_FAIL, delay: {min: 100ms, max: 120ms}}",
    "odd-signature": "{result: SUCCESS}",
    "Odd-Signature": "{result: PROCESS_FAIL}",
    "response-time-odd": "{result: SUCCESS}",
    "unavailable": "{result: SUCCESS, fault: {status: 503}}",
}
SHIPPED = [name for name in Library.load([], VOCABULARY) if not name.startswith("declined-")]
"""Those that are left out answer createPaymentSession as ``success`` does."""
NO_HTTP = {"connection-reset", "empty-reply", "garbage-reply", "timeout", "truncated-reply"}
UNSIGNED = {"bad-gateway", "unsigned-reply"}
NOT_OURS = {"forged-reply", "tampered-reply"}
"""Signed, but not by the gateway, or not over this body."""


@pytest.fixture(scope="module")
def server(tls_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A gateway with HTTPS and with scenarios of its own."""
    folder = tmp_path_factory.mktemp("scenarios")
    for name, step in {**OWN, "later": "{result: SUCCESS, delay: 5m}"}.items():
        (folder / f"{name}.yaml").write_text(f"description: A test.\ncreatePaymentSession: {step}\n")
    with live(Config(seed=1, scenarios=(folder,)), tls_folder=tls_folder) as running:
        yield running


@pytest.fixture(params=["http", "https"])
def endpoint(server: Live, request: pytest.FixtureRequest) -> tuple[int | None, ssl.SSLContext | None]:
    """The port of HTTP with no TLS, or of HTTPS with the authority trusted."""
    if request.param == "http":
        return server.config.port, None
    assert server.certificate is not None
    return server.config.tls_port, ssl.create_default_context(cafile=str(server.certificate.authority))


def playing(scenario: str, payment_request_id: str | None = None) -> bytes:
    # Where nothing is sent to: a scenario's buyer may pay, and who pays waits for the shop in some of them.
    body = json.dumps(sample(payment_request_id, paymentNotifyUrl=None)).encode()
    return call(body, extra=[f"mock-scenario: {scenario}"])


def play(server: Live, scenario: str) -> RawReply:
    with connect(server.config.port) as wire:
        return wire.send(playing(scenario)).reply()


# What every reply looks like


@pytest.mark.parametrize("scenario", [*(name for name in SHIPPED if name not in NO_HTTP), *OWN])
def test_no_header_line_confuses_an_sdk(server: Live, scenario: str) -> None:
    """In every scenario, the two words stand in no header line but their own, and all names are lower case."""
    reply = play(server, scenario)
    for line in reply.lines:
        name = line.partition(b":")[0]
        assert re.fullmatch(rb"[a-z-]+", name), line
        if name not in (b"signature", b"response-time"):
            assert b"signature" not in line.lower()
            assert b"response-time" not in line.lower()
    names = [line.partition(b":")[0] for line in reply.lines]
    assert len(set(names)) == len(names)
    assert {b"content-encoding", b"transfer-encoding", b"server"}.isdisjoint(names)
    assert str(len(reply.body)) == reply.header("content-length")
    assert (reply.header("mock-call-id") or "").isdigit()
    says_so = "signature" not in scenario.lower() and "response-time" not in scenario
    assert (scenario if says_so else None) == reply.header("mock-scenario")


@pytest.mark.parametrize("scenario", [name for name in SHIPPED if name not in NO_HTTP | UNSIGNED | NOT_OURS])
def test_every_other_scenario_answers_in_the_gateways_form(server: Live, scenario: str) -> None:
    """A scenario that does not say otherwise answers HTTP 200 with JSON, signed, in the form all SDKs can read."""
    reply = play(server, scenario)
    assert 200 == reply.status
    assert "application/json; charset=UTF-8" == reply.header("content-type")
    assert "SANDBOX_MOCK_MERCHANT" == reply.header("client-id")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00", reply.header("response-time") or "")
    form = r"algorithm=RSA256,keyVersion=1,signature=([A-Za-z0-9]|%2B|%2F|%3D)+"
    assert re.fullmatch(form, reply.header("signature") or "")
    reply.verify()


@pytest.mark.parametrize("scenario", sorted(NOT_OURS))
def test_a_false_signature_has_the_right_form_and_does_not_fit(server: Live, scenario: str) -> None:
    """A forged or tampered reply looks like any other until it is verified."""
    reply = play(server, scenario)
    assert (200, "SUCCESS") == (reply.status, reply.code)
    with pytest.raises(InvalidSignature):
        reply.verify()


def test_an_unsigned_reply_lacks_only_its_signature(server: Live) -> None:
    """Without a signature the reply is the same otherwise."""
    reply = play(server, "unsigned-reply")
    assert (200, "SUCCESS") == (reply.status, reply.code)
    assert reply.header("signature") is None
    assert reply.header("response-time") is not None
    assert reply.header("client-id") is not None


def test_a_reply_is_not_compressed(server: Live) -> None:
    """A client that would take gzip gets plain JSON, for what is signed is what is sent."""
    with connect(server.config.port) as wire:
        reply = wire.send(call(extra=["Accept-Encoding: gzip, br;q=1.0, *;q=0.5"])).reply()
    assert reply.header("content-encoding") is None
    assert b"{" == reply.body[:1]
    reply.verify()


def test_head_and_body_arrive_together(server: Live) -> None:
    """A reply is one packet, so that the first read of a client holds all of it."""
    with connect(server.config.port) as wire:
        data = wire.send(call(b"{}")).socket.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    assert b"content-length: %d" % len(body) in head
    assert "PARAM_ILLEGAL" == json.loads(body)["result"]["resultCode"]


# Faults


def test_reset(server: Live, endpoint: tuple[int | None, ssl.SSLContext | None]) -> None:
    """``reset``: the client's socket gets ECONNRESET instead of a reply, and the session exists."""
    name = f"connection-reset--{uuid.uuid4()}"
    with connect(*endpoint) as wire:
        wire.send(call(encoded(name)))
        # Under TLS, Python's ssl module would tell a reset and an end alike.
        with socket.socket(fileno=wire.socket.detach()) as below:
            below.settimeout(60)
            with pytest.raises(ConnectionResetError):
                Wire(below).rest()
    assert 200 == server.admin("GET", f"/payments/{name}").status


def test_empty(endpoint: tuple[int | None, ssl.SSLContext | None]) -> None:
    """``empty``: the connection is closed in order, without a byte."""
    with connect(*endpoint) as wire:
        assert b"" == wire.send(playing("empty-reply")).rest()


def test_truncate(endpoint: tuple[int | None, ssl.SSLContext | None]) -> None:
    """``truncate``: half of the body that content-length promises comes, then the end."""
    with connect(*endpoint) as wire:
        head, _, body = wire.send(playing("truncated-reply")).rest().partition(b"\r\n\r\n")
    promised = re.search(rb"content-length: (\d+)", head)
    assert promised
    assert int(promised[1]) // 2 == len(body)
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")


def test_garbage(endpoint: tuple[int | None, ssl.SSLContext | None]) -> None:
    """``garbage``: something comes, and it is not HTTP."""
    with connect(*endpoint) as wire:
        data = wire.send(playing("garbage-reply")).rest()
    assert data
    assert b"HTTP/" not in data


def test_hang(server: Live, endpoint: tuple[int | None, ssl.SSLContext | None]) -> None:
    """``hang``: not a byte comes and nobody closes, yet the journal has the call already."""
    name = f"timeout--{uuid.uuid4()}"
    with connect(*endpoint) as wire:
        wire.send(call(encoded(name)))
        (found,) = server.admin("GET", f"/calls/wait?paymentRequestId={name}&timeout=60").body["calls"]
        assert wire.silent(0.1)
    assert ("hang", "timeout", None) == (found["fault"], found["scenario"], found["httpStatus"])


@pytest.mark.parametrize(("scenario", "status"), [("bad-gateway", 502), ("unavailable", 503)])
def test_status(endpoint: tuple[int | None, ssl.SSLContext | None], scenario: str, status: int) -> None:
    """``status``: a page of a proxy, unsigned, and the connection goes on."""
    with connect(*endpoint) as wire:
        reply = wire.send(playing(scenario)).reply()
        assert (status, "text/html") == (reply.status, reply.header("content-type"))
        assert reply.body.startswith(b"<html>")
        assert None is reply.header("signature") is reply.header("response-time") is reply.header("client-id")
        assert "SUCCESS" == wire.send(call()).reply().code


@pytest.mark.parametrize(("scenario", "least"), [("late", 0.15), ("late-refusal", 0.1)])
def test_delay(server: Live, scenario: str, least: float) -> None:
    """``delay``: the reply comes no sooner than the scenario says, and it is signed like any other."""
    began = time.monotonic()
    reply = play(server, scenario)
    assert time.monotonic() - began >= least
    reply.verify()


@pytest.mark.parametrize("scenario", ["later", "timeout"])
def test_a_slow_reply_keeps_nobody_else_waiting(server: Live, scenario: str) -> None:
    """While one client waits for a late reply or for none, another is served."""
    with connect(server.config.port) as waiting:
        waiting.send(playing(scenario))
        assert "SUCCESS" == server.create().code
        assert waiting.silent(0.01)


def test_a_client_that_gives_up_on_a_hanging_call(server: Live) -> None:
    """A client that closes while its call hangs does no harm."""
    with connect(server.config.port) as wire:
        assert wire.send(playing("timeout")).silent(0.02)
    assert "SUCCESS" == server.create().code


# In a process of the test's own


def in_process(app: Any, body: bytes, scenario: str) -> list[dict[str, Any]]:
    """What the app sends when it runs without our server."""
    headers = {**signed_headers(body), "mock-scenario": scenario}
    scope = {
        "type": "http",
        "method": "POST",
        "path": SANDBOX_PATH,
        "raw_path": SANDBOX_PATH.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    incoming: list[dict[str, Any]] = [
        {"type": "http.disconnect"},
        {"type": "http.request", "body": body, "more_body": False},
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return incoming.pop()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent


def test_the_app_answers_without_our_server() -> None:
    """As an ASGI app the gateway sends one start and one body, and the body is as long as its header says."""
    start, body = in_process(create_app(Config(seed=1)), encoded(), "success")
    assert ("http.response.start", 200) == (start["type"], start["status"])
    assert str(len(body["body"])).encode() == dict(start["headers"])[b"content-length"]
    assert "SUCCESS" == json.loads(body["body"])["result"]["resultCode"]


@pytest.mark.parametrize("scenario", ["connection-reset", "empty-reply", "garbage-reply"])
def test_a_broken_connection_in_process_is_an_exception(scenario: str) -> None:
    """Where there is no socket to break, the client's call ends in ConnectionResetError."""
    with pytest.raises(ConnectionResetError, match="scenario's fault"):
        in_process(create_app(Config(seed=1)), encoded(), scenario)


def test_a_hanging_call_in_process_ends_with_its_client() -> None:
    """Where there is no socket, a hanging call ends without a reply when its client goes."""
    assert [] == in_process(create_app(Config(seed=1)), encoded(), "timeout")


def test_a_truncated_reply_in_process_is_too_short() -> None:
    """Where there is no socket, the body is still half of what its header promises."""
    start, body = in_process(create_app(Config(seed=1)), encoded(), "truncated-reply")
    assert int(dict(start["headers"])[b"content-length"]) // 2 == len(body["body"])


def test_a_plain_reply_has_no_body_to_a_head(server: Live) -> None:
    """The reply to HEAD is a head alone, and the connection goes on."""
    with connect(server.config.port) as wire:
        reply = wire.send(request("HEAD", SANDBOX_PATH, [])).reply(head_only=True)
        assert 200 == reply.status
        assert int(reply.header("content-length") or 0) > 0
        assert "SUCCESS" == wire.send(call()).reply().code
