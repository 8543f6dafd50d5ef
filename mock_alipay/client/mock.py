"""``Mock``: a Python client of a gateway's admin API."""

from __future__ import annotations

import copy
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mock_alipay.client.blocking import BlockingRequests
from mock_alipay.client.clock import MockClock
from mock_alipay.client.events import EventStream
from mock_alipay.client.names import EventKind
from mock_alipay.client.notifications import MockNotifications
from mock_alipay.client.payment import MockPayment
from mock_alipay.client.requests import MockRequests, checked, shown
from mock_alipay.client.transport import Transport
from mock_alipay.client.webhooks import Webhooks

if TYPE_CHECKING:
    from mock_alipay.client.async_mock import AsyncMockAlipay


class Mock(BlockingRequests):
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
        self._secrets: dict[str, Any] = {
            "merchant_private_key": merchant_private_key,
            "admin_token": admin_token,
            "ca_certificate": ca_certificate,
        }
        self.webhooks = Webhooks()
        """Receives webhooks in place of a shop: ``url``, ``wait``, ``answer``."""

    def for_client(self, client_id: str | None, *, merchant_private_key: str | None = None) -> Mock:
        """A Mock of the same gateway for another client id, or for all, over the same connections."""
        requests = self._requests.for_client(client_id, merchant_private_key=merchant_private_key)
        mock = copy.copy(self)
        secrets = {**self._secrets, "merchant_private_key": merchant_private_key}
        vars(mock).update(_requests=requests, _secrets=secrets, _owns_transport=False)
        mock.webhooks = Webhooks(self.webhooks.verify)
        return mock

    def asynchronous(self) -> AsyncMockAlipay:
        """An AsyncMockAlipay of the same gateway, client id and credentials; close it, or use it in ``async with``."""
        from mock_alipay.client.async_mock import AsyncMockAlipay

        mock = AsyncMockAlipay(self.url, client_id=self.client_id, **self._secrets)
        mock.introduced, mock.webhooks.verify = self.introduced, self.webhooks.verify
        return mock

    @property
    def clock(self) -> MockClock:
        """The clock: ``now``, ``advance``, ``freeze``, ``run``."""
        return MockClock(self._transport, self.client_id)

    @property
    def notifications(self) -> MockNotifications:
        """The notifications, newest first when called; ``wait``, ``get``, ``resend``, ``send``."""
        return MockNotifications(self._transport, self.client_id)

    def events(
        self, *, kind: EventKind | None = None, after: str | None = None, timeout: float | None = None
    ) -> EventStream:
        """Events from now on, as an iterator that blocks until the next one.

        kind: call, payment, notification, clock or reset; None for all
        after: the id of the event to continue from
        timeout: seconds to wait for the next event before TimeoutError; None: no limit
        """
        return EventStream(self._transport, {"clientId": self.client_id, "kind": kind}, after, timeout)

    def deliver_to(self, app: Any) -> AbstractContextManager[str]:
        """Deliver webhooks to an ASGI or WSGI app in this process, within a ``with`` block, which gets their URL.

        Use the URL as ``paymentNotifyUrl``, with any path of the app in place of ``/notify``. The app needs no port and
        no server; an ASGI app runs in an event loop of its own for each webhook, without its lifespan. ``webhooks`` has
        what arrived. TypeError when ``app`` is neither.
        """
        return self.webhooks.forwarding_to(app)

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
        return shown("Mock", self.url, self.client_id)
