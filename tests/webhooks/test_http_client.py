"""The courier: patience, turns, and a life of its own apart from the environment's."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpcore2
import pytest

from mock_alipay.errors import DeliveryError, MockAlipayError
from mock_alipay.webhooks import HttpClient
from tests.webhooks.merchant import OK, Serve, listening, posted, read_request


async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Read and never answer."""
    await reader.read()


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer so slowly that no single wait is long, and never to the end."""
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("serve", [hang, drip])
async def test_patience_is_for_the_whole_exchange(serve: Serve) -> None:
    """Whether nothing comes or too little at a time; the connection is not kept."""
    async with listening(serve) as merchant:
        http_client = HttpClient(timeout=0.2)
        with pytest.raises(DeliveryError) as told:
            await http_client.post(merchant.url(), {}, b"{}")
        async with asyncio.timeout(60):
            await merchant.left.wait()
        await http_client.close()
    assert "did not answer within 0.2 s" == str(told.value).removeprefix(f"127.0.0.1:{merchant.port} ")


@dataclass
class Outgoing:
    """The courier's own connections, from the beginning of each to its end."""

    open: int = 0
    most: int = 0


@pytest.fixture
def outgoing(monkeypatch: pytest.MonkeyPatch) -> Outgoing:
    """Counted here, as a server learns only later that a connection was closed."""
    found = Outgoing()

    class Counted(httpcore2.AnyIOBackend):
        async def connect_tcp(self, *args: Any, **options: Any) -> httpcore2.AsyncNetworkStream:
            found.open += 1
            found.most = max(found.most, found.open)
            stream = await super().connect_tcp(*args, **options)
            close = stream.aclose

            async def closed() -> None:
                await close()
                found.open -= 1

            monkeypatch.setattr(stream, "aclose", closed)
            return stream

    monkeypatch.setattr(httpcore2, "AnyIOBackend", Counted)
    return found


async def test_no_more_than_a_hundred_connections_are_open(outgoing: Outgoing) -> None:
    """Of 200 notifications a hundred go at once, the others when it is their turn; all arrive."""
    full = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            if merchant.open == 100:
                full.set()
            await full.wait()
            writer.write(OK)

    async with listening(serve) as merchant:
        http_client = HttpClient(timeout=60)
        answers = await asyncio.gather(*(http_client.post(merchant.url(f"/{n}"), {}, b"") for n in range(200)))
        await http_client.close()
    assert {b"ok"} == {answer.body for answer in answers}
    assert (0, 100) == (outgoing.open, outgoing.most)


async def test_connections_that_cannot_be_used_again_count_until_they_are_closed(outgoing: Outgoing) -> None:
    """A hundred are kept, the merchant closes them all, and a hundred others are made in their place."""
    writers: list[asyncio.StreamWriter] = []
    full = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writers.append(writer)
        if len(writers) % 100 == 0:
            full.set()
        await full.wait()
        writer.write(OK)
        await reader.read()

    async with listening(serve) as merchant:
        http_client = HttpClient(timeout=60)
        for _ in range(2):
            full.clear()
            await asyncio.gather(*(http_client.post(merchant.url(), {}, b"") for _ in range(100)))
            for writer in writers:
                writer.close()
                await writer.wait_closed()
        await http_client.close()
    assert 200 == merchant.connections
    assert (0, 100) == (outgoing.open, outgoing.most)


async def test_it_can_be_closed_at_any_moment() -> None:
    """Also just when patience ends, while an exchange is being given up."""
    ends = set()
    async with listening(hang) as merchant:
        for steps in range(20):
            http_client = HttpClient(timeout=0)
            with pytest.raises(DeliveryError):
                await http_client.post(merchant.url(), {}, b"")
            waiting = asyncio.create_task(http_client.post(merchant.url(), {}, b""))
            for _ in range(steps):
                await asyncio.sleep(0)
            await http_client.close()
            with pytest.raises(DeliveryError) as told:
                await waiting
            ends.add(str(told.value).removeprefix(f"127.0.0.1:{merchant.port} "))
    assert {"did not answer before the gateway stopped", "did not answer within 0 s"} == ends


async def test_the_environment_sends_nothing_astray(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Proxies and .netrc are for others."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))

    async with listening() as merchant:
        await posted(merchant.url(), HttpClient())
    assert b"authorization" not in merchant.requests[0].lower()


async def test_a_courier_that_was_closed_opens_again() -> None:
    """An app may start, stop and start; closing twice, or before anything was sent, does no harm."""
    async with listening() as merchant:
        http_client = HttpClient()
        await http_client.close()
        for _ in range(2):
            await http_client.post(merchant.url(), {}, b"")
            await http_client.close()
            await http_client.close()
        assert 2 == merchant.connections


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_closing_ends_what_is_under_way(scheme: str) -> None:
    """Whoever waits is told; no connection stays, also not one whose handshake is under way."""
    async with listening(hang) as merchant:
        http_client = HttpClient()
        waiting = asyncio.create_task(http_client.post(merchant.url(scheme=scheme), {}, b""))
        await merchant.reached(1)
        async with asyncio.timeout(60):
            await http_client.close()
            await merchant.left.wait()
            with pytest.raises(DeliveryError) as told:
                await waiting
    assert "did not answer before the gateway stopped" == str(told.value).removeprefix(f"127.0.0.1:{merchant.port} ")


async def test_what_waits_for_its_turn_is_not_sent_after_closing() -> None:
    """No connection is made that nobody would close."""
    async with listening(hang) as merchant:
        http_client = HttpClient()
        waiting = [asyncio.create_task(http_client.post(merchant.url(), {}, b"")) for _ in range(103)]
        await merchant.reached(100)
        await http_client.close()
        async with asyncio.timeout(60):
            ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert 100 == merchant.connections
    assert {"nothing was sent to "} == {str(end).partition("127")[0] for end in ended[100:]}


async def test_one_who_stops_waiting_stops_no_other() -> None:
    """Though both waited for the library to load."""
    async with listening() as merchant:
        http_client = HttpClient()
        impatient = asyncio.create_task(http_client.post(merchant.url(), {}, b""))
        patient = asyncio.create_task(http_client.post(merchant.url(), {}, b""))
        await asyncio.sleep(0)
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
        answer = await patient
        await http_client.close()
    assert b"ok" == answer.body


async def test_what_is_raised_is_one_of_ours() -> None:
    """For any URL that could stand in a request."""
    urls = ["", "x", "http://", "http://[", "http://127.0.0.1:1", "https://[::ffff:0.0.0.0]", "http://a\x00b", "//a/b"]

    http_client = HttpClient(timeout=2)
    found = await asyncio.gather(*(http_client.post(url, {}, b"") for url in urls), return_exceptions=True)
    await http_client.close()
    assert all(isinstance(one, DeliveryError) and isinstance(one, MockAlipayError) for one in list(found))


def test_the_library_is_loaded_when_it_is_needed() -> None:
    """A gateway that sends nothing starts without it."""
    code = "import sys, mock_alipay.webhooks; mock_alipay.webhooks.HttpClient(); print('httpcore2' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "False" == ran.stdout.strip()
