"""``AsyncMockAlipay``: the Python client of a gateway's admin API for event loops."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mock_alipay.client.async_events import AsyncEventStream
from mock_alipay.client.async_transport import AsyncTransport
from mock_alipay.client.async_webhooks import AsyncWebhooks
from mock_alipay.client.clock import AsyncMockClock
from mock_alipay.client.names import EventKind
from mock_alipay.client.notifications import AsyncMockNotifications
from mock_alipay.client.payment import AsyncMockPayment
from mock_alipay.client.requests import MockRequests, checked, shown


class AsyncMockAlipay(MockRequests[AsyncMockPayment]):
    """``Mock`` for event loops: the same arguments and methods; what asks the gateway is awaited.

    So are the properties ``env``, ``credentials`` and ``clock.state``: ``await mock.env``. ``Mock`` has the whole
    descriptions. Any event loop may use it. ``close`` or an ``async with`` block ends what ``webhooks`` listens to.
    """

    def __init__(
        self,
        url: str,
        *,
        client_id: str | None = None,
        merchant_private_key: str | None = None,
        admin_token: str | None = None,
        ca_certificate: str | Path | None = None,
    ) -> None:
        checked(client_id)
        self._connections = AsyncTransport(url, admin_token, ca_certificate)
        self._owns_connections = True
        super().__init__(self._connections, AsyncMockPayment, client_id, merchant_private_key)
        self.webhooks = AsyncWebhooks()
        """Receives webhooks in place of a shop: ``url``, ``wait``, ``answer``."""

    def for_client(self, client_id: str | None, *, merchant_private_key: str | None = None) -> Self:
        """An AsyncMockAlipay of the same gateway for another client id, or for all, over the same connections."""
        mock = super().for_client(client_id, merchant_private_key=merchant_private_key)
        vars(mock).update(_owns_connections=False, webhooks=AsyncWebhooks(self.webhooks.verify))
        return mock

    @property
    def clock(self) -> AsyncMockClock:
        """The clock: ``now``, ``advance``, ``freeze``, ``run``."""
        return AsyncMockClock(self._connections, self.client_id)

    @property
    def notifications(self) -> AsyncMockNotifications:
        """The notifications, newest first when called; ``wait``, ``get``, ``resend``, ``send``."""
        return AsyncMockNotifications(self._connections, self.client_id)

    async def events(
        self, *, kind: EventKind | None = None, after: str | None = None, timeout: float | None = None
    ) -> AsyncEventStream:
        """Events from now on: ``async with await mock.events() as events``, then ``async for event in events``."""
        return await AsyncEventStream.opened(
            self._connections, {"clientId": self.client_id, "kind": kind}, after, timeout
        )

    def deliver_to(self, app: Any) -> AbstractContextManager[str]:
        """Deliver webhooks to an ASGI or WSGI app in this process, as ``Mock.deliver_to`` does.

        An ASGI app runs in the event loop of the caller, so that it may share what belongs to this loop, such as
        connections to a database. A WSGI app runs in a thread.
        """
        return self.webhooks.forwarding_to(app, asyncio.get_running_loop())

    async def close(self) -> None:
        """Close the connections, and stop receiving webhooks; one from ``for_client`` uses those of its origin."""
        await asyncio.to_thread(self.webhooks.close)
        if self._owns_connections:
            await self._connections.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return shown("AsyncMockAlipay", self.url, self.client_id)
