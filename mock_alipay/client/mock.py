"""``Mock``: a running gateway in the hands of a test."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

from mock_alipay.client.clock import MockClock
from mock_alipay.client.events import EventStream
from mock_alipay.client.filters import Filters, asked
from mock_alipay.client.notifications import MockNotifications
from mock_alipay.client.payment import MockPayment
from mock_alipay.client.records import CallRecord, ScenarioRecord
from mock_alipay.client.transport import Transport
from mock_alipay.errors import UsageError


class Mock:
    """Steers a gateway through its admin API, and looks back at what happened.

    With a ``client_id`` everything concerns that client id alone: its calls, payments, scenario and clock.
    ``ca_certificate`` is a PEM file to trust over HTTPS, such as ``env["caCertificate"]``, in place of the system's.
    Errors: Unreachable, AdminError with the gateway's own words, WaitTimeout from ``wait``, UsageError.
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
        self._owns_link = True
        self._merchant_private_key = merchant_private_key
        self.client_id = client_id
        self.introduced: list[str] = []
        """Client ids that ``for_client`` and ``add_merchant`` were asked for, here and by what ``for_client`` gave."""

    def for_client(self, client_id: str | None, *, merchant_private_key: str | None = None) -> Mock:
        """The same gateway as one client id meets it, or as all do, over the same connections."""
        _check(client_id)
        mock = copy.copy(self)
        vars(mock).update(client_id=client_id, _merchant_private_key=merchant_private_key, _owns_link=False)
        if client_id is not None:
            self.introduced.append(client_id)
        return mock

    @property
    def clock(self) -> MockClock:
        """The clock of the client id, or that of all."""
        return MockClock(self._transport, self.client_id)

    @property
    def notifications(self) -> MockNotifications:
        """What the gateway has told the merchant, or will: of the client id, or of all."""
        return MockNotifications(self._transport, self.client_id)

    @property
    def url(self) -> str:
        """The gateway's URL, as merchants configure it: without a slash at its end."""
        return self._transport.url

    @property
    def env(self) -> dict[str, Any]:
        """What a client must be set up with, as ``GET /__admin/env`` says it."""
        found: dict[str, Any] = self._transport.ask("GET", "/env")
        return found

    @property
    def credentials(self) -> dict[str, str]:
        """Arguments of the official Python SDK's client: client_id, merchant_private_key, alipay_public_key."""
        env = self.env
        own = self.client_id in (None, env["clientId"])
        if self._merchant_private_key is None and not own:
            raise UsageError(
                f"the private key of {self.client_id} is not known here; give merchant_private_key to Mock"
            )
        return {
            "client_id": self.client_id or env["clientId"],
            "merchant_private_key": self._merchant_private_key or env["merchantPrivateKey"],
            "alipay_public_key": env["gatewayPublicKey"],
        }

    def health(self) -> str:
        """The version of the gateway that answers."""
        return self._transport.health()

    def scenario(self, name: str, *, times: int | None = None) -> None:
        """Play a scenario for the next ``times`` calls, or until changed."""
        overrides = {"scenario": name, "times": times}
        self._transport.ask("PUT", "/scenario", body={**self._whom, **overrides})

    def clear_scenario(self) -> None:
        """Take back what was set."""
        self._transport.ask("DELETE", "/scenario", body=self._whom)

    def load(self, name: str, scenario: Mapping[str, Any] | str) -> None:
        """Add a scenario until reset; ``scenario`` holds what its file would, as a mapping or as YAML text."""
        content = {"text": scenario} if isinstance(scenario, str) else {"body": dict(scenario)}
        self._transport.ask("POST", "/scenarios", query={"name": name, **self._whom}, **content)

    def scenarios(self) -> list[ScenarioRecord]:
        """Every scenario that can be chosen."""
        return [
            ScenarioRecord.of(one) for one in self._transport.ask("GET", "/scenarios", query=self._whom)["scenarios"]
        ]

    def calls(self, *, limit: int = 100, after: int | str = 0, **filters: Unpack[Filters]) -> list[CallRecord]:
        """The calls that fit, newest first; ``after``: with an id greater than this."""
        query = {**self._filters(filters), "limit": limit, "after": after}
        return [CallRecord.of(one) for one in self._transport.ask("GET", "/calls", query=query)["calls"]]

    def call(self, call_id: str) -> dict[str, Any]:
        """One call whole, as ``GET /__admin/calls/{id}`` says it: with headers, and what was signed."""
        found: dict[str, Any] = self._transport.ask("GET", f"/calls/{call_id}")
        return found

    def count(self, *, after: int | str = 0, **filters: Unpack[Filters]) -> int:
        """How many calls fit."""
        return int(
            self._transport.ask("GET", "/calls/count", query={**self._filters(filters), "after": after})["count"]
        )

    def wait(
        self, *, count: int = 1, timeout: float = 5.0, after: int | str = 0, **filters: Unpack[Filters]
    ) -> CallRecord:
        """The newest call that fits, as soon as ``count`` of them are there.

        WaitTimeout after ``timeout`` seconds: it says what came instead, and where the nearest differ.
        """
        query = {**self._filters(filters), "count": count, "timeout": timeout, "after": after}
        return CallRecord.of(self._transport.ask("GET", "/calls/wait", query=query, takes=timeout)["calls"][0])

    def remove_merchant(self, client_id: str) -> None:
        """Take away the keys that were added for a client id."""
        self._transport.ask("DELETE", "/merchants", body={"clientId": client_id})

    def payments(self, *, limit: int = 100) -> list[MockPayment]:
        """The payments that the gateway knows, the latest change first."""
        found = self._transport.ask("GET", "/payments", query={**self._whom, "limit": limit})["payments"]
        return [MockPayment.at(self._transport, one) for one in found]

    def payment(self, payment_request_id: str) -> MockPayment:
        """One payment, with what its buyer can do: ``mock.payment(id).pay()``."""
        path = MockPayment.path(payment_request_id)
        return MockPayment.at(self._transport, self._transport.ask("GET", path, query=self._whom))

    def add_merchant(self, client_id: str, public_key: str) -> int:
        """Add a merchant's public key, PEM or bare base64; its key version."""
        body = {"clientId": client_id, "publicKey": public_key}
        self.introduced.append(client_id)
        return int(self._transport.ask("POST", "/merchants", body=body)["keyVersion"])

    def events(self, *, kind: str | None = None, after: str | None = None, timeout: float | None = None) -> EventStream:
        """What happens from now on, as it happens; ``after`` is the id of an event to go on from.

        ``timeout``: seconds that the next one may take; without it the stream waits for as long as it takes.
        """
        return EventStream(self._transport, {**self._whom, "kind": kind}, after, timeout)

    def reset(self) -> None:
        """Forget payments, notifications, counters, choices, loaded scenarios, journal and clock."""
        self._transport.ask("POST", "/reset", body=self._whom)

    def close(self) -> None:
        """Close the connections to the gateway; those of ``for_client`` are its maker's to close."""
        if self._owns_link:
            self._transport.close()

    @property
    def _whom(self) -> dict[str, str]:
        return {} if self.client_id is None else {"clientId": self.client_id}

    def _filters(self, filters: Filters) -> dict[str, Any]:
        return {**self._whom, **asked(filters, Filters)}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        whom = f", client_id={self.client_id!r}" if self.client_id else ""
        return f"Mock({self.url!r}{whom})"


def _check(client_id: str | None) -> None:
    if client_id == "":
        raise UsageError("client_id: expected a client id, or None for all of them, got an empty string")
