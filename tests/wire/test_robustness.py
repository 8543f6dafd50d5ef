"""Odd input gets a signed result or a 4xx that explains; tests/abuse sends random input."""

from __future__ import annotations

import json

import pytest

from tests.live import PATH, SANDBOX_PATH, Live, signed_headers
from tests.raw import RawReply, connect, encoded

BODY = encoded("robustness")
HEADERS = signed_headers(BODY)


def exchange(
    gateway: Live, method: str, target: str, headers: list[tuple[str, str]], body: bytes, *, head_only: bool = False
) -> RawReply:
    """The final reply to a call."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    data = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("latin-1") + body
    with connect(gateway.config.port) as wire:
        reply = wire.send(data).reply(head_only=head_only)
        while reply.status < 200:
            reply = wire.reply(head_only=head_only)
        return reply


def assert_clean(reply: RawReply, target: str = SANDBOX_PATH, method: str = "POST") -> None:
    """A result signed over the target that a client verifies over, or a 4xx with a short explanation."""
    if reply.status == 200:
        assert {"resultCode", "resultMessage", "resultStatus"} == set(json.loads(reply.body)["result"])
        assert len(reply.message) <= 256
        reply.verify(
            "/" + target.partition("://")[2].partition("/")[2] if target.startswith("http") else target, method
        )
        return
    assert 400 <= reply.status < 500
    assert len(reply.body) < 6_000
    media = reply.header("content-type") or ""
    assert media.startswith(("text/plain", "application/problem+json"))
    assert media != "application/problem+json" or reply.status == json.loads(reply.body)["status"]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", BODY + b"\0", BODY[:-1], b"\xef\xbb\xbf" + BODY, b"\xff" + BODY, b"[" * 100_000),
        *(b'{"paymentRequestId": "\\ud800"}', b'{"\\ud800": 1}'),
    ],
    ids=lambda body: repr(body)[:20],
)
def test_any_body_gets_a_signed_result(gateway: Live, body: bytes) -> None:
    """When the call itself is signed."""
    reply = exchange(gateway, "POST", SANDBOX_PATH, list(signed_headers(body).items()), body)
    assert 200 == reply.status
    assert_clean(reply)


@pytest.mark.parametrize(
    ("kept", "changed"),
    [
        ({"client-id"}, [("client-id", "\xff\t\x80")]),
        (set(HEADERS), [("mock-scenario", "\xe9" * 50)]),
        (set(HEADERS), [("content-encoding", "gzip"), ("cookie", "\xff")]),
        (set(HEADERS), [("connection", "upgrade"), ("upgrade", "h2c")]),
        (set(HEADERS), [("expect", "100-continue"), ("connection", "close")]),
        (set(HEADERS), [("transfer-encoding", "chunked")]),
        (set(HEADERS), [("host", "")]),
        (set(), [("signature", "%%%=,==,signature=%"), ("client-id", "x"), ("request-time", "1" * 13)]),
    ],
    ids=lambda value: value[0][0] if isinstance(value, list) else None,
)
def test_any_headers_get_a_clean_reply(gateway: Live, kept: set[str], changed: list[tuple[str, str]]) -> None:
    """A signed result, or a 4xx that explains."""
    headers = [(name, HEADERS[name]) for name in kept] + changed
    assert_clean(exchange(gateway, "POST", SANDBOX_PATH, headers, BODY))


@pytest.mark.parametrize(
    ("method", "target"),
    [
        *(("POST", "/ams/%"), ("POST", "/ams/%FF%00%0D%0A"), ("POST", PATH + "#fragment"), ("POST", "..")),
        *(("POST", "http://h/ams/?://x/"), ("TRACE", "/ams/"), ("OPTIONS", "*"), ("X-Y", PATH)),
        *(("HEAD", PATH), ("CONNECT", "localhost:443")),
    ],
)
def test_any_request_line_gets_a_clean_reply(gateway: Live, method: str, target: str) -> None:
    """Signed over the target as it was sent, or a 4xx that explains."""
    reply = exchange(gateway, method, target, list(HEADERS.items()), BODY, head_only=method == "HEAD")
    if method == "HEAD":
        assert reply.status < 500
    else:
        assert_clean(reply, target, method)
