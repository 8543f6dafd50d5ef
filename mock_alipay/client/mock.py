"""``Mock``: a Python client of a gateway's admin API."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

from mock_alipay.client.async_mock import AsyncMockAlipay
from mock_alipay.client.clock import MockClock
from mock_alipay.client.events import EventStream
from mock_alipay.client.filters import Filters
from mock_alipay.client.names import EventKind, OwnScenario, Scenario
from mock_alipay.client.notifications import MockNotifications
from mock_alipay.client.payment import MockPayment
from mock_alipay.client.records import CallRecord, ScenarioRecord
from mock_alipay.client.requests import MockRequests, checked
from mock_alipay.client.transport import Transport, run
from mock_alipay.client.webhooks import Webhooks


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
        checked(client_id)
        self._transport = Transport(url, admin_token, ca_certificate)
        self._owns_transport = True
        self._requests = MockRequests(self._transport, MockPayment, client_id, merchant_private_key)
        self._connection: dict[str, Any] = {"admin_token": admin_token, "ca_certificate": ca_certificate}
        self.webhooks = Webhooks()
        """Receives webhooks in place of a shop: ``url``, ``wait``, ``answer``."""

    def for_client(self, client_id: str | None, *, merchant_private_key: str | None = None) -> Mock:
        """A Mock of the same gateway for another client id, or for all, over the same connections."""
        requests = self._requests.for_client(client_id, merchant_private_key=merchant_private_key)
        mock = copy.copy(self)
        vars(mock).update(_requests=requests, _owns_transport=False, webhooks=Webhooks(self.webhooks.verify))
        return mock

    def asynchronous(self) -> AsyncMockAlipay:
        """An AsyncMockAlipay of the same gateway, client id and credentials; close it, or use it in ``async with``."""
        requests = self._requests
        key = requests.merchant_private_key
        mock = AsyncMockAlipay(self.url, client_id=self.client_id, merchant_private_key=key, **self._connection)
        mock.webhooks.verify = self.webhooks.verify
        return mock

    @property
    def client_id(self) -> str | None:
        """The client id that every method is about; None: all."""
        return self._requests.client_id

    @property
    def introduced(self) -> list[str]:
        """The arguments of ``for_client`` and ``add_merchant`` so far, those of Mocks from ``for_client`` included."""
        return self._requests.introduced

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
        return self._requests.url

    @property
    def env(self) -> dict[str, Any]:
        """What a merchant's client needs: ``clientId``, ``merchantPrivateKey``, ``gatewayPublicKey``, ``url`` and more.

        Keys are bare base64. ``tlsUrl`` and ``caCertificate`` (the path of a PEM file) are None without HTTPS.
        """
        return run(self._requests.env)

    @property
    def credentials(self) -> dict[str, str]:
        """Arguments of the official Python SDK's client: client_id, merchant_private_key, alipay_public_key.

        UsageError when the private key of this client id is unknown.
        """
        return run(self._requests.credentials)

    def health(self) -> str:
        """The gateway's version. Unreachable when another server replies."""
        return run(self._requests.health())

    def scenario(self, name: Scenario, *, times: int | None = None) -> None:
        """Select a scenario for the next ``times`` calls, or until changed. AdminError for an unknown name.

        name: of a shipped scenario, what ``load`` returned, or ``OwnScenario("name")`` for a file of your own
        """
        run(self._requests.scenario(name, times=times))

    def clear_scenario(self) -> None:
        """Undo ``scenario``."""
        run(self._requests.clear_scenario())

    def load(self, name: str, scenario: Mapping[str, Any] | str) -> OwnScenario:
        """Load a scenario until ``reset``; returns its name for ``scenario``.

        scenario: the content of its file, as a mapping or as YAML text. AdminError with field and reason when it is
        invalid.
        """
        return run(self._requests.load(name, scenario))

    def scenarios(self) -> list[ScenarioRecord]:
        """The loaded scenarios."""
        return run(self._requests.scenarios())

    def calls(self, *, limit: int = 100, after: int | str = 0, **filters: Unpack[Filters]) -> list[CallRecord]:
        """The calls that match, newest first; ``after``: only those with a greater id."""
        return run(self._requests.calls(limit=limit, after=after, **filters))

    def call(self, call_id: str) -> dict[str, Any]:
        """One call as JSON of ``GET /__admin/calls/{id}``: also with headers and the text that was signed."""
        return run(self._requests.call(call_id))

    def count(self, *, after: int | str = 0, **filters: Unpack[Filters]) -> int:
        """The number of calls that match."""
        return run(self._requests.count(after=after, **filters))

    def wait(
        self, *, count: int = 1, timeout: float = 5.0, after: int | str = 0, **filters: Unpack[Filters]
    ) -> CallRecord:
        """The newest call that matches, as soon as ``count`` of them have come.

        WaitTimeout after ``timeout`` seconds of real time (at most 300); its text says which calls came instead, and in
        which fields the nearest differs.
        """
        return run(self._requests.wait(count=count, timeout=timeout, after=after, **filters))

    def payments(self, *, limit: int = 100) -> list[MockPayment]:
        """The payments and open sessions, the latest change first."""
        return run(self._requests.payments(limit=limit))

    def payment(self, payment_request_id: str) -> MockPayment:
        """One payment, with its buyer's actions: ``mock.payment(id).pay()``. AdminError when there is none."""
        return run(self._requests.payment(payment_request_id))

    def add_merchant(self, client_id: str, public_key: str) -> int:
        """Add a merchant's public key, as PEM or bare base64. Returns its key version, which counts from 1.

        From then on calls with this client id must be signed with one of its keys.
        """
        return run(self._requests.add_merchant(client_id, public_key))

    def remove_merchant(self, client_id: str) -> None:
        """Remove the keys that ``add_merchant`` added for a client id, if any."""
        run(self._requests.remove_merchant(client_id))

    def admin(self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None) -> Any:
        """The reply to any call of the admin API, as JSON; ``path`` follows ``/__admin``."""
        return run(self._requests.admin(method, path, query=query, body=body))

    def events(
        self, *, kind: EventKind | None = None, after: str | None = None, timeout: float | None = None
    ) -> EventStream:
        """Events from now on, as an iterator that blocks until the next one.

        kind: call, payment, notification, clock or reset; None for all
        after: the id of the event to continue from
        timeout: seconds to wait for the next event before TimeoutError; None: no limit
        """
        return EventStream(self._transport, {**self._requests.scope, "kind": kind}, after, timeout)

    def deliver_to(self, app: Any) -> AbstractContextManager[str]:
        """Deliver webhooks to an ASGI or WSGI app in this process, within a ``with`` block, which gets their URL.

        Use the URL as ``paymentNotifyUrl``, with any path of the app in place of ``/notify``. The app needs no port and
        no server; an ASGI app runs in an event loop of its own for each webhook, without its lifespan. ``webhooks`` has
        what arrived. TypeError when ``app`` is neither.
        """
        return self.webhooks.forwarding_to(app)

    def settle(self) -> None:
        """Return when nothing is in progress: no delayed call, no notification that is due or being delivered.

        It does not wait for what the clock has not reached yet: the next attempt of a notification that the shop
        refused, a late buyer, an expiry. Nor does it wait for calls that hang (fault ``hang``). WaitTimeout when
        something is still in progress after 20 seconds.
        """
        run(self._requests.settle())

    def counts(self) -> dict[str, int]:
        """The numbers of calls, payments and notifications in the journal."""
        return run(self._requests.counts())

    def clients(self) -> list[str]:
        """The client ids that have keys, calls or payments."""
        return run(self._requests.clients())

    def reset(self) -> None:
        """Delete calls, payments, notifications and loaded scenarios; reset counters, chosen scenario and clock."""
        run(self._requests.reset())

    def close(self) -> None:
        """Close the connections, and stop receiving webhooks. A Mock from ``for_client`` uses those of its origin."""
        self.webhooks.close()
        if self._owns_transport:
            self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return self._requests.shown(type(self).__name__)
