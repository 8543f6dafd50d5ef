"""Takes notifications to merchants and brings back what they answer."""

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
    """The one outgoing socket.

    It goes to this machine, but not to its ``own_ports``, to private networks and to ``allowed`` hosts (see
    ``address_policy``), a hundred at a time; each has ``patience`` seconds to be answered. Redirects are answers.
    Certificates are checked where the address is public: test shops nearby sign their own.
    """

    def __init__(
        self,
        allowed: Collection[str] = (),
        *,
        own_ports: Collection[int] = (),
        patience: float = 10.0,
        resolve: Resolve | None = None,
    ) -> None:
        self._policy = AddressPolicy(allowed)
        self._own_ports = OwnPorts(own_ports)
        self._patience = patience
        self._resolve = resolve
        self._pool: asyncio.Task[ConnectionPool] | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """An answer, whatever its status; DeliveryError says why there is none, AddressNotAllowed why nothing was sent.

        ``headers`` go out as they are; Host, User-Agent, Accept-Encoding and Content-Length are added.
        """
        parsed = parse(url)
        pool = await self._opened()
        return await pool.post(parsed, headers, body)

    async def close(self) -> None:
        """Close the connections, whatever is under way; the next notification opens others."""
        opening, self._pool = self._pool, None
        if opening is not None:
            await (await opening).close()

    async def _opened(self) -> ConnectionPool:
        if self._pool is None:
            self._pool = asyncio.create_task(asyncio.to_thread(self._open))
        # Whoever stops waiting does not stop it for the others.
        return await asyncio.shield(self._pool)

    def _open(self) -> ConnectionPool:
        # Importing the HTTP library takes some 50 ms: in a thread, so that calls are answered meanwhile.
        from mock_alipay.webhooks.connection_pool import ConnectionPool

        return ConnectionPool(self._policy, self._own_ports, self._patience, self._resolve)
