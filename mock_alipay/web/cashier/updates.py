"""The changes of a session as server-sent events, for the page that shows it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack

import orjson
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from mock_alipay.apis.payments.model import Payment
from mock_alipay.journal.events import Event
from mock_alipay.web.asgi.concurrency_limit import ConcurrencyLimit
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.web.cashier.session_view import session_view
from mock_alipay.web.cashier.sessions import Sessions

_LIFETIME = 5.0
"""Seconds after which a stream ends and its page asks for the next one.

Browsers open at most six connections to a host, for all their pages together: the seventh page waits for one that ends.
"""

_UNCACHED = {"cache-control": "no-store", "x-accel-buffering": "no"}


class Updates(StreamingResponse):
    """The session at once, and after each change; ``gone`` when it does not exist any more.

    It holds its slot from its construction, so that concurrent requests cannot exceed the limit, until it ends.
    """

    def __init__(self, payment: Payment, sessions: Sessions, limit: ConcurrencyLimit) -> None:
        super().__init__(self._sent(), media_type="text/event-stream", headers=_UNCACHED)
        self._payment = payment
        self._sessions = sessions
        self._changed = asyncio.Event()
        self._slot = ExitStack()
        self._slot.enter_context(limit.held())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the client disconnects or the session is gone."""
        with self._slot, self._sessions.components.events.subscribed(self._heard):
            await super().__call__(scope, receive, send)

    def _heard(self, event: Event) -> None:
        if event.client_id not in (None, self._payment.client_id):
            return
        about = getattr(event.subject, "key", None)
        if event.kind == "reset" or about == self._payment.key:
            self._changed.set()

    async def _sent(self) -> AsyncIterator[bytes]:
        sent = b""
        yield b"retry: 300\n\n"
        ends = time.monotonic() + _LIFETIME
        while True:
            self._changed.clear()
            try:
                payment = await self._sessions.find(self._payment.page_id)
            except HttpProblem:
                yield b"event: gone\ndata: {}\n\n"
                return
            played = await self._sessions.played(payment)
            view = orjson.dumps(await session_view(payment, self._sessions.components, played))
            if view != sent:
                sent = view
                yield b"event: session\ndata: " + view + b"\n\n"
            try:
                async with asyncio.timeout(ends - time.monotonic()):
                    await self._changed.wait()
            except TimeoutError:
                return
