"""The merchant API, for requests through ASGI and for requests that the server passes on directly."""

from __future__ import annotations

from functools import lru_cache

from starlette.types import Receive, Scope, Send

from mock_alipay.clock.clocks import Clock
from mock_alipay.gateway.gateway import Gateway
from mock_alipay.journal.exchange import Call, Reply
from mock_alipay.server.extensions import CompleteRequest
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.web.asgi.request_body import read_body
from mock_alipay.web.asgi.scripted_waits import ScriptedWaits
from mock_alipay.web.reply_writer import AsgiClient, Client, deliver
from mock_alipay.web.request_target import origin_form, raw_target


class MerchantEndpoint:
    """Turns a request into a Call, and the gateway's Reply into a response."""

    def __init__(self, gateway: Gateway, clock: Clock, max_body: int, waits: ScriptedWaits) -> None:
        self._gateway = gateway
        self._clock = clock
        self._max_body = max_body
        self._waits = waits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request of ASGI."""
        client = AsgiClient(scope, receive, send)
        method, target, scheme = scope["method"], raw_target(scope), scope.get("scheme", "http")
        try:
            body = await read_body(scope, receive, self._max_body)
        except HttpProblem as problem:
            client.close = True
            reply = self._gateway.reject(self._call(method, target, scope["headers"], b"", scheme), problem)
            await deliver(reply, client, self._waits)
            return
        if body is None:
            return
        reply = await self._gateway.answer(self._call(method, target, scope["headers"], body, scheme))
        # A waiting call holds no body: the journal has it, and may evict it.
        del body
        await self._deliver(reply, client)

    async def answer(self, request: CompleteRequest) -> None:
        """Handle one request that the server passes on without ASGI."""
        raw = request.target
        target = _shared(raw) if len(raw) <= _SHORT else raw.decode("latin-1")
        call = self._call(request.method, target, request.headers, request.body, request.scheme)
        reply = await self._gateway.answer(call)
        request.body = b""
        del call
        await self._deliver(reply, request)

    async def _deliver(self, reply: Reply, client: Client) -> None:
        if reply.delay and await self._waits.wait(reply.delay, reply.client_id, client.gone) == "left":
            return
        await deliver(reply, client, self._waits)

    def _call(self, method: str, target: str, headers: list[tuple[bytes, bytes]], body: bytes, scheme: str) -> Call:
        target, reply_target = origin_form(target)
        return Call(self._clock.now(), method, target, reply_target, _headers(headers), body, scheme)


_SHORT = 64
"""Targets, and names and values of headers, up to this many bytes are cached as text."""


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    # Most headers repeat in every call; sharing their text keeps the journal small.
    headers = {
        (_shared(name) if len(name) <= _SHORT else name.decode("latin-1")): (
            _shared(value) if len(value) <= _SHORT else value.decode("latin-1")
        )
        for name, value in raw
    }
    if len(headers) < len(raw):
        values: dict[str, list[str]] = {}
        for name, value in raw:
            values.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
        headers = {name: ", ".join(repeated) for name, repeated in values.items()}
    return headers


@lru_cache(maxsize=1024)
def _shared(raw: bytes) -> str:
    return raw.decode("latin-1")
