"""Requests to a gateway's admin API in an event loop."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from mock_alipay.client import transport
from mock_alipay.client.admin_api import AdminApi


class AsyncTransport:
    """Requests to one gateway, from coroutines of any event loop.

    Each has a connection of its own: a kept one would belong to one event loop, and tests often run in several.
    """

    def __init__(self, url: str, admin_token: str | None, ca_certificate: str | Path | None = None) -> None:
        self.api = AdminApi(url, admin_token, ca_certificate)
        self._client = httpx2.AsyncClient(**self.api.connection, limits=httpx2.Limits(max_keepalive_connections=0))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        text: str | None = None,
        server_time: float = 0.0,
    ) -> Any:
        """See ``Requests.request``."""
        if self._client.is_closed:
            raise self.api.closed()
        arguments = self.api.request(query=query, body=body, text=text, server_time=server_time)
        try:
            response = await self._client.request(method, path, **arguments)
        except httpx2.TransportError as error:
            raise self.api.failed(error) from None
        return self.api.result(response)

    @asynccontextmanager
    async def listen(
        self, query: Mapping[str, Any], after: str | None
    ) -> AsyncIterator[AsyncIterator[tuple[str, str, Any]]]:
        """The gateway's events as (id, kind, JSON), as ``Transport.listen`` has them."""
        if self._client.is_closed:
            raise self.api.closed()
        try:
            async with self._client.sse("/events", **self.api.stream(query, after, transport.SILENCE)) as source:
                if source.response.status_code != 200:
                    await source.response.aread()
                self.api.check_stream(source.response)
                async with aclosing(self._events(source)) as events:
                    yield events
        except httpx2.TransportError as error:
            raise self.api.failed(error) from None

    async def _events(self, source: httpx2.EventSource) -> AsyncGenerator[tuple[str, str, Any], None]:
        try:
            async for event in source:
                yield self.api.event(event)
        except httpx2.TransportError as error:
            raise self.api.failed(error) from None
