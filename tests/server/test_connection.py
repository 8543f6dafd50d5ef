"""One client's connection: limits on its head, its time and its company, and what is no HTTP."""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from mock_alipay.server import accepting, connection
from mock_alipay.server.connection import ClientConnection
from tests.live import SANDBOX_PATH, Live, live
from tests.raw import RawReply, Wire, call, connect, request

MOST = 65_536
"""Bytes of a request's head that are taken."""


def exchange(gateway: Live, data: bytes) -> RawReply:
    with connect(gateway.config.port) as wire:
        return wire.send(data).reply()


def with_head_of(size: int) -> bytes:
    """A good call whose request line and headers, to the last line end, are just so many bytes."""
    whole = call(extra=["X-Filler: "])
    head = whole.partition(b"\r\n\r\n")[0]
    return whole.replace(b"X-Filler: ", b"X-Filler: " + b"f" * (size - len(head) - 4))


def assert_turned_away(wire: Wire, status: int, words: bytes) -> None:
    reply = wire.reply()
    assert status == reply.status
    assert "close" == reply.header("connection")
    assert "text/plain" == reply.header("content-type")
    assert words in reply.body
    assert len(reply.body) < 200
    assert b"" == wire.rest()


# The head


def test_a_head_of_just_the_limit_passes(gateway: Live) -> None:
    """64 KiB of request line and headers are served."""
    assert "SUCCESS" == exchange(gateway, with_head_of(MOST)).code


@pytest.mark.parametrize(
    ("size", "piece"), [(MOST + 1_000, 512), (MOST + 1_000, MOST * 2), (300_000, 4_096), (3_000_000, 3_000_000)]
)
def test_a_head_over_the_limit(gateway: Live, size: int, piece: int) -> None:
    """A larger head is 431, in one piece or in many, and the client can read it though it goes on sending."""
    data = with_head_of(size)
    with connect(gateway.config.port) as wire:
        for start in range(0, len(data), piece):
            wire.send(data[start : start + piece])
        assert_turned_away(wire, 431, b"exceed 65536 bytes")
    assert "SUCCESS" == gateway.create().code


@pytest.mark.parametrize("target", [SANDBOX_PATH + "?q=" + "x" * 70_000, "/" + "x" * 70_000])
def test_a_url_over_the_limit(gateway: Live, target: str) -> None:
    """One long URL is 431 as well."""
    with connect(gateway.config.port) as wire:
        assert_turned_away(wire.send(call(target=target)), 431, b"exceed 65536 bytes")
    assert "SUCCESS" == gateway.create().code


def test_a_head_that_never_ends(gateway: Live) -> None:
    """The limit holds although the head is not complete."""
    with connect(gateway.config.port) as wire:
        assert_turned_away(wire.send(b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000), 431, b"exceed 65536 bytes")
    with connect(gateway.config.port) as wire:
        assert_turned_away(wire.send(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 12_000), 431, b"exceed 65536 bytes")


def test_a_head_over_the_limit_is_told_of_in_the_log(gateway: Live, caplog: pytest.LogCaptureFixture) -> None:
    """In one line, as other clients that are sent away."""
    assert 431 == exchange(gateway, with_head_of(MOST + 1_000)).status
    assert ["closed connection: request line and headers exceed 65536 bytes"] == caplog.messages


def test_many_small_headers_count_whole(gateway: Live) -> None:
    """Colons, blanks and line ends are part of the head."""
    data = call().replace(b"\r\n\r\n", b"\r\n" + (b"x: " + b"y" * 397 + b"\r\n") * 163 + b"\r\n", 1)
    with connect(gateway.config.port) as wire:
        assert_turned_away(wire.send(data), 431, b"exceed 65536 bytes")


