"""Requests and responses of merchants over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import struct
from typing import Any

import pytest

from mock_alipay.errors import DeliveryError
from mock_alipay.webhooks import Answer, HttpClient
from tests.webhooks.merchant import OK, Serve, listening, posted, read_request
from tests.webhooks.test_url import TARGETS

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"


def says(response: bytes, *, endless: bytes = b"", read: bool = True) -> Serve:
    """A server that reads a request, responds and closes; it repeats ``endless`` without end instead of closing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if read:
            await read_request(reader)
        writer.write(response)
        while endless:
            writer.write(endless)
            await writer.drain()
        writer.close()

    return serve


def sized(body: bytes, more: bytes = b"") -> bytes:
    """A response with this body and further headers."""
    return HEAD + more + b"content-length: %d\r\n\r\n%b" % (len(body), body)


async def test_a_request_is_sent_as_given() -> None:
    """Headers keep their case and order; only host, user agent, encoding and length are added."""
    async with listening() as merchant:
        http_client = HttpClient()
        await http_client.post(merchant.url(), {"Client-Id": "A", "signature": "a=b,c=%2B"}, b'{"\xc3\xa9": 1}')
        await http_client.close()
    start = b"POST /notify HTTP/1.1\r\nhost: 127.0.0.1:%d\r\nuser-agent: mock-alipay\r\n" % merchant.port
    rest = b"Client-Id: A\r\nsignature: a=b,c=%2B\r\ncontent-length: 9\r\n\r\n" + b'{"\xc3\xa9": 1}'
    assert [start + b"accept-encoding: identity\r\n" + rest] == merchant.requests


async def test_the_target_is_sent_as_signed() -> None:
    """Byte for byte, on one connection, without cookies of earlier responses."""
    async with listening(OK.replace(b"\r\n\r\n", b"\r\nset-cookie: a=b\r\n\r\n")) as merchant:
        http_client = HttpClient()
        for url, _ in TARGETS:
            await http_client.post(url.replace("//shop", f"//127.0.0.1:{merchant.port}", 1), {}, b"")
        await http_client.close()
    assert [target for _, target in TARGETS] == [request.split(b" ")[1].decode() for request in merchant.requests]
    assert 1 == merchant.connections
    assert not any(b"cookie" in request for request in merchant.requests)


BOMB = gzip.compress(bytes(1024 * 1024))


@pytest.mark.parametrize(
    ("response", "status", "body", "more"),
    [
        (b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n", 500, b"", {}),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", {}),
        (b"HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n", 302, b"", {}),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil it closes", 200, b"until it closes", {}),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + OK, 200, b"ok", {}),
        (CHUNKED + b"2\r\nok\r\n0\r\n\r\n", 200, b"ok", {}),
        (sized(b"x" * 65536), 200, b"x" * 65536, {}),
        (sized(b"x" * 65537), 200, b"x" * 65536, {"truncated": True}),
        (sized(BOMB, b"content-encoding: gzip\r\n"), 200, BOMB, {"encoding": "gzip"}),
    ],
    ids=["500", "204", "redirect", "1.0", "100", "chunked", "64 KiB", "64 KiB and 1", "compressed"],
)
async def test_a_response_is_returned_up_to_64_kib(response: bytes, status: int, body: bytes, more: Any) -> None:
    """Whatever its status and framing; redirects are not followed and bodies not decompressed."""
    async with listening(says(response)) as merchant:
        assert Answer(status, body, **{"truncated": False, **more}) == await posted(merchant.url(), HttpClient())
    assert 1 == merchant.connections


async def test_an_endless_response_is_cut_off() -> None:
    """The connection is closed when 64 KiB have been read, before the client is closed."""
    async with listening(says(CHUNKED, endless=b"4000\r\n" + b"x" * 0x4000 + b"\r\n")) as merchant:
        http_client = HttpClient()
        answer = await http_client.post(merchant.url(), {}, b"")
        async with asyncio.timeout(60):
            await merchant.left.wait()
        await http_client.close()
    assert Answer(200, b"x" * 65536, truncated=True) == answer


