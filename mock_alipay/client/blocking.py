"""The methods of ``Mock`` that ask the gateway: each runs the coroutine function of the same name in ``requests``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from mock_alipay.client.filters import Filters
from mock_alipay.client.names import OwnScenario, Scenario
from mock_alipay.client.payment import MockPayment
from mock_alipay.client.records import CallRecord, ScenarioRecord
from mock_alipay.client.requests import MockRequests
from mock_alipay.client.transport import run


class BlockingRequests:
    """The methods of a Mock that ask the gateway, and return when it has replied."""

    _requests: MockRequests[MockPayment]

    @property
    def client_id(self) -> str | None:
        """The client id that every method is about; None: all."""
        return self._requests.client_id

    @property
    def introduced(self) -> list[str]:
        """The arguments of ``for_client`` and ``add_merchant`` so far, those of Mocks from ``for_client`` included."""
        return self._requests.introduced

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

    def settle(self) -> None:
        """Return when no notification is due or being delivered: what has been caused so far has reached the shop.

        A notification that the shop refused counts as delivered until its next attempt is due. WaitTimeout when
        deliveries are still under way after 20 seconds.
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