@pytest.mark.parametrize("lines", [[f"h{n}:" for n in range(8_000)], ["a:"] * 8_000, [f"h{n}: x" for n in range(200)]])
def test_more_headers_than_the_limit(gateway: Live, lines: list[str]) -> None:
    """More than 200 header lines are 431, which names both numbers, and the gateway goes on."""
    data = call(extra=lines)
    with connect(gateway.config.port) as wire:
        found = data.partition(b"\r\n\r\n")[0].count(b"\r\n")
        assert_turned_away(wire.send(data), 431, b"expected at most 200 header lines, got %d" % found)
    assert "SUCCESS" == gateway.create().code


def test_as_many_headers_as_the_limit(gateway: Live) -> None:
    """200 header lines are served, distinct or repeated."""
    lines = call().partition(b"\r\n\r\n")[0].count(b"\r\n")
    for extra in ([f"h{n}: x" for n in range(200 - lines)], ["h: x"] * (200 - lines)):
        assert "SUCCESS" == exchange(gateway, call(extra=extra)).code


def test_many_calls_on_one_connection_are_measured_one_by_one(gateway: Live) -> None:
    """What heads of earlier calls took does not count."""
    with connect(gateway.config.port) as wire:
        for _ in range(4):
            assert "SUCCESS" == wire.send(with_head_of(30_000)).reply().code
        assert_turned_away(wire.send(with_head_of(MOST + 1_000)), 431, b"exceed 65536 bytes")


def test_a_large_body_that_comes_with_its_head_is_no_large_head(gateway: Live) -> None:
    """Head and body in one packet of 200 kB are a head and a body."""
    assert "PARAM_ILLEGAL" == exchange(gateway, call(b'{"a":"' + b"x" * 200_000 + b'"}')).code


# Trailers


