"""The merchant API: a bare ASGI endpoint, because it gets most requests."""

from __future__ import annotations

from functools import lru_cache

from starlette.types import Receive, Scope, Send

from mock_alipay.clock.clocks import Clock
from mock_alipay.gateway.gateway import Gateway
from mock_alipay.journal.exchange import Call
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.web.asgi.request_body import read_body
from mock_alipay.web.asgi.scripted_waits import ScriptedWaits
from mock_alipay.web.reply_writer import deliver
from mock_alipay.web.request_target import origin_form, raw_target


class MerchantEndpoint:
    """Turns an ASGI request into a Call, and the gateway's Reply into a response."""

    def __init__(self, gateway: Gateway, clock: Clock, max_body: int, waits: ScriptedWaits) -> None:
        self._gateway = gateway
        self._clock = clock
        self._max_body = max_body
        self._waits = waits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        try:
            body = await read_body(scope, receive, self._max_body)
        except HttpProblem as problem:
            reply = await self._gateway.reject(self._call(scope, b""), problem)
            await deliver(reply, scope, receive, send, self._waits, close=True)
            return
        if body is None:
            return
        reply = await self._gateway.answer(self._call(scope, body))
        # A waiting call holds no body: the journal has it, and may evict it.
        del body
        if reply.delay and await self._waits.wait(reply.delay, reply.client_id, receive) == "left":
            return
        await deliver(reply, scope, receive, send, self._waits)

    def _call(self, scope: Scope, body: bytes) -> Call:
        target, reply_target = origin_form(raw_target(scope))
        headers, scheme = _headers(scope["headers"]), scope.get("scheme", "http")
        return Call(self._clock.now(), scope["method"], target, reply_target, headers, body, scheme)


_SHORT = 64
"""Header names and values up to this many bytes are cached as text."""


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
