"""``Mock``: a Python client of a gateway's admin API."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

from mock_alipay.client.clock import MockClock
from mock_alipay.client.events import EventStream
from mock_alipay.client.filters import Filters, filter_query
from mock_alipay.client.notifications import MockNotifications
from mock_alipay.client.payment import MockPayment
from mock_alipay.client.records import CallRecord, ScenarioRecord
from mock_alipay.client.transport import Transport
from mock_alipay.client.webhooks import Webhooks
from mock_alipay.errors import UsageError, WaitTimeout

_SETTLING = 25.0
"""Seconds that ``settle`` may take."""


class Mock:
    """Controls a running gateway and reads its journal, through its admin API.

    url: the gateway's URL without a path, such as ``http://127.0.0.1:2088``
    client_id: every method is about this client id only, its calls, payments, scenario and clock; None: about all
    merchant_private_key: for ``credentials``: PKCS#8 in bare base64
    admin_token: required where the gateway has one
    ca_certificate: a PEM file with the authorities to trust over HTTPS, such as ``env["caCertificate"]``, in place of
        the system's

    Close it, or use it in a ``with`` block. The filters of ``calls``, ``count`` and ``wait`` are keyword arguments:
    ``client_id``, ``endpoint``, ``payment_request_id``, ``result_code`` and ``scenario``. A call must match all that
    are given; an unknown filter is a TypeError.

    Every method may raise Unreachable (no gateway replies) and AdminError (the gateway refuses, with its reason).
    UsageError: an argument here is invalid. SetupError: ``ca_certificate`` cannot be read.
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
        _check(client_id)
        self._transport = Transport(url, admin_token, ca_certificate)
        self._owns_transport = True
        self._merchant_private_key = merchant_private_key
        self.client_id = client_id
        self.webhooks = Webhooks()
        """Receives webhooks in place of a shop: ``url``, ``wait``, ``answer``."""
        self.introduced: list[str] = []
        """The arguments of ``for_client`` and ``add_merchant`` so far, those of Mocks from ``for_client`` included."""

    def for_client(self, client_id: str | None, *, merchant_private_key: str | None = None) -> Mock:
        """A Mock of the same gateway for another client id, or for all, over the same connections."""
        _check(client_id)
        mock = copy.copy(self)
        vars(mock).update(client_id=client_id, _merchant_private_key=merchant_private_key, _owns_transport=False)
        mock.webhooks = Webhooks(self.webhooks.verify)
        if client_id is not None:
            self.introduced.append(client_id)
        return mock

    @property
    def clock(self) -> MockClock:
        """The clock: ``now``, ``advance``, ``freeze``, ``run``."""
        return MockClock(self._transport, self.client_id)

    @property
    def notifications(self) -> MockNotifications:
        """The notifications, newest first when called; ``wait``, ``get``, ``resend``, ``send``."""
        return MockNotifications(self._transport, self.client_id)

    @property
    def url(self) -> str:
        """The gateway's URL, as merchants configure it: without a slash at its end."""
        return self._transport.url

    @property
    def env(self) -> dict[str, Any]:
        """What a merchant's client needs: ``clientId``, ``merchantPrivateKey``, ``gatewayPublicKey``, ``url`` and more.

        Keys are bare base64. ``tlsUrl`` and ``caCertificate`` (the path of a PEM file) are None without HTTPS.
        """
        env: dict[str, Any] = self._transport.request("GET", "/env")
        return env

    @property
    def credentials(self) -> dict[str, str]:
        """Arguments of the official Python SDK's client: client_id, merchant_private_key, alipay_public_key.

        UsageError when the private key of this client id is unknown.
        """
        env = self.env
        is_test_merchant = self.client_id in (None, env["clientId"])
        if self._merchant_private_key is None and not is_test_merchant:
            raise UsageError(f"the private key of {self.client_id} is unknown; pass merchant_private_key to Mock")
        return {
            "client_id": self.client_id or env["clientId"],
            "merchant_private_key": self._merchant_private_key or env["merchantPrivateKey"],
            "alipay_public_key": env["gatewayPublicKey"],
        }

    def health(self) -> str:
        """The gateway's version. Unreachable when another server replies."""
        return self._transport.health()

    def scenario(self, name: str, *, times: int | None = None) -> None:
        """Select a scenario for the next ``times`` calls, or until changed. AdminError for an unknown name."""
        self._transport.request("PUT", "/scenario", body={**self._scope, "scenario": name, "times": times})

    def clear_scenario(self) -> None:
        """Undo ``scenario``."""
        self._transport.request("DELETE", "/scenario", body=self._scope)

    def load(self, name: str, scenario: Mapping[str, Any] | str) -> None:
        """Load a scenario until ``reset``. ``scenario``: the content of its file, as a mapping or as YAML text.

        AdminError with field and reason when it is invalid.
        """
        content = {"text": scenario} if isinstance(scenario, str) else {"body": dict(scenario)}
        self._transport.request("POST", "/scenarios", query={"name": name, **self._scope}, **content)

    def scenarios(self) -> list[ScenarioRecord]:
        """The loaded scenarios."""
        listed = self._transport.request("GET", "/scenarios", query=self._scope)["scenarios"]
        return [ScenarioRecord.of(data) for data in listed]

    def calls(self, *, limit: int = 100, after: int | str = 0, **filters: Unpack[Filters]) -> list[CallRecord]:
        """The calls that match, newest first; ``after``: only those with a greater id."""
        query = {**self._query(filters), "limit": limit, "after": after}
        return [CallRecord.of(data) for data in self._transport.request("GET", "/calls", query=query)["calls"]]

    def call(self, call_id: str) -> dict[str, Any]:
        """One call as JSON of ``GET /__admin/calls/{id}``: also with headers and the text that was signed."""
        call: dict[str, Any] = self._transport.request("GET", f"/calls/{call_id}")
        return call

    def count(self, *, after: int | str = 0, **filters: Unpack[Filters]) -> int:
        """The number of calls that match."""
        query = {**self._query(filters), "after": after}
        return int(self._transport.request("GET", "/calls/count", query=query)["count"])

    def wait(
        self, *, count: int = 1, timeout: float = 5.0, after: int | str = 0, **filters: Unpack[Filters]
    ) -> CallRecord:
        """The newest call that matches, as soon as ``count`` of them have come.

        WaitTimeout after ``timeout`` seconds of real time (at most 300); its text says which calls came instead, and in
        which fields the nearest differs.
        """
        query = {**self._query(filters), "count": count, "timeout": timeout, "after": after}
        return CallRecord.of(
            self._transport.request("GET", "/calls/wait", query=query, server_time=timeout)["calls"][0]
        )

    def payments(self, *, limit: int = 100) -> list[MockPayment]:
        """The payments and open sessions, the latest change first."""
        listed = self._transport.request("GET", "/payments", query={**self._scope, "limit": limit})["payments"]
        return [MockPayment.at(self._transport, data, client_id=self.client_id) for data in listed]

    def payment(self, payment_request_id: str) -> MockPayment:
        """One payment, with its buyer's actions: ``mock.payment(id).pay()``. AdminError when there is none."""
        path = MockPayment.path(payment_request_id)
        data = self._transport.request("GET", path, query=self._scope)
        return MockPayment.at(self._transport, data, client_id=self.client_id, payment_request_id=payment_request_id)

    def add_merchant(self, client_id: str, public_key: str) -> int:
        """Add a merchant's public key, as PEM or bare base64. Returns its key version, which counts from 1.

        From then on calls with this client id must be signed with one of its keys.
        """
        body = {"clientId": client_id, "publicKey": public_key}
        self.introduced.append(client_id)
        return int(self._transport.request("POST", "/merchants", body=body)["keyVersion"])

    def remove_merchant(self, client_id: str) -> None:
        """Remove the keys that ``add_merchant`` added for a client id, if any."""
        self._transport.request("DELETE", "/merchants", body={"clientId": client_id})

    def admin(self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None) -> Any:
        """The reply to any call of the admin API, as JSON; ``path`` follows ``/__admin``."""
        return self._transport.request(method, path, query=query, body=body)

    def events(self, *, kind: str | None = None, after: str | None = None, timeout: float | None = None) -> EventStream:
        """Events from now on, as an iterator that blocks until the next one.

        kind: call, payment, notification, clock or reset; None for all
        after: the id of the event to continue from
        timeout: seconds to wait for the next event before TimeoutError; None: no limit
        """
        return EventStream(self._transport, {**self._scope, "kind": kind}, after, timeout)

    def deliver_to(self, app: Any) -> AbstractContextManager[str]:
        """Deliver webhooks to an ASGI or WSGI app in this process, within a ``with`` block, which gets their URL.

        Use the URL as ``paymentNotifyUrl``, with any path of the app in place of ``/notify``. The app needs no port and
        no server; an ASGI app runs in an event loop of its own for each webhook, without its lifespan. ``webhooks`` has
        what arrived. TypeError when ``app`` is neither.
        """
        return self.webhooks.forwarding_to(app)

    def settle(self) -> None:
        """Return when no notification is due or being delivered: what has been caused so far has reached the shop.

        A notification that the shop refused counts as delivered until its next attempt is due. WaitTimeout when
        deliveries are still under way after 20 seconds.
        """
        left = self._transport.request("POST", "/settle", body=self._scope, server_time=_SETTLING)
        if left["notificationsUnderWay"]:
            detail = f"{left['notificationsUnderWay']} notifications are still being delivered"
            raise WaitTimeout({"title": "Not settled", "status": 408, "detail": detail, **left})

    def counts(self) -> dict[str, int]:
        """The numbers of calls, payments and notifications in the journal."""
        found: dict[str, int] = self._transport.request("GET", "/counts", query=self._scope)
        return found

    def clients(self) -> list[str]:
        """The client ids that have keys, calls or payments."""
        return list(self._transport.request("GET", "/clients")["clientIds"])

    def reset(self) -> None:
        """Delete calls, payments, notifications and loaded scenarios; reset counters, chosen scenario and clock."""
        self._transport.request("POST", "/reset", body=self._scope)

    def close(self) -> None:
        """Close the connections, and stop receiving webhooks. A Mock from ``for_client`` uses those of its origin."""
        self.webhooks.close()
        if self._owns_transport:
            self._transport.close()

    @property
    def _scope(self) -> dict[str, str]:
        return {} if self.client_id is None else {"clientId": self.client_id}

    def _query(self, filters: Filters) -> dict[str, Any]:
        return {**self._scope, **filter_query(filters, Filters)}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        scope = f", client_id={self.client_id!r}" if self.client_id else ""
        return f"Mock({self.url!r}{scope})"


def _check(client_id: str | None) -> None:
    if client_id == "":
        raise UsageError("client_id: expected a client id, or None for all of them, got an empty string")
