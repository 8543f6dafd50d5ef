"""Limits of a client connection, and malformed HTTP."""

from __future__ import annotations

import contextlib
import logging
import ssl
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast
from unittest.mock import Mock

import pytest

from mock_alipay.server import connection
from mock_alipay.server.connection import ClientConnection
from tests.live import SANDBOX_PATH, Live, live
from tests.raw import Wire, call, connect

LIMIT = 65_536
"""Bytes of a request's head."""


def with_head_of(size: int) -> bytes:
    """A valid call whose request line and headers have this size."""
    whole = call(extra=["X-Filler: "])
    head = whole.partition(b"\r\n\r\n")[0]
    return whole.replace(b"X-Filler: ", b"X-Filler: " + b"f" * (size - len(head) - 4))


def with_trailers(trailers: bytes, extra: Sequence[str] = ()) -> bytes:
    """A valid call in one chunk with trailers."""
    head, _, body = call(extra=[*extra, "Transfer-Encoding: chunked"]).partition(b"\r\n\r\n")
    head = b"\r\n".join(line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length"))
    return head + b"\r\n\r\n%x\r\n%b\r\n0\r\n%b\r\n" % (len(body), body, trailers)


def in_small_chunks() -> bytes:
    """A valid call in chunks of one byte with long extensions."""
    head, _, body = with_trailers(b"").partition(b"\r\n\r\n")
    body = body.partition(b"\r\n")[2].removesuffix(b"\r\n0\r\n\r\n")
    chunks = b"".join(b"1;%b\r\n%c\r\n" % (b"e" * 200, byte) for byte in body)
    assert len(chunks) > 2 * LIMIT
    return head + b"\r\n\r\n" + chunks + b"0\r\n\r\n"


CHUNKED_HEAD = with_trailers(b"").partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
LINES = call().partition(b"\r\n\r\n")[0].count(b"\r\n")
"""Header lines of a call."""


@pytest.fixture(scope="module")
def gateway(tls_folder: Path) -> Iterator[Live]:
    """A gateway with HTTPS."""
    with live(tls_folder=tls_folder) as running:
        yield running


def assert_rejected(wire: Wire, status: int, words: bytes) -> None:
    """The client receives a plain reply, then the connection is closed."""
    reply = wire.reply()
    assert (status, "close", "text/plain") == (reply.status, reply.header("connection"), reply.header("content-type"))
    assert words in reply.body
    assert len(reply.body) < 200
    assert b"" == wire.rest()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (with_head_of(LIMIT), "SUCCESS"),
        (call(extra=["h: x"] * (200 - LINES)), "SUCCESS"),
        (in_small_chunks(), "SUCCESS"),
        (with_trailers(b"t: " + b"x" * 60_000 + b"\r\n"), "SUCCESS"),
        (call(b'{"a":"' + b"x" * 200_000 + b'"}'), "PARAM_ILLEGAL"),
    ],
    ids=["64 KiB of head", "200 headers", "small chunks", "trailers", "large body"],
)
def test_requests_within_the_limits_are_served(gateway: Live, data: bytes, code: str) -> None:
    """Each request of a connection has the whole limit; neither the framing of chunks nor the body counts."""
    with connect(gateway.config.port) as wire:
        for _ in range(2):
            assert code == wire.send(data).reply().code


@pytest.mark.parametrize(
    ("data", "piece"),
    [
        (with_head_of(LIMIT + 1), 2 * LIMIT),
        (with_head_of(LIMIT + 1_000), 512),
        (with_head_of(3_000_000), 3_000_000),
        (call(target=SANDBOX_PATH + "?q=" + "x" * 70_000), LIMIT),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000, LIMIT),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 12_000, LIMIT),
        (with_trailers(b"x: y\r\n" * 11_000), 1_000),
        (with_trailers(b"t: " + b"x" * 66_000 + b"\r\n"), LIMIT),
        (with_trailers(b"t: " + b"x" * 30_000 + b"\r\n", ["X-Filler: " + "f" * 40_000]), 2 * LIMIT),
        (CHUNKED_HEAD + b"3\r\n   \r\n0\r\n" + b"x: y\r\n" * 20_000, LIMIT),
        (CHUNKED_HEAD + b"3\r\n   \r\n5;" + b"x" * 3 * LIMIT, LIMIT),
    ],
    ids=[
        *("one byte too many", "small pieces", "3 MB", "long URL", "endless header", "endless headers"),
        *("many trailers", "long trailer", "head and trailer", "endless trailers", "endless chunk extension"),
    ],
)
def test_a_head_above_the_limit_is_431(
    gateway: Live, caplog: pytest.LogCaptureFixture, data: bytes, piece: int
) -> None:
    """Request line, headers and trailers count; it is logged, not journaled, and the client can read the reply."""
    before = gateway.admin("GET", "/calls/count").body["count"]
    with connect(gateway.config.port) as wire:
        for start in range(0, len(data), piece):
            wire.send(data[start : start + piece])
        assert_rejected(wire, 431, b"exceed 65536 bytes")
    (line,) = caplog.messages
    assert line.startswith("closed connection: request line")
    assert before == gateway.admin("GET", "/calls/count").body["count"]


