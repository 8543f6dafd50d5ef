"""Admin API: events as they happen, as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import orjson
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from mock_alipay.journal.events import Backlog, Event
from mock_alipay.web.admin import call_views, payment_views
from mock_alipay.web.admin.context import AdminContext, AdminRequest

_HEARTBEAT = 15.0
"""Seconds without an event after which an id is sent to keep the connection alive."""

_BATCH_DELAY = 0.05
"""Seconds in which events are collected before they are sent together: unnoticeable, but enough for a burst."""


async def events(context: AdminContext, request: AdminRequest) -> StreamingResponse:
    """Stream the kept events after Last-Event-ID, if it is given, and then every new event."""
    client_id, kind = request.client_id, request.query.get("kind")

    def concerns(event: Event) -> bool:
        return kind in (None, event.kind) and (client_id is None or event.client_id in (None, client_id))

    slot = ExitStack()
    slot.enter_context(context.streams.held())
    return _Stream(context, _Queue(concerns), request.http.headers.get("last-event-id"), slot)


class _Queue:
    """The events that are not sent to one listener yet; bounded, so that a listener that does not read costs little."""

    def __init__(self, concerns: Callable[[Event], bool]) -> None:
        self._concerns = concerns
        self._backlog = Backlog()
        self._news = asyncio.Event()
        self._missed = 0

    def put(self, event: Event) -> None:
        if self._concerns(event):
            self._backlog.append(event)
            self._news.set()

    def missed(self, number: int) -> None:
        if number:
            self._missed += number
            self._news.set()

    async def take(self) -> tuple[int, list[Event]]:
        """How many events were evicted, and the waiting ones; nothing after ``_HEARTBEAT``."""
        try:
            async with asyncio.timeout(_HEARTBEAT):
                await self._news.wait()
        except TimeoutError:
            return 0, []
        await asyncio.sleep(_BATCH_DELAY)
        self._news.clear()
        missed, batch = self._missed + self._backlog.evicted, list(self._backlog)
        self._missed, self._backlog = 0, Backlog()
        return missed, batch


class _Stream(StreamingResponse):
    """Holds its slot from its construction, so that concurrent requests cannot exceed the limit, until it ends."""

    def __init__(self, context: AdminContext, queue: _Queue, last: str | None, slot: ExitStack) -> None:
        # The opening has the id from before the subscription: an event that happens in between follows it.
        opening = context.events.resuming(last) if last else context.events.latest
        super().__init__(_sent(context, queue, opening), media_type="text/event-stream", headers=_UNCACHED)
        self._context = context
        self._queue = queue
        self._last = last
        self._slot = slot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        events = self._context.events
        with self._slot, events.subscribed(self._queue.put):
            if self._last is not None:
                missed, kept = events.since(self._last)
                self._queue.missed(missed)
                for event in kept:
                    self._queue.put(event)
            await super().__call__(scope, receive, send)


_UNCACHED = {"cache-control": "no-store", "x-accel-buffering": "no"}


async def _sent(context: AdminContext, queue: _Queue, opening: str) -> AsyncIterator[bytes]:
    # With this id a listener can resume from here, even before its first event.
    yield f"retry: 1000\nid: {opening}\n\n".encode("latin-1")
    while True:
        missed, batch = await queue.take()
        lines = [_line("missed", {"missed": missed})] if missed else []
        if batch:
            lines.append(await context.worker.do(partial(_lines, context, batch)))
        # Without events, an id alone keeps the connection alive and says where to resume.
        yield b"".join(lines) or f"id: {context.events.latest}\n\n".encode()


def _lines(context: AdminContext, batch: list[Event]) -> bytes:
    return b"".join(_line(event.kind, _data(context, event), context.events.id_of(event)) for event in batch)


def _line(kind: str, data: Any, event_id: str | None = None) -> bytes:
    head = f"id: {event_id}\nevent: {kind}\ndata: " if event_id else f"event: {kind}\ndata: "
    return head.encode() + orjson.dumps(data) + b"\n\n"


def _data(context: AdminContext, event: Event) -> Any:
    match event.kind:
        case "call":
            return call_views.call_summary(event.subject, context.contract)
        case "payment":
            return payment_views.payment_summary(event.subject)
        case "notification":
            return payment_views.notification_summary(event.subject)
        case "clock" | "reset":
            return event.subject
        case _:
            return payment_views.aggregate_summary(event.subject, context.families)
