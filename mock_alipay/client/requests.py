"""What Mock and AsyncMockAlipay have in common: each method once, as a coroutine function over a transport.

Over an AsyncTransport these are the methods of AsyncMockAlipay. Over a Transport they never wait, and Mock runs them.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Generic, Self, TypeVar, Unpack

from mock_alipay.client.filters import Filters, filter_query
from mock_alipay.client.names import OwnScenario, Scenario
from mock_alipay.client.payment import PaymentAtGateway
from mock_alipay.client.records import CallRecord, ScenarioRecord
from mock_alipay.client.transport import Requests
from mock_alipay.errors import UsageError, WaitTimeout

_SETTLING = 25.0
"""Seconds that ``settle`` may take."""

Payment = TypeVar("Payment", bound=PaymentAtGateway)


def checked(client_id: str | None) -> str | None:
    """A client id, or None for all of them; UsageError when it is empty."""
    if client_id == "":
        raise UsageError("client_id: expected a client id, or None for all of them, got an empty string")
    return client_id


def shown(kind: str, url: str, client_id: str | None) -> str:
    """The ``repr`` of a Mock: without token and keys."""
    return f"{kind}({url!r}{f', client_id={client_id!r}' if client_id else ''})"


class MockRequests(Generic[Payment]):
    """The methods of a Mock that ask the gateway; ``Mock`` describes them."""

    def __init__(
        self,
        transport: Requests,
        payment_type: type[Payment],
        client_id: str | None,
        merchant_private_key: str | None,
    ) -> None:
        self._transport = transport
        self._payment_type = payment_type
        self.client_id = client_id
        self._merchant_private_key = merchant_private_key
        self.introduced: list[str] = []
        """The arguments of ``for_client`` and ``add_merchant`` so far, those of Mocks from ``for_client`` included."""

    def for_client(self, client_id: str | None, *, merchant_private_key: str | None = None) -> Self:
        """The same gateway for another client id, or for all, over the same connections."""
        other = copy.copy(self)
        vars(other).update(client_id=checked(client_id), _merchant_private_key=merchant_private_key)
        if client_id is not None:
            self.introduced.append(client_id)
        return other

    @property
    def url(self) -> str:
        """The gateway's URL, as merchants configure it: without a slash at its end."""
        return self._transport.api.url

    @property
    async def env(self) -> dict[str, Any]:
        """What a merchant's client needs."""
        env: dict[str, Any] = await self._transport.request("GET", "/env")
        return env

    @property
    async def credentials(self) -> dict[str, str]:
        """Arguments of the official Python SDK's client: client_id, merchant_private_key, alipay_public_key."""
        env = await self.env
        is_test_merchant = self.client_id in (None, env["clientId"])
        if self._merchant_private_key is None and not is_test_merchant:
            raise UsageError(f"the private key of {self.client_id} is unknown; pass merchant_private_key to Mock")
        return {
            "client_id": self.client_id or env["clientId"],
            "merchant_private_key": self._merchant_private_key or env["merchantPrivateKey"],
            "alipay_public_key": env["gatewayPublicKey"],
        }

    async def health(self) -> str:
        """The gateway's version."""
        return self._transport.api.version(await self._transport.request("GET", "/health"))

    async def scenario(self, name: Scenario, *, times: int | None = None) -> None:
        """Select a scenario for the next ``times`` calls, or until changed."""
        await self._transport.request("PUT", "/scenario", body={**self._scope, "scenario": name, "times": times})

    async def clear_scenario(self) -> None:
        """Undo ``scenario``."""
        await self._transport.request("DELETE", "/scenario", body=self._scope)

    async def load(self, name: str, scenario: Mapping[str, Any] | str) -> OwnScenario:
        """Load a scenario until ``reset``; returns its name for ``scenario``."""
        content = {"text": scenario} if isinstance(scenario, str) else {"body": dict(scenario)}
        await self._transport.request("POST", "/scenarios", query={"name": name, **self._scope}, **content)
        return OwnScenario(name)

    async def scenarios(self) -> list[ScenarioRecord]:
        """The loaded scenarios."""
        listed = await self._transport.request("GET", "/scenarios", query=self._scope)
        return [ScenarioRecord.of(data) for data in listed["scenarios"]]

    async def calls(self, *, limit: int = 100, after: int | str = 0, **filters: Unpack[Filters]) -> list[CallRecord]:
        """The calls that match, newest first."""
        query = {**self._query(filters), "limit": limit, "after": after}
        listed = await self._transport.request("GET", "/calls", query=query)
        return [CallRecord.of(data) for data in listed["calls"]]

    async def call(self, call_id: str) -> dict[str, Any]:
        """One call as JSON, with headers and the text that was signed."""
        call: dict[str, Any] = await self._transport.request("GET", f"/calls/{call_id}")
        return call

    async def count(self, *, after: int | str = 0, **filters: Unpack[Filters]) -> int:
        """The number of calls that match."""
        query = {**self._query(filters), "after": after}
        return int((await self._transport.request("GET", "/calls/count", query=query))["count"])

    async def wait(
        self, *, count: int = 1, timeout: float = 5.0, after: int | str = 0, **filters: Unpack[Filters]
    ) -> CallRecord:
        """The newest call that matches, as soon as ``count`` of them have come."""
        query = {**self._query(filters), "count": count, "timeout": timeout, "after": after}
        reply = await self._transport.request("GET", "/calls/wait", query=query, server_time=timeout)
        return CallRecord.of(reply["calls"][0])

    async def payments(self, *, limit: int = 100) -> list[Payment]:
        """The payments and open sessions, the latest change first."""
        listed = await self._transport.request("GET", "/payments", query={**self._scope, "limit": limit})
        return [self._payment_type.at(self._transport, data, client_id=self.client_id) for data in listed["payments"]]

    async def payment(self, payment_request_id: str) -> Payment:
        """One payment, with its buyer's actions."""
        data = await self._transport.request("GET", PaymentAtGateway.path(payment_request_id), query=self._scope)
        return self._payment_type.at(
            self._transport, data, client_id=self.client_id, payment_request_id=payment_request_id
        )

    async def add_merchant(self, client_id: str, public_key: str) -> int:
        """Add a merchant's public key; returns its key version."""
        self.introduced.append(client_id)
        body = {"clientId": client_id, "publicKey": public_key}
        return int((await self._transport.request("POST", "/merchants", body=body))["keyVersion"])

    async def remove_merchant(self, client_id: str) -> None:
        """Remove the keys that ``add_merchant`` added for a client id, if any."""
        await self._transport.request("DELETE", "/merchants", body={"clientId": client_id})

    async def admin(self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None) -> Any:
        """The reply to any call of the admin API, as JSON; ``path`` follows ``/__admin``."""
        return await self._transport.request(method, path, query=query, body=body)

    async def settle(self) -> None:
        """Return when no notification is due or being delivered, as ``Mock.settle`` defines it."""
        left = await self._transport.request("POST", "/settle", body=self._scope, server_time=_SETTLING)
        if left["notificationsUnderWay"]:
            detail = f"{left['notificationsUnderWay']} notifications are still being delivered"
            raise WaitTimeout({"title": "Not settled", "status": 408, "detail": detail, **left})

    async def counts(self) -> dict[str, int]:
        """The numbers of calls, payments and notifications in the journal."""
        found: dict[str, int] = await self._transport.request("GET", "/counts", query=self._scope)
        return found

    async def clients(self) -> list[str]:
        """The client ids that have keys, calls or payments."""
        return list((await self._transport.request("GET", "/clients"))["clientIds"])

    async def reset(self) -> None:
        """Delete calls, payments, notifications and loaded scenarios; reset counters, chosen scenario and clock."""
        await self._transport.request("POST", "/reset", body=self._scope)

    @property
    def _scope(self) -> dict[str, str]:
        """The parameter that limits a request to the client id; empty for all."""
        return {} if self.client_id is None else {"clientId": self.client_id}

    def _query(self, filters: Filters) -> dict[str, Any]:
        return {**self._scope, **filter_query(filters, Filters)}
