"""Lists that are streamed in pieces: a client that reads slowly keeps one piece in memory, not the whole list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any, Protocol, TypeVar

import orjson
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from mock_alipay.web.admin.context import AdminContext

_PIECE = 64 * 1024
"""Bytes that are written to a connection at a time."""

_BATCH = 256 * 1024
"""Bytes of records that are rendered together; a larger record is rendered alone."""


class _Sized(Protocol):
    @property
    def size(self) -> int:
        """Approximate bytes."""


Key = TypeVar("Key")
Record = TypeVar("Record", bound=_Sized)


class StreamedList(StreamingResponse):
    """A JSON object whose last member is a list, in the form of ``problems.json_response``.

    The records are loaded by ``keys`` while the list is sent, so that a slow client keeps none in memory; records that
    are evicted or deleted by then are left out.
    """

    def __init__(
        self,
        context: AdminContext,
        name: str,
        keys: Iterable[Key],
        load: Callable[[Key], Awaitable[Record | None]],
        view: Callable[[Record], Any],
        members: Mapping[str, Any] | None = None,
    ) -> None:
        self._slot = ExitStack()
        self._slot.enter_context(context.lists.held())
        batches = _batches(list(keys), load)
        super().__init__(_pieces(_text(context, name, batches, view, members or {})), media_type="application/json")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the list, and free its slot."""
        with self._slot:
            await super().__call__(scope, receive, send)


async def _batches(keys: list[Key], load: Callable[[Key], Awaitable[Record | None]]) -> AsyncIterator[list[Record]]:
    batch: list[Record] = []
    size = 0
    for key in keys:
        record = await load(key)
        if record is None:
            continue
        batch.append(record)
        size += record.size
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


async def _text(
    context: AdminContext,
    name: str,
    batches: AsyncIterator[list[Record]],
    view: Callable[[Record], Any],
    members: Mapping[str, Any],
) -> AsyncIterator[bytes]:
    opening = orjson.dumps({**members, name: []}, option=orjson.OPT_INDENT_2).removesuffix(b"]\n}")
    separator = b""
    yield opening
    async for batch in batches:
        yield separator + await context.worker.do(partial(_items, batch, view))
        separator = b","
    yield b"\n  ]\n}\n" if separator else b"]\n}\n"


def _items(batch: list[Record], view: Callable[[Record], Any]) -> bytes:
    texts = (orjson.dumps(view(record), option=orjson.OPT_INDENT_2) for record in batch)
    return b",".join(b"\n    " + text.replace(b"\n", b"\n    ") for text in texts)


async def _pieces(text: AsyncIterator[bytes]) -> AsyncIterator[memoryview]:
    async for part in text:
        whole = memoryview(part)
        for start in range(0, len(whole), _PIECE):
            yield whole[start : start + _PIECE]