def with_trailers(trailers: bytes, extra: Sequence[str] = (), end: bytes = b"\r\n") -> bytes:
    """A good call in one chunk, followed by these trailer lines."""
    head, _, body = call(extra=[*extra, "Transfer-Encoding: chunked"]).partition(b"\r\n\r\n")
    head = b"\r\n".join(line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length"))
    return head + b"\r\n\r\n%x\r\n%b\r\n0\r\n%b%b" % (len(body), body, trailers, end)


@pytest.mark.parametrize(
    "trailer", ["mock-scenario: card-not-supported", "Client-Id: NOBODY", "Host: evil.example", "Signature: x"]
)
def test_a_trailer_is_not_obeyed(gateway: Live, trailer: str) -> None:
    """A header that comes after the body changes nothing, and is not in the journal."""
    reply = exchange(gateway, with_trailers(f"{trailer}\r\nX-Trailer: t\r\n".encode()))
    assert "SUCCESS" == reply.code
    seen = gateway.admin("GET", f"/calls/{reply.header('mock-call-id')}").body["requestHeaders"]
    assert "x-trailer" not in seen
    assert trailer.partition(": ")[2] not in seen.values()


@pytest.mark.parametrize(
    ("head", "trailers"),
    [(0, b"x: y\r\n" * 11_000), (0, b"t: " + b"x" * 66_000 + b"\r\n"), (40_000, b"t: " + b"x" * 30_000 + b"\r\n")],
    ids=["many", "one that is long", "with a large head"],
)
@pytest.mark.parametrize("piece", [1_000, 1_000_000])
def test_trailers_count_within_the_limit_of_the_head(gateway: Live, head: int, trailers: bytes, piece: int) -> None:
    """Head and trailers of more than 64 KiB are 431, in one piece or in many, and no call is made of them."""
    before = gateway.admin("GET", "/calls/count").body["count"]
    data = with_trailers(trailers, ["X-Filler: " + "f" * head])
    with connect(gateway.config.port) as wire:
        for start in range(0, len(data), piece):
            wire.send(data[start : start + piece])
        assert_turned_away(wire, 431, b"headers and trailers exceed 65536 bytes")
    assert before == gateway.admin("GET", "/calls/count").body["count"]


@pytest.mark.parametrize(("start", "unit"), [(b"0\r\n", b"x: y\r\n"), (b"0\r\n", b"x"), (b"5;", b"x"), (b"5", b";a=b")])
def test_what_never_ends_after_a_body(gateway: Live, start: bytes, unit: bytes) -> None:
    """A trailer section or a chunk extension without end is refused when the limit and one arrival are exceeded."""
    head, _, _ = with_trailers(b"").partition(b"\r\n\r\n")
    with connect(gateway.config.port) as wire:
        wire.send(head + b"\r\n\r\n3\r\n   \r\n" + start)
        wire.send(unit * (6 * MOST // len(unit)))
        assert_turned_away(wire, 431, b"exceed 65536 bytes")


def test_a_body_in_many_small_chunks_is_served(gateway: Live) -> None:
    """The framing of chunks does not count as trailers, however much of it there is."""
    head, _, rest = with_trailers(b"").partition(b"\r\n\r\n")
    body = rest.partition(b"\r\n")[2].removesuffix(b"\r\n0\r\n\r\n")
    pieces = b"".join(b"1;%b\r\n%c\r\n" % (b"e" * 200, byte) for byte in body)
    assert len(pieces) > 2 * MOST
    assert "SUCCESS" == exchange(gateway, head + b"\r\n\r\n" + pieces + b"0\r\n\r\n").code


def test_trailers_of_earlier_requests_do_not_count(gateway: Live) -> None:
    """Each request on a connection has the whole limit."""
    with connect(gateway.config.port) as wire:
        for _ in range(3):
            assert "SUCCESS" == wire.send(with_trailers(b"t: " + b"x" * 40_000 + b"\r\n")).reply().code
        assert "SUCCESS" == wire.send(call()).reply().code


# What is no HTTP


@pytest.mark.parametrize(
    "data",
    [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"HELO example.org\r\n",
        b"BREW /pot HTTP/1.1\r\n\r\n",
        b"POST\r\n\r\n",
        b"POST / HTTP/3.7\r\n\r\n",
        b"POST ams/api HTTP/1.1\r\n\r\n",
        b"POST /a b HTTP/1.1\r\n\r\n",
        b"POST http://h:99999/ams HTTP/1.1\r\n\r\n",
        b"POST /\xc3\xa9 HTTP/1.1\r\n\r\n",
        b"POST /\x00 HTTP/1.1\r\n\r\n",
        b"\xff\xfe\r\n\r\n",
        b"POST / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST / HTTP/1.1\r\n: no name\r\n\r\n",
        b"POST / HTTP/1.1\r\na b: c\r\n\r\n",
        b"POST / HTTP/1.1\r\na: \x01\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ],
)
def test_what_is_no_http_is_turned_away(gateway: Live, data: bytes) -> None:
    """Anything else than HTTP/1.1 gets a 400 that says why, and the connection's end."""
    with connect(gateway.config.port) as wire:
        assert_turned_away(wire.send(data), 400, b"mock-alipay: malformed HTTP: ")
    assert "SUCCESS" == gateway.create().code


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r\n "])
def test_a_signature_in_several_lines_is_named(gateway: Live, line_end: bytes) -> None:
    """Line breaks end the header, so the request is no HTTP; the reply says how to encode base64 in one line."""
    start, _, value = call().partition(b"signature=")
    with connect(gateway.config.port) as wire:
        wrapped = start + b"signature=" + value[:76] + line_end + value[76:]
        assert_turned_away(wire.send(wrapped), 400, b"the signature header has line breaks")


def test_noise_after_a_call_costs_only_its_own_connection(gateway: Live) -> None:
    """A good call is answered although garbage follows when the reply has come."""
    with connect(gateway.config.port) as wire:
        assert "SUCCESS" == wire.send(call()).reply().code
        assert_turned_away(wire.send(b"\x00" * 100_000), 400, b"malformed HTTP")
    assert "SUCCESS" == gateway.create().code


# Time


def test_clients_that_take_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a head, half a body or nothing at all is 408 in the end; a connection that idles after a call is kept."""
    whole = call()
    with live() as quick, contextlib.ExitStack() as stack:
        silent, half_head, half_body, later, idle = (stack.enter_context(connect(quick.config.port)) for _ in range(5))
        assert "SUCCESS" == idle.send(whole).reply().code
        assert "SUCCESS" == later.send(whole).reply().code
        half_head.send(whole[:40])
        half_body.send(whole[:-1])
        later.send(whole[:40])
        with monkeypatch.context() as impatient:
            impatient.setattr(connection, "REQUEST_TIMEOUT", 0.2)
            for slow in (silent, half_head, half_body, later):
                assert_turned_away(slow, 408, b"took longer")
        assert "SUCCESS" == idle.send(whole).reply().code


class Unsent:
    """A connection's transport and flow; ``unsent`` are the bytes that its client has not taken yet."""

    read_paused = False

    def __init__(self) -> None:
        self.unsent = 0
        self.aborted = False

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def abort(self) -> None:
        self.aborted = True


@pytest.mark.parametrize(
    ("looks", "aborted"),
    [
        ([(0, 0), (1_000, 0)], False),
        ([(0, 9), (20, 9)], False),
        ([(0, 9), (20.1, 9)], True),
        ([(0, 9), (10, 9), (20.1, 10)], True),
        ([(0, 9), (15, 8), (30, 7), (45, 6), (60, 5)], False),
        ([(0, 9), (15, 8), (35.1, 8)], True),
        ([(0, 9), (15, 0), (30, 9), (45, 9)], False),
    ],
)
def test_a_client_that_takes_no_reply(looks: list[tuple[float, int]], aborted: bool) -> None:
    """It is cut off after 20 seconds in which it took nothing, not as long as it takes something now and then."""
    stalled, state = object.__new__(ClientConnection), Unsent()
    stalled.transport = stalled.flow = cast("Any", state)
    stalled.logger, stalled.cycle = logging.getLogger("test"), cast("Any", None)
    for now, state.unsent in looks:
        assert not state.aborted
        stalled.check_time(now)
    assert aborted == state.aborted


# Company


def test_more_connections_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """One connection too many is 503; those before it are served, and new ones once there is room again."""
    monkeypatch.setattr(connection, "MAX_CONNECTIONS", 3)
    with live() as running:
        with contextlib.ExitStack() as stack:
            first, *_ = [stack.enter_context(connect(running.config.port)) for _ in range(3)]
            assert "SUCCESS" == first.send(call()).reply().code
            with connect(running.config.port) as fourth:
                assert_turned_away(fourth, 503, b"more than 3 connections")
            assert "SUCCESS" == first.send(call()).reply().code
        deadline = time.monotonic() + 60
        while (status := first_status(running)) == 503 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert 200 == status


def first_status(running: Live) -> int:
    with connect(running.config.port) as wire:
        return wire.send(request("GET", "/__admin/health", [])).reply().status


# HTTPS


def test_a_client_that_never_speaks_tls_is_let_go(tls_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds its connection for the patience of a handshake, and no longer."""
    monkeypatch.setattr(accepting, "HANDSHAKE", 0.2)
    with (
        live(tls_folder=tls_folder) as running,
        socket.create_connection(("127.0.0.1", running.config.tls_port or 0), 60) as silent,
    ):
        assert silent.recv(1) == b""


def test_limits_hold_over_https(tls_folder: Path) -> None:
    """Over TLS a refusal reaches its client too, and plain HTTP on the port of HTTPS harms nobody."""
    with live(tls_folder=tls_folder) as running:
        assert running.certificate is not None
        context = ssl.create_default_context(cafile=str(running.certificate.authority))
        with connect(running.config.tls_port, context) as wire:
            reply = wire.send(with_head_of(300_000)).reply()
            assert (431, "close") == (reply.status, reply.header("connection"))
        with connect(running.config.tls_port) as plain:
            assert not plain.send(request("GET", "/", [])).silent(60)
        with connect(running.config.tls_port, context) as wire:
            assert "SUCCESS" == wire.send(call()).reply().code
