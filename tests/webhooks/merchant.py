"""Servers of merchants that respond byte by byte, on free ports of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from mock_alipay.webhooks import Answer, HttpClient

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Merchant:
    """A server, its requests and connections."""

    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a connection has ended."""
    connected: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, rest: str = "/notify", *, scheme: str = "http", host: str = "127.0.0.1") -> str:
        """A URL of this server."""
        return f"{scheme}://{host}:{self.port}{rest}"

    async def reached(self, connections: int) -> None:
        """Wait until so many connections have been opened."""
        async with asyncio.timeout(60):
            while self.connections < connections:
                self.connected.clear()
                await self.connected.wait()


@asynccontextmanager
async def listening(serve: Serve | bytes = OK, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Merchant]:
    """A server that handles each connection with ``serve``, or sends these bytes in response to each request."""
    merchant = Merchant()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            merchant.requests.append(await read_request(reader))
            writer.write(serve if isinstance(serve, bytes) else b"")
            await writer.drain()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        merchant.connections += 1
        merchant.connected.set()
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await (answer if isinstance(serve, bytes) else serve)(reader, writer)
        finally:
            merchant.left.set()
            writer.transport.abort()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls, backlog=512)
    merchant.port = server.sockets[0].getsockname()[1]
    try:
        yield merchant
    finally:
        server.close()


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """Read a request, head and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"content-length: "))
    return head + await reader.readexactly(length)


async def posted(url: str, http_client: HttpClient, body: bytes = b"{}") -> Answer:
    """Post once, and close the client."""
    try:
        return await http_client.post(url, {}, body)
    finally:
        await http_client.close()
