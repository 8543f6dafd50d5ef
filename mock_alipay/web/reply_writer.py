"""Sends replies, with the faults that scenarios inject on the connection."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from mock_alipay.journal.exchange import Reply
from mock_alipay.server.extensions import CONNECTION, Connection
from mock_alipay.web.asgi.request_body import gone
from mock_alipay.web.asgi.scripted_waits import LONGEST, ScriptedWaits

_NOISE = b"\x16\x03mock-alipay: not HTTP\x00\xff\xfe" * 8


async def deliver(
    reply: Reply, scope: Scope, receive: Receive, send: Send, waits: ScriptedWaits, *, close: bool = False
) -> None:
    """Send a reply, with its injected fault if it has one; ``close`` closes the connection afterwards."""
    match reply.fault.kind if reply.fault else None:
        case "hang":
            if await waits.wait(LONGEST, reply.client_id, receive) != "left":
                await _break("empty", scope, receive)
        case "reset" | "empty" | "garbage" as kind:
            await _break(kind, scope, receive)
        case "truncate":
            await _truncate(reply, scope, receive, send)
        case "status":
            await _send(_bad_gateway(reply), send, close=False)
        case _ if (connection := _connection(scope)) is not None and not close and scope["method"] != "HEAD":
            await connection.send(reply)
        case _:
            await _send(reply, send, close=close)


async def _break(kind: str, scope: Scope, receive: Receive) -> None:
    connection = _connection(scope)
    if connection is None:
        # There is no socket, such as when the app runs inside a test's process.
        raise ConnectionResetError(f"injected fault: {kind}")
    if kind == "reset":
        connection.reset()
    else:
        connection.end(_NOISE if kind == "garbage" else b"")
    await gone(receive)


async def _truncate(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    await _start(reply, send, close=True)
    connection = _connection(scope)
    half = reply.body[: len(reply.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": connection is not None})
    if connection is not None:
        connection.end()
        await gone(receive)


def _connection(scope: Scope) -> Connection | None:
    connection: Connection | None = scope.get("extensions", {}).get(CONNECTION)
    return connection


async def _send(reply: Reply, send: Send, *, close: bool) -> None:
    await _start(reply, send, close=close)
    await send({"type": "http.response.body", "body": reply.body})


async def _start(reply: Reply, send: Send, *, close: bool) -> None:
    headers = [*reply.headers, (b"connection", b"close")] if close else reply.headers
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


def _bad_gateway(reply: Reply) -> Reply:
    """The unsigned HTML page of a proxy in front of the gateway."""
    status = reply.fault.status if reply.fault else 502
    body = f"<html><body><h1>{status}</h1>a scenario of mock-alipay</body></html>".encode()
    kept = b"".join(b"%b: %b\r\n" % header for header in reply.headers if header[0].startswith(b"mock-"))
    return Reply(status, b"content-type: text/html\r\ncontent-length: %d\r\n%b" % (len(body), kept), body)