@pytest.mark.parametrize("lines", [["h: x"] * (201 - LINES), [f"h{n}:" for n in range(8_000)]])
def test_more_than_200_headers_are_431(gateway: Live, lines: list[str]) -> None:
    """The reply names limit and number."""
    with connect(gateway.config.port) as wire:
        wire.send(call(extra=lines))
        assert_rejected(wire, 431, b"expected at most 200 header lines, got %d" % (LINES + len(lines)))


def test_limits_hold_over_https(gateway: Live) -> None:
    """The reply reaches the client."""
    assert gateway.certificate is not None
    context = ssl.create_default_context(cafile=str(gateway.certificate.authority))
    with connect(gateway.config.tls_port, context) as wire:
        reply = wire.send(with_head_of(300_000)).reply()
    assert (431, "close") == (reply.status, reply.header("connection"))


@pytest.mark.parametrize("trailer", ["mock-scenario: card-not-supported", "Client-Id: NOBODY", "Signature: x"])
def test_trailers_are_ignored(gateway: Live, trailer: str) -> None:
    """They change nothing and are not in the journal."""
    with connect(gateway.config.port) as wire:
        reply = wire.send(with_trailers(f"{trailer}\r\n".encode())).reply()
    assert "SUCCESS" == reply.code
    seen = gateway.admin("GET", f"/calls/{reply.header('mock-call-id')}").body["requestHeaders"]
    assert trailer.partition(": ")[2] not in seen.values()


POST = b"POST / HTTP/1.1\r\n"


@pytest.mark.parametrize(
    "data",
    [
        *(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"HELO example.org\r\n", b"\xff\xfe\r\n\r\n", b"POST\r\n\r\n"),
        *(b"POST / HTTP/3.7\r\n\r\n", b"POST http://h:99999/ams HTTP/1.1\r\n\r\n", b"POST /\x00 HTTP/1.1\r\n\r\n"),
        *(POST + b"no colon\r\n\r\n", POST + b"a b: c\r\n\r\n", POST + b"Content-Length: -1\r\n\r\n"),
        POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        *(POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", b"\x00" * 100_000),
    ],
)
def test_malformed_http_is_400(gateway: Live, data: bytes) -> None:
    """Only its own connection is closed, after the reply to the call before."""
    with connect(gateway.config.port) as wire, connect(gateway.config.port) as other:
        assert "SUCCESS" == wire.send(call()).reply().code
        assert_rejected(wire.send(data), 400, b"mock-alipay: malformed HTTP: ")
        assert "SUCCESS" == other.send(call()).reply().code


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n "])
def test_line_breaks_in_the_signature_are_explained(gateway: Live, line_end: bytes) -> None:
    """The reply says how to encode base64 in one line."""
    start, _, value = call().partition(b"signature=")
    with connect(gateway.config.port) as wire:
        wire.send(start + b"signature=" + value[:76] + line_end + value[76:])
        assert_rejected(wire, 400, b"the signature header has line breaks")


def test_slow_requests_are_408(gateway: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """No request, half a head or half a body; a connection that is idle after a request is kept."""
    whole = call()
    with contextlib.ExitStack() as stack:
        silent, half_head, half_body, again, idle = (stack.enter_context(connect(gateway.config.port)) for _ in "12345")
        assert 2 * ["SUCCESS"] == [wire.send(whole).reply().code for wire in (idle, again)]
        half_head.send(whole[:40])
        half_body.send(whole[:-1])
        again.send(whole[:40])
        with monkeypatch.context() as impatient:
            impatient.setattr(connection, "REQUEST_TIMEOUT", 0.1)
            impatient.setattr("mock_alipay.server.run._TICK", 0.01)
            for slow in (silent, half_head, half_body, again):
                assert_rejected(slow, 408, b"took longer")
        assert "SUCCESS" == idle.send(whole).reply().code


@pytest.mark.parametrize(
    ("checks", "aborted"),
    [
        ([(0, 0), (1_000, 0)], False),
        ([(0, 9), (20, 9)], False),
        ([(0, 9), (20.1, 9)], True),
        ([(0, 9), (10, 9), (20.1, 10)], True),
        ([(0, 9), (15, 8), (30, 7)], False),
        ([(0, 9), (15, 8), (35.1, 8)], True),
        ([(0, 9), (15, 0), (30, 9), (45, 9)], False),
    ],
)
def test_a_client_that_reads_no_reply_is_disconnected(checks: list[tuple[float, int]], aborted: bool) -> None:
    """After 20 seconds without progress; checks are pairs of time and unsent bytes."""
    stalled, transport = object.__new__(ClientConnection), Mock(read_paused=False)
    stalled.transport = stalled.flow = transport
    stalled.logger, stalled.cycle = logging.getLogger("test"), cast("Any", None)
    for now, transport.get_write_buffer_size.return_value in checks:
        transport.abort.assert_not_called()
        stalled.check_time(now)
    assert aborted == transport.abort.called


def test_connections_above_the_limit_are_503(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are served, and new ones as soon as one is closed."""
    monkeypatch.setattr(connection, "MAX_CONNECTIONS", 3)
    with live() as small:
        with contextlib.ExitStack() as stack:
            *_, third = [stack.enter_context(connect(small.config.port)) for _ in range(3)]
            assert "SUCCESS" == third.send(call()).reply().code
            with connect(small.config.port) as fourth:
                assert_rejected(fourth, 503, b"more than 3 connections")
            assert "SUCCESS" == third.send(call()).reply().code
        deadline = time.monotonic() + 60
        while (status := small.request("GET", "/__admin/health").status) == 503 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert 200 == status
