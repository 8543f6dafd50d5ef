"""Notifications in a test's hands: those that were sent, waiting for one, sending one by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from mock_alipay.client.filters import NotificationFilters, asked
from mock_alipay.client.records import NotificationRecord, camel
from mock_alipay.client.transport import Transport

_PATIENCE = 15.0
"""Seconds that a delivery may take: a shop gets ten to answer."""


class MockNotifications:
    """The notifications of one client id, or without one those of all. Calling it lists them."""

    def __init__(self, transport: Transport, client_id: str | None) -> None:
        self._transport = transport
        self._whom = {} if client_id is None else {"clientId": client_id}

    def __call__(
        self, *, limit: int = 100, after: int | str = 0, **filters: Unpack[NotificationFilters]
    ) -> list[NotificationRecord]:
        """Those that fit, newest first; ``after``: with an id greater than this."""
        query = {**self._filters(filters), "limit": limit, "after": after}
        return [
            NotificationRecord.of(one)
            for one in self._transport.ask("GET", "/notifications", query=query)["notifications"]
        ]

    def wait(
        self, *, count: int = 1, timeout: float = 5.0, after: int | str = 0, **filters: Unpack[NotificationFilters]
    ) -> NotificationRecord:
        """The newest that fits, as soon as ``count`` of them have been sent, or never will be.

        WaitTimeout after ``timeout`` seconds: it says how the latest one stands.
        """
        query = {**self._filters(filters), "count": count, "timeout": timeout, "after": after}
        found = self._transport.ask("GET", "/notifications/wait", query=query, takes=timeout)
        return NotificationRecord.of(found["notifications"][0])

    def get(self, notification_id: str, *, attempts_after: int | None = None) -> NotificationRecord:
        """One of them, with its latest 20 attempts, or with the 20 that follow the first ``attempts_after``."""
        query = {"attemptsAfter": attempts_after}
        return NotificationRecord.of(self._transport.ask("GET", f"/notifications/{notification_id}", query=query))

    def resend(self, notification_id: str) -> NotificationRecord:
        """Send one again, now; as it stands after that."""
        path = f"/notifications/{notification_id}/resend"
        return NotificationRecord.of(self._transport.ask("POST", path, takes=_PATIENCE))

    def send(
        self,
        notification: str,
        payment_request_id: str | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        url: str | None = None,
        **changes: Any,
    ) -> list[NotificationRecord]:
        """Send one of a payment as it stands, or with a body of your own.

        ``changes`` are a scenario's keys for a notification: ``set={"paymentAmount.value": "1"}``, ``duplicate=2``,
        ``fault="bad-signature"`` and so on; and ``notify_type`` and ``transaction_id`` (which capture or refund).
        """
        given = {"payment_request_id": payment_request_id, "body": body, "url": url, **changes}
        asked = {camel(name): value for name, value in given.items() if value is not None}
        overrides = {**self._whom, "notification": notification, **asked}
        found = self._transport.ask("POST", "/notifications", body=overrides)["notifications"]
        return [NotificationRecord.of(one) for one in found]

    def _filters(self, filters: NotificationFilters) -> dict[str, Any]:
        return {**self._whom, **asked(filters, NotificationFilters)}
