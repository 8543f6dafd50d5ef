"""Answers of merchants, good and bad, as they come from real sockets."""

from __future__ import annotations

import asyncio
import gzip

import pytest

from mock_alipay.errors import DeliveryError
from mock_alipay.webhooks import Answer, HttpClient
from tests.webhooks.merchant import OK, Serve, listening, posted, read_request
from tests.webhooks.test_url import TARGETS


def says(reply: bytes) -> Serve:
    """A server that reads a request, says this and closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(reply)
        await writer.drain()
        writer.close()

    return serve


def goes_on(start: bytes, more: bytes) -> Serve:
    """A server that does not end."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(start)
        while True:
            writer.write(more)
            await writer.drain()

    return serve


async def closes(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close before a request is read."""
    writer.close()


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reset in place of an answer."""
    await read_request(reader)
    writer.transport.abort()


async def test_a_request_goes_out_as_it_is_given() -> None:
    """Names in lower case and in order, the length told, and nothing that was not asked for."""
    async with listening() as merchant:
        http_client = HttpClient()
        sent = {"content-type": "application/json; charset=UTF-8", "Client-Id": "A", "signature": "a=b,c=%2B"}
        assert Answer(200, b"ok", truncated=False) == await http_client.post(merchant.url(), sent, b'{"a": "\xc3\xa9"}')
        await http_client.close()
    host = f"127.0.0.1:{merchant.port}".encode()
    expected = [
        b"POST /notify HTTP/1.1",
        b"host: " + host,
        b"user-agent: mock-alipay",
        b"accept-encoding: identity",
        b"content-type: application/json; charset=UTF-8",
        b"Client-Id: A",
        b"signature: a=b,c=%2B",
        b"content-length: 11",
        b"",
        b'{"a": "\xc3\xa9"}',
    ]
    assert expected == merchant.requests[0].split(b"\r\n")


async def test_the_target_on_the_wire_is_the_one_that_was_signed() -> None:
    """Byte for byte."""
    async with listening() as merchant:
        http_client = HttpClient()
        for url, _ in TARGETS:
            await http_client.post(url.replace("//shop", f"//127.0.0.1:{merchant.port}", 1), {}, b"")
        await http_client.close()
    assert [target for _, target in TARGETS] == [request.split(b" ")[1].decode() for request in merchant.requests]


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n", Answer(500, b"", truncated=False)),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204, b"", truncated=False)),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil it closes", Answer(200, b"until it closes", truncated=False)),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + OK, Answer(200, b"ok", truncated=False)),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            Answer(200, b"ok", truncated=False),
        ),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 65536\r\n\r\n" + b"x" * 65536,
            Answer(200, b"x" * 65536, truncated=False),
        ),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 65537\r\n\r\n" + b"x" * 65537,
            Answer(200, b"x" * 65536, truncated=True),
        ),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 1048576\r\n\r\n" + b"x" * 1048576,
            Answer(200, b"x" * 65536, truncated=True),
        ),
    ],
    ids=["500", "204", "1.0", "100", "chunked", "64 KiB", "64 KiB and 1", "1 MiB"],
)
async def test_an_answer_is_what_came_up_to_64_kib(reply: bytes, answer: Answer) -> None:
    """Whatever its status and framing."""
    async with listening(says(reply)) as merchant:
        assert answer == await posted(merchant.url(), HttpClient())


async def test_an_endless_answer_is_left_behind() -> None:
    """The connection is dropped when enough was read, though the courier stays open."""
    endless = goes_on(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
    async with listening(endless) as merchant:
        http_client = HttpClient()
        answer = await http_client.post(merchant.url(), {}, b"")
        async with asyncio.timeout(60):
            await merchant.left.wait()
        await http_client.close()
    assert Answer(200, b"x" * 65536, truncated=True) == answer


async def test_a_compressed_answer_stays_compressed() -> None:
    """A bomb of a gigabyte is what came over the wire, no more."""
    bomb = gzip.compress(bytes(10 * 1024 * 1024))
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(bomb)}\r\n\r\n".encode()

    async with listening(says(head + bomb)) as merchant:
        assert Answer(200, bomb, truncated=False, encoding="gzip") == await posted(merchant.url(), HttpClient())


