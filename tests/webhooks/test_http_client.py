"""The HTTP client: timeout, connection limit, closing, and independence from the environment."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpcore2
import pytest

from mock_alipay.errors import DeliveryError
from mock_alipay.webhooks import HttpClient, connection_pool
from tests.webhooks.merchant import OK, Serve, listening, read_request


async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Read and never respond."""
    await reader.read()


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Respond so slowly that no single wait is long."""
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(("serve", "scheme"), [(hang, "http"), (drip, "http"), (hang, "https")])
async def test_the_timeout_limits_the_whole_request(serve: Serve, scheme: str) -> None:
    """Without a response, with a slow one, or during the TLS handshake; the connection is closed."""
    async with listening(serve) as merchant:
        http_client = HttpClient(timeout=0.1)
        with pytest.raises(DeliveryError, match=r"did not answer within 0\.1 s$"):
            await http_client.post(merchant.url(scheme=scheme), {}, b"{}")
        async with asyncio.timeout(60):
            await merchant.left.wait()
        await http_client.close()


@pytest.fixture
def outgoing(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The client's connections from opening to close, now and at most; it may have five."""
    counts = {"open": 0, "most": 0}

    class Counted(httpcore2.AnyIOBackend):
        async def connect_tcp(self, *args: Any, **options: Any) -> httpcore2.AsyncNetworkStream:
            counts["open"] += 1
            counts["most"] = max(counts.values())
            stream = await super().connect_tcp(*args, **options)
            close = stream.aclose

            async def closed() -> None:
                await close()
                counts["open"] -= 1

            monkeypatch.setattr(stream, "aclose", closed)
            return stream

    monkeypatch.setattr(httpcore2, "AnyIOBackend", Counted)
    monkeypatch.setattr(connection_pool, "_MAX_CONNECTIONS", 5)
    return counts


@pytest.mark.parametrize("kept", [True, False])
async def test_connections_are_limited(outgoing: dict[str, int], kept: bool) -> None:
    """Requests beyond the limit wait; connections that the merchant closes count until they are closed here."""
    writers: list[asyncio.StreamWriter] = []
    full = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        while True:
            await read_request(reader)
            if len(writers) % 5 == 0:
                full.set()
            await full.wait()
            writer.write(OK)

    async with listening(serve) as merchant:
        http_client = HttpClient(timeout=60)
        for _ in range(2):
            full.clear()
            requests = (http_client.post(merchant.url(), {}, b"") for _ in range(20 if kept else 5))
            assert {b"ok"} == {answer.body for answer in await asyncio.gather(*requests)}
            if not kept:
                for writer in writers:
                    writer.close()
                    await writer.wait_closed()
        await http_client.close()
    assert {"open": 0, "most": 5} == outgoing
    assert (5 if kept else 10) == merchant.connections


async def test_closing_ends_requests_at_any_moment() -> None:
    """Also at the moment of the timeout."""
    ends = set()
    async with listening(hang) as merchant:
        for steps in range(12):
            http_client = HttpClient(timeout=0)
            with pytest.raises(DeliveryError):
                await http_client.post(merchant.url(), {}, b"")
            waiting = asyncio.create_task(http_client.post(merchant.url(), {}, b""))
            for _ in range(steps):
                await asyncio.sleep(0)
            await http_client.close()
            with pytest.raises(DeliveryError) as error:
                await waiting
            ends.add(str(error.value).partition(" ")[2])
    assert {"did not answer before the gateway stopped", "did not answer within 0 s"} == ends


@pytest.mark.usefixtures("outgoing")
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_closing_ends_requests_in_flight_and_waiting(scheme: str) -> None:
    """All callers get an error, and no further connection is opened."""
    async with listening(hang) as merchant:
        http_client = HttpClient()
        waiting = [asyncio.create_task(http_client.post(merchant.url(scheme=scheme), {}, b"")) for _ in range(8)]
        await merchant.reached(5)
        async with asyncio.timeout(60):
            await http_client.close()
            await merchant.left.wait()
            ended = [str(error) for error in await asyncio.gather(*waiting, return_exceptions=True)]
    server = f"127.0.0.1:{merchant.port}"
    unsent = f"nothing was sent to {server}: the gateway has stopped"
    assert [*[f"{server} did not answer before the gateway stopped"] * 5, *[unsent] * 3] == ended
    assert 5 == merchant.connections


async def test_a_closed_client_can_be_used_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Closing twice, or before the first request, is no error; proxies and .netrc of the environment are ignored."""
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    async with listening() as merchant:
        http_client = HttpClient()
        await http_client.close()
        for _ in range(2):
            await http_client.post(merchant.url(), {}, b"")
            await http_client.close()
            await http_client.close()
        assert 2 == merchant.connections
    assert b"authorization" not in merchant.requests[0].lower()


async def test_a_cancelled_request_cancels_no_other() -> None:
    """Although both wait for the import of the HTTP library."""
    async with listening() as merchant:
        http_client = HttpClient()
        cancelled, other = (asyncio.create_task(http_client.post(merchant.url(), {}, b"")) for _ in range(2))
        await asyncio.sleep(0)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        assert b"ok" == (await other).body
        await http_client.close()


def test_the_http_library_is_imported_on_first_use() -> None:
    """A gateway that sends nothing starts without it."""
    code = "import sys, mock_alipay.webhooks as w; w.HttpClient(); sys.exit('httpcore2' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
