"""Servers to compare the gateway with: ``python tests/benchmarks/reference.py KIND PORT``.

``plain`` parses the JSON body in a Starlette route and returns a constant. ``lean`` does that without Starlette, with
orjson. ``signing`` also verifies the call with the key of the test merchant, and signs the constant.

All run on uvicorn with httptools and the event loop of asyncio, without an access log, like the gateway.
"""

from __future__ import annotations

import json
import sys

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_alipay.signing import Signer, content, fits, keys, parse, raw_signature

REPLY = (
    b'{"paymentSessionData":"' + b"x" * 620 + b'","paymentSessionExpiryTime":"2026-11-22T17:07:10+08:00",'
    b'"paymentSessionId":"' + b"x" * 64 + b'","result":{"resultCode":"SUCCESS","resultMessage":"success.",'
    b'"resultStatus":"S"}}'
)
"""About what the gateway replies."""

LEAN_HEAD = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(REPLY))]


def plain() -> Starlette:
    """Parse, and reply with a constant."""
    constant = json.loads(REPLY)

    async def reply(request: Request) -> Response:
        if request.method == "POST":
            await request.json()
        return JSONResponse(constant)

    return Starlette(routes=[Route("/{path:path}", reply, methods=["GET", "POST"])])


async def lean(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body, parse, and reply with a constant."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if body:
        orjson.loads(body)
    await send({"type": "http.response.start", "status": 200, "headers": LEAN_HEAD})
    await send({"type": "http.response.body", "body": REPLY})


def signing() -> Starlette:
    """Parse, verify, sign and reply."""
    signer = Signer(keys.shipped_gateway_key())
    merchant = keys.shipped_merchant_key().public_key()

    async def reply(request: Request) -> Response:
        body = await request.body()
        if not body:
            return Response(REPLY)
        orjson.loads(body)
        headers, path = request.headers, request.url.path
        client_id, time = headers["client-id"], headers["request-time"]
        signature = raw_signature(parse(headers["signature"]).value)
        if not fits(merchant, signature, content("POST", path, client_id, time, body)):
            return Response(b"", 400)
        signed = signer.header(content("POST", path, client_id, time, REPLY)).decode()
        own = {"client-id": client_id, "response-time": time, "signature": signed}
        return Response(REPLY, headers=own, media_type="application/json")

    return Starlette(routes=[Route("/{path:path}", reply, methods=["GET", "POST"])])


if __name__ == "__main__":
    kind, port = sys.argv[1], int(sys.argv[2])
    app: ASGIApp = lean if kind == "lean" else plain() if kind == "plain" else signing()
    uvicorn.run(app, port=port, http="httptools", loop="asyncio", ws="none", access_log=False, log_level="warning")