async def test_a_redirect_is_an_answer() -> None:
    """It is not followed, though it leads to a server that would answer."""
    async with listening() as other:
        moved = f"HTTP/1.1 302 Found\r\nlocation: {other.url()}\r\ncontent-length: 0\r\n\r\n".encode()
        async with listening(moved) as merchant:
            answer = await posted(merchant.url(), HttpClient())
        assert (302, 0) == (answer.status, other.connections)


async def test_connections_are_kept_and_cookies_are_not() -> None:
    """The second notification goes the same way and brings nothing along."""
    async with listening(OK.replace(b"\r\n\r\n", b"\r\nset-cookie: a=b\r\n\r\n")) as merchant:
        http_client = HttpClient()
        for _ in range(2):
            await http_client.post(merchant.url(), {}, b"x")
        await http_client.close()
        connections, (first, second) = merchant.connections, merchant.requests
    assert (1, first) == (connections, second)


@pytest.mark.parametrize(
    ("serve", "why"),
    [
        (closes, "{} closed the connection without a response"),
        (resets, "{} closed the connection without a response"),
        (says(b""), "{} closed the connection without a response"),
        (says(b"HTTP/1.1 200 OK\r\ncontent-le"), "{} closed the connection without a response"),
        (
            says(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"),
            r"{} answered with 'SSH-2.0-OpenSSH_9.9\r\n\r\n', not HTTP: check host and port",
        ),
        (says(b"success"), "{} answered with 'success', not HTTP: check host and port"),
        (says(b"HT\xfcps"), r"{} answered with 'HT\xfcps', not HTTP: check host and port"),
        (
            says(b"\x15\x03\x01\x00\x02\x02\x46"),
            "{} answered with TLS, not HTTP: begin the notification URL with https://",
        ),
        (says(b"HTTP/1.1 101 Other\r\nupgrade: x\r\n\r\n"), "{} sent an invalid HTTP response ["),
        (goes_on(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n" * 1000), "{} sent an invalid HTTP response ["),
        (goes_on(b"", b"x" * 10_000), "{} answered with 'xxx"),
        (goes_on(b"HTTP/", b"x" * 10_000), "{} sent an invalid HTTP response ["),
        (says(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok"), "{} sent an incomplete response ["),
        (
            says(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n"),
            "{} sent an incomplete response [",
        ),
    ],
    ids=[
        "close",
        "reset",
        "nothing",
        "half a head",
        "SSH",
        "no head",
        "almost",
        "TLS",
        "101",
        "endless head",
        "endless line",
        "endless version",
        "half a body",
        "chunks",
    ],
)
async def test_what_goes_wrong_is_told_in_one_sentence(serve: Serve, why: str) -> None:
    """It names the place, and what happened there."""
    async with listening(serve) as merchant:
        with pytest.raises(DeliveryError) as told:
            await posted(merchant.url(), HttpClient())
        place, said = f"127.0.0.1:{merchant.port}", str(told.value)
    assert said.startswith(why.format(place)), said
    assert said.isprintable()
    assert len(said) < 200


async def test_a_port_without_a_server_refuses() -> None:
    """And it is said that nothing listens there."""
    async with listening() as merchant:
        pass
    with pytest.raises(DeliveryError) as told:
        await posted(merchant.url(), HttpClient())
    port, said = merchant.port, str(told.value)
    assert f"127.0.0.1:{port} refused the connection: nothing listens there" == said


async def test_a_header_that_cannot_be_sent_is_told() -> None:
    """It cannot smuggle another one in."""
    async with listening() as merchant:
        http_client = HttpClient()
        with pytest.raises(DeliveryError) as told:
            await http_client.post(merchant.url(), {"client-id": "A\r\nx: y"}, b"")
        await http_client.close()
        said, requests = str(told.value), merchant.requests
    assert said.startswith("nothing was sent to 127.0.0.1:")
    assert not requests
