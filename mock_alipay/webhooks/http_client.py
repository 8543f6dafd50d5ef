"""The HTTP client that sends notifications."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from mock_alipay.webhooks.acknowledgement import Answer
from mock_alipay.webhooks.address_policy import AddressPolicy, Resolve
from mock_alipay.webhooks.own_ports import OwnPorts
from mock_alipay.webhooks.url import parse

if TYPE_CHECKING:
    from mock_alipay.webhooks.connection_pool import ConnectionPool


class HttpClient:
    """The gateway's only outgoing connections to URLs that come from requests.

    It sends to this machine (except to ``own_ports``), to private networks and to ``allowed`` hosts (see
    ``address_policy``), at most 100 requests at a time, each with a timeout in seconds. It does not follow redirects.
    Certificates are verified for public addresses only, because test shops often use self-signed ones.
    """

    def __init__(
        self,
        allowed: Collection[str] = (),
        *,
        own_ports: Collection[int] = (),
        timeout: float = 10.0,
        resolve: Resolve | None = None,
    ) -> None:
        self._policy = AddressPolicy(allowed)
        self._own_ports = OwnPorts(own_ports)
        self._timeout = timeout
        self._resolve = resolve
        self._pool: asyncio.Task[ConnectionPool] | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a notification and return the response, whatever its status.

        Raises DeliveryError without a complete response, AddressNotAllowed if the address is not allowed. ``headers``
        are sent as given; Host, User-Agent, Accept-Encoding and Content-Length are added.
        """
        parsed = parse(url)
        pool = await self._opened()
        return await pool.post(parsed, headers, body)

    async def close(self) -> None:
        """Close the connections, also those in use; the next notification opens new ones."""
        opening, self._pool = self._pool, None
        if opening is not None:
            await (await opening).close()

    async def _opened(self) -> ConnectionPool:
        if self._pool is None:
            self._pool = asyncio.create_task(asyncio.to_thread(self._open))
        # A caller that is cancelled must not cancel it for the others.
        return await asyncio.shield(self._pool)

    def _open(self) -> ConnectionPool:
        # Runs in a thread: importing the HTTP library takes about 50 ms.
        from mock_alipay.webhooks.connection_pool import ConnectionPool

        return ConnectionPool(self._policy, self._own_ports, self._timeout, self._resolve)