@pytest.mark.parametrize(
    ("serve", "why"),
    [
        (says(b"", read=False), "closed the connection without a response"),
        (says(b""), "closed the connection without a response"),
        (says(HEAD + b"content-le"), "closed the connection without a response"),
        (says(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"), r"answered with 'SSH-2.0-OpenSSH_9.9\r\n\r\n', not HTTP: check host"),
        (says(b"\x15\x03\x01\x00\x02\x02\x46"), "answered with TLS, not HTTP: begin the notification URL with https"),
        (says(b"HTTP/1.1 101 Other\r\nupgrade: x\r\n\r\n"), "sent an invalid HTTP response ["),
        (says(HEAD, endless=b"a: b\r\n" * 1000), "sent an invalid HTTP response ["),
        (says(b"", endless=b"x" * 10_000), "answered with 'xxx"),
        (says(b"HTTP/", endless=b"x" * 10_000), "sent an invalid HTTP response ["),
        (says(HEAD + b"content-length: 9\r\n\r\nok"), "sent an incomplete response ["),
        (says(CHUNKED + b"xyz\r\n"), "sent an incomplete response ["),
    ],
    ids=[
        *("closed", "nothing", "half a head", "SSH", "TLS", "101", "endless head", "endless line"),
        *("endless version", "half a body", "bad chunk"),
    ],
)
async def test_failures_are_explained_in_one_sentence(serve: Serve, why: str) -> None:
    """It names host and port, and is short and printable."""
    async with listening(serve) as merchant:
        with pytest.raises(DeliveryError) as error:
            await posted(merchant.url(), HttpClient())
    said = str(error.value)
    assert said.startswith(f"127.0.0.1:{merchant.port} {why}"), said
    assert (True, True) == (said.isprintable(), len(said) < 200)


def keeps(*connections: list[bytes], reset: bool = False) -> tuple[Serve, list[bytes]]:
    """A server whose connections send these responses, read one more request and close; and the requests it has read.

    A response that is not complete is the last of its connection.
    """
    scripts, requests = iter(connections), list[bytes]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for response in [*next(scripts), b""]:
            requests.append(await read_request(reader))
            writer.write(response)
            await writer.drain()
            if response != OK:
                break
        if reset:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    return serve, requests


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize(
    ("connections", "complaints", "received"),
    [
        ([[OK], [OK]], ["", ""], ["0", "1", "1"]),
        ([[OK] * 3, [OK]], ["", "", "", ""], ["0", "1", "2", "3", "3"]),
        ([[OK], []], ["", "closed the connection without a response"], ["0", "1", "1"]),
        ([[]], ["closed the connection without a response"], ["0"]),
        ([[OK, b"H"]], ["", "closed the connection without a response"], ["0", "1"]),
        ([[OK, b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"]], ["", "sent an incomplete response"], ["0", "1"]),
    ],
    ids=["1", "3", "the new one ends too", "a new one", "one byte", "half a response"],
)
async def test_a_request_is_sent_again_when_a_kept_connection_has_ended(
    connections: list[list[bytes]],
    complaints: list[str],
    received: list[str],
    reset: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once, on a new connection; not on the first request of a connection, and not after a byte of the response."""
    monkeypatch.setattr("mock_alipay.webhooks.connection_pool.KEEPALIVE", 600.0)
    serve, requests = keeps(*connections, reset=reset)
    async with listening(serve) as merchant:
        http_client = HttpClient()
        for number, complaint in enumerate(complaints):
            with pytest.raises(DeliveryError, match=complaint) if complaint else contextlib.nullcontext():
                assert b"ok" == (await http_client.post(merchant.url(), {}, b"%d" % number)).body
        await http_client.close()
    assert received == [request[-1:].decode() for request in requests]
    assert len(connections) == merchant.connections


async def test_a_header_cannot_inject_another() -> None:
    """Nothing is sent when a value contains a line end; a port without a server refuses the connection."""
    http_client = HttpClient()
    async with listening() as merchant:
        with pytest.raises(DeliveryError, match=r"^nothing was sent to 127\.0\.0\.1:"):
            await http_client.post(merchant.url(), {"client-id": "A\r\nx: y"}, b"")
    with pytest.raises(DeliveryError, match=f"^127.0.0.1:{merchant.port} refused the connection"):
        await http_client.post(merchant.url(), {}, b"")
    await http_client.close()
    assert [] == merchant.requests
