"""``AsyncMockAlipay.events``: a gateway's events as an asynchronous iterator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from mock_alipay.client.async_transport import AsyncTransport
from mock_alipay.client.events import Event
from mock_alipay.client.transport import LEAST_SILENCE


class AsyncEventStream(AsyncIterator[Event]):
    """The events from the moment that the stream is made; ``await AsyncMockAlipay.events()`` makes one.

    Close it, or use it in an ``async with`` block, in the task that reads it. With a ``timeout`` the iteration raises
    TimeoutError and closes the stream when no event comes for so many seconds (at least one). A cancelled
    ``anext`` ends the stream too. Unreachable when the gateway stops.
    """

    def __init__(self, timeout: float | None, after: str | None) -> None:
        self.last_id = after
        """The id of the latest event that was read, or that came before the stream; for ``after``."""
        self._timeout = timeout
        self._exits = AsyncExitStack()
        self._received: AsyncIterator[tuple[str, str, Any]] | None = None
        self._first: tuple[str, str, Any] | None = None

    @classmethod
    async def opened(
        cls, transport: AsyncTransport, query: Mapping[str, Any], after: str | None, timeout: float | None
    ) -> Self:
        """A stream that is connected."""
        stream = cls(timeout, after)
        async with AsyncExitStack() as exits:
            stream._received = received = await exits.enter_async_context(transport.listen(query, after))
            # The gateway begins with an id alone: that of its latest event.
            async for first in received:
                if first[2] is None:
                    stream.last_id = first[0] or after
                else:
                    stream._first = first
                break
            stream._exits = exits.pop_all()
        return stream

    async def __anext__(self) -> Event:
        if self._received is None:
            raise StopAsyncIteration
        try:
            async with asyncio.timeout(None if self._timeout is None else max(self._timeout, LEAST_SILENCE)):
                event = await self._next(self._received)
        except TimeoutError:
            await self.close()
            raise TimeoutError(f"no event came within {self._timeout:g} s") from None
        if event is None:
            raise StopAsyncIteration
        return event

    async def _next(self, received: AsyncIterator[tuple[str, str, Any]]) -> Event | None:
        """The next event; None at the end of the stream."""
        first, self._first = self._first, None
        if first is not None:
            return self._event(first)
        async for next_ in received:
            self.last_id = next_[0] or self.last_id
            # An id without data is a keep-alive.
            if next_[2] is not None:
                return self._event(next_)
        return None

    def _event(self, received: tuple[str, str, Any]) -> Event:
        self.last_id = received[0] or self.last_id
        return Event.of(*received)

    async def close(self) -> None:
        """Stop listening."""
        self._received = None
        await self._exits.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
