"""Sends replies, with the faults that scenarios inject on the connection."""

from __future__ import annotations

from typing import Protocol

from starlette.types import Receive, Scope, Send

from mock_alipay.journal.exchange import Reply
from mock_alipay.server.extensions import CONNECTION, Connection
from mock_alipay.web.asgi.request_body import gone
from mock_alipay.web.asgi.scripted_waits import LONGEST, ScriptedWaits

_NOISE = b"\x16\x03mock-alipay: not HTTP\x00\xff\xfe" * 8


class Client(Protocol):
    """The client that waits for the reply to its call: see ``AsgiClient`` and ``server.extensions``."""

    async def send(self, reply: Reply) -> None:
        """Send a complete reply."""

    async def truncate(self, reply: Reply) -> None:
        """Send the head and the first half of the body, then close."""

    def reset(self) -> None:
        """Abort the connection so that the client sees a reset."""

    def end(self, last_bytes: bytes = b"") -> None:
        """Send bytes as they are, then close."""

    async def gone(self) -> None:
        """Return when the client disconnects."""


async def deliver(reply: Reply, client: Client, waits: ScriptedWaits) -> None:
    """Send a reply, with its injected fault if it has one."""
    if reply.fault is None:
        await client.send(reply)
        return
    match reply.fault.kind:
        case "hang":
            if await waits.wait(LONGEST, reply.client_id, client.gone) != "left":
                client.end()
                await client.gone()
        case "reset":
            client.reset()
            await client.gone()
        case "empty" | "garbage" as kind:
            client.end(_NOISE if kind == "garbage" else b"")
            await client.gone()
        case "truncate":
            await client.truncate(reply)
            await client.gone()
        case "status":
            await client.send(_bad_gateway(reply, reply.fault.status))
        case _:
            await client.send(reply)


def _bad_gateway(reply: Reply, status: int) -> Reply:
    """The unsigned HTML page of a proxy in front of the gateway."""
    body = f"<html><body><h1>{status}</h1>a scenario of mock-alipay</body></html>".encode()
    kept = b"".join(b"%b: %b\r\n" % header for header in reply.headers if header[0].startswith(b"mock-"))
    return Reply(status, b"content-type: text/html\r\ncontent-length: %d\r\n%b" % (len(body), kept), body)


class AsgiClient:
    """The client of an ASGI request: of our server, of another one, or none, inside a test's process."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._connection: Connection | None = scope.get("extensions", {}).get(CONNECTION)
        self._method: str = scope["method"]
        self._receive = receive
        self._send = send
        self.close = False
        """Whether the connection is closed after the reply."""

    async def send(self, reply: Reply) -> None:
        """Send a complete reply."""
        if self._connection is not None and not self.close and self._method != "HEAD":
            await self._connection.send(reply)
            return
        await self._start(reply, close=self.close)
        await self._send({"type": "http.response.body", "body": reply.body})

    async def truncate(self, reply: Reply) -> None:
        """Send the head and the first half of the body, then close."""
        if self._connection is not None and self._method != "HEAD":
            await self._connection.truncate(reply)
            return
        await self._start(reply, close=True)
        await self._send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2]})

    def reset(self) -> None:
        """Abort the connection so that the client sees a reset; ConnectionResetError where there is none."""
        self._broken().reset()

    def end(self, last_bytes: bytes = b"") -> None:
        """Send bytes as they are, then close; ConnectionResetError where there is no connection."""
        self._broken().end(last_bytes)

    async def gone(self) -> None:
        """Return when the client disconnects."""
        await gone(self._receive)

    async def _start(self, reply: Reply, *, close: bool) -> None:
        headers = [*reply.headers, (b"connection", b"close")] if close else reply.headers
        await self._send({"type": "http.response.start", "status": reply.status, "headers": headers})

    def _broken(self) -> Connection:
        if self._connection is None:
            raise ConnectionResetError("injected fault: the connection is broken")
        return self._connection
