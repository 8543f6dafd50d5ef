"""Calls as official SDKs and common HTTP clients send them, byte by byte."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.heads import DOTNET_HEAD, GO_HEAD, JAVA_HEAD, PHP_HEAD, PYTHON_HEAD
from tests.live import PATH, SANDBOX_PATH, Live, signed_headers
from tests.raw import RawReply, call, connect, encoded, request

SDKS = {
    "Python 1.7.1": (PYTHON_HEAD, "2026-11-22T01:07:10+00:00"),
    "Java 2.2.8": (JAVA_HEAD, "1795310174668"),
    "PHP 1.5.5": (PHP_HEAD, "2026-11-22T01:09:11+0000"),
    "Go 1.3.5": (GO_HEAD, "1795310174668"),
    ".NET 2.2.5": (DOTNET_HEAD, "2026-11-22T01:07:10.1234567Z"),
}
"""The official SDKs: the head that each sends, and its form of the request time."""


def entry(gateway: Live, reply: RawReply) -> dict[str, Any]:
    """The journal entry of a call."""
    return gateway.admin("GET", f"/calls/{reply.header('mock-call-id')}").body


def exchange(gateway: Live, data: bytes) -> RawReply:
    """The reply to these bytes on a connection of their own."""
    with connect(gateway.config.port) as wire:
        return wire.send(data).reply()


def signed_lines(body: bytes) -> list[str]:
    """The header lines of a signed call."""
    return [f"{name}: {value}" for name, value in signed_headers(body).items()]


@pytest.mark.parametrize("sdk", SDKS)
def test_a_call_of_every_official_sdk_succeeds(gateway: Live, sdk: str) -> None:
    """It is verified, and its reply verifies over the signed path."""
    body, (template, time) = encoded(), SDKS[sdk]
    signature = signed_headers(body, time=time)["signature"]
    if sdk.startswith(".NET"):
        signature = signature.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d")
    head = template.format(
        target=SANDBOX_PATH,
        host="127.0.0.1:8943",
        length=len(body),
        time=time,
        client_id="SANDBOX_MOCK_MERCHANT",
        signature=signature,
        version="1.7.1",
    )
    reply = exchange(gateway, head.replace("\n", "\r\n").encode() + b"\r\n" + body)
    assert (200, "SUCCESS") == (reply.status, reply.code)
    reply.verify()
    recorded = entry(gateway, reply)
    assert ("valid", SANDBOX_PATH) == (recorded["signature"]["verdict"], recorded["target"])
    assert time == recorded["requestHeaders"]["request-time"]


SLASH, TWICE = "/" + SANDBOX_PATH, SANDBOX_PATH.replace("/v1/", "//v1/")
TARGETS = {
    # name: sent, signed, the path that the reply verifies over, the code, and a part of message or explanation
    "absolute with port and query": (f"HTTP://LOCALHOST:80{PATH}?a=b", f"{PATH}?a=b", f"{PATH}?a=b", "SUCCESS", ""),
    "query not signed": (f"{PATH}?a=b", PATH, f"{PATH}?a=b", "INVALID_SIGNATURE", "query string was not signed"),
    "Python SDK, trailing slash": (
        *(f"https://127.0.0.1{SLASH}", SANDBOX_PATH, SANDBOX_PATH),
        *("INVALID_SIGNATURE", "gateway URL ends with a slash"),
    ),
    "Go SDK, trailing slash": (SLASH, SANDBOX_PATH, SLASH, "INVALID_SIGNATURE", "gateway URL ends with a slash"),
    "double slashes": (TWICE, TWICE, TWICE, "SUCCESS", "double slashes"),
    "path before": (f"https://h/gateway.do{PATH}", PATH, PATH, "NO_INTERFACE_DEF", "must not have a path"),
}


@pytest.mark.parametrize("name", TARGETS)
def test_targets(gateway: Live, name: str) -> None:
    """Mistakes are explained in a reply that its client can verify; the journal shows the target as it was sent."""
    sent, signed, verified, code, explanation = TARGETS[name]
    reply = exchange(gateway, call(target=sent, path=signed))
    assert code == reply.code
    reply.verify(verified)
    recorded = entry(gateway, reply)
    origin = sent.partition("://")[2]
    assert (origin[origin.index("/") :] if origin else sent) == recorded["target"]
    assert explanation in f"{reply.message} {recorded['explanation']}"


@pytest.mark.parametrize(
    "extra",
    [
        ["Agent-Token:", "X-Latin: caf\xe9", "Cookie: a=b", "Cookie: c=d"],
        ["TE: trailers", "Connection: TE"],
        ["Connection: keep-alive, Keep-Alive", "Keep-Alive: timeout=5"],
    ],
    ids=["empty", "TE", "keep-alive"],
)
def test_other_headers_are_ignored(gateway: Live, extra: list[str]) -> None:
    """Empty, repeated, not ASCII or about the connection."""
    reply = exchange(gateway, call(extra=extra))
    assert "SUCCESS" == reply.code
    reply.verify()


@pytest.mark.parametrize(("change", "colon"), [(str.upper, ":"), (str.swapcase, ":\t  ")])
def test_header_names_are_case_insensitive(gateway: Live, change: Callable[[str], str], colon: str) -> None:
    """And any blanks may follow the colon."""
    body = encoded()
    lines = [f"{change(name)}{colon}{value}" for name, value in signed_headers(body).items()]
    assert "SUCCESS" == exchange(gateway, request("POST", SANDBOX_PATH, lines, body)).code


def test_100_continue_is_sent_before_the_body(gateway: Live) -> None:
    """The final reply follows the body."""
    head, _, body = call(extra=["Expect: 100-continue"]).partition(b"\r\n\r\n")
    with connect(gateway.config.port) as wire:
        assert 100 == wire.send(head + b"\r\n\r\n").reply().status
        assert "SUCCESS" == wire.send(body).reply().code


def chunked(body: bytes, size: int, extra: list[str]) -> bytes:
    """A call in chunks, with an extension and a trailer."""
    head = request("POST", SANDBOX_PATH, [*signed_lines(body), *extra, "Transfer-Encoding: chunked"])
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    chunks = b"".join(b"%x;a=b\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return head.replace(b"Content-Length: 0\r\n", b"") + chunks + b"0\r\nX-Trailer: 1\r\n\r\n"


@pytest.mark.parametrize("size", [1, 100_000], ids=["bytes", "whole"])
def test_a_chunked_body_is_verified_whole(gateway: Live, size: int) -> None:
    """In chunks of any size."""
    assert "SUCCESS" == exchange(gateway, chunked(encoded(), size, [])).code


@pytest.mark.parametrize(("version", "extra"), [("1.0", []), ("1.1", ["Connection: close"])])
def test_a_connection_for_one_call_is_closed_after_the_reply(gateway: Live, version: str, extra: list[str]) -> None:
    """With HTTP/1.0 and with ``Connection: close``."""
    body = encoded()
    with connect(gateway.config.port) as wire:
        reply = wire.send(request("POST", SANDBOX_PATH, [*signed_lines(body), *extra], body, version)).reply()
        assert ("SUCCESS", "close", b"") == (reply.code, reply.header("connection"), wire.rest())


def test_a_connection_serves_many_pipelined_calls(gateway: Live) -> None:
    """In order, after successes, refusals and HTTP errors; each reply is signed over its own body."""
    names = [f"pipelined-{number}" for number in range(4)]
    with connect(gateway.config.port) as wire:
        for data in (call(), call(b"{}")):
            wire.send(data).reply().verify()
        assert 404 == wire.send(request("GET", "/nothing", [])).reply().status
        wire.send(b"".join(call(encoded(name)) for name in names))
        replies = [wire.reply() for _ in names]
    for reply in replies:
        reply.verify()
    assert names == [entry(gateway, reply)["paymentRequestId"] for reply in replies]


OFFER = [
    "Connection: Upgrade, HTTP2-Settings",
    "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
    "Upgrade: h2c",
]
"""Java's HttpClient sends this with its first call over plain HTTP."""


