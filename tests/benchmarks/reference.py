"""Servers to compare the gateway with: ``python tests/benchmarks/reference.py KIND PORT``.

========  ==========================================================================================
bare      uvicorn and an ASGI function that returns a constant
plain     uvicorn and a Starlette route that parses the JSON body and returns a constant
signing   the same, but it verifies the call with the key of the test merchant, and signs the constant
========  ==========================================================================================

All run on httptools and the event loop of asyncio, without an access log, like the gateway.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

REPLY = (
    b'{"paymentSessionData":"' + b"x" * 620 + b'","paymentSessionExpiryTime":"2026-11-22T17:07:10+08:00",'
    b'"paymentSessionId":"' + b"x" * 64 + b'","result":{"resultCode":"SUCCESS","resultMessage":"success.",'
    b'"resultStatus":"S"}}'
)
"""About what the gateway replies."""


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Return a constant."""
    if scope["type"] == "http":
        length = str(len(REPLY)).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": REPLY})


def plain() -> Any:
    """Parse and reply by the means of Starlette."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    constant = json.loads(REPLY)

    async def reply(request: Request) -> Response:
        if request.method == "POST":
            await request.json()
        return JSONResponse(constant)

    return Starlette(routes=[Route("/{path:path}", reply, methods=["GET", "POST"])])


def signing() -> Any:
    """Parse, verify, sign and reply: the necessary work of a mock of this gateway."""
    import orjson
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    from mock_alipay.signing import Signer, content, fits, keys, parse, raw_signature

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
    apps = {"bare": lambda: bare, "plain": plain, "signing": signing}
    uvicorn.run(
        apps[kind](), port=port, http="httptools", loop="asyncio", ws="none", access_log=False, log_level="warning"
    )