@pytest.mark.parametrize(
    "extra",
    [OFFER, ["Upgrade: websocket", "Connection: upgrade"], ["Connection: Upgrade"]],
    ids=["h2c", "websocket", ""],
)
def test_an_offer_to_upgrade_is_ignored(gateway: Live, extra: list[str]) -> None:
    """The reply comes in HTTP/1.1, the body is complete, and the connection serves further calls."""
    with connect(gateway.config.port) as wire:
        for lines in (extra, extra, []):
            reply = wire.send(call(extra=lines)).reply()
            assert "SUCCESS" == reply.code
            reply.verify()


def test_an_offer_to_upgrade_arrives_in_pieces(gateway: Live) -> None:
    """Head and body are cut anywhere."""
    whole = call(extra=OFFER)
    end = whole.index(b"\r\n\r\n") + 4
    with connect(gateway.config.port) as wire:
        for cut in (10, end - 3, end, end + 1, len(whole) - 1):
            wire.send(whole[:cut])
            assert wire.silent(0.01)
            assert "SUCCESS" == wire.send(whole[cut:]).reply().code


def test_pipelined_offers_to_upgrade_are_all_replied(gateway: Live) -> None:
    """Also one that is chunked."""
    with connect(gateway.config.port) as wire:
        wire.send(call(extra=OFFER) + chunked(encoded(), 100_000, OFFER) + call() + call(extra=OFFER))
        assert ["SUCCESS"] * 4 == [wire.reply().code for _ in range(4)]
