"""``Mock.notifications`` and ``AsyncMockAlipay.notifications``: list, wait for, resend and send notifications."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, Unpack

from mock_alipay.client.filters import NotificationFilters, filter_query
from mock_alipay.client.names import NotificationName
from mock_alipay.client.payment_records import NotificationRecord
from mock_alipay.client.records import camel
from mock_alipay.client.transport import Requests, run

_DELIVERY_TIME = 15.0
"""Seconds that a delivery may take: the merchant's server has ten to respond."""


class AsyncMockNotifications:
    """The notifications of one client id, or of all of them: ``MockNotifications`` for event loops."""

    def __init__(self, transport: Requests, client_id: str | None) -> None:
        self._transport = transport
        self._scope = {} if client_id is None else {"clientId": client_id}

    async def __call__(
        self, *, limit: int = 100, after: int | str = 0, **filters: Unpack[NotificationFilters]
    ) -> list[NotificationRecord]:
        """The notifications that match, newest first."""
        query = {**self._query(filters), "limit": limit, "after": after}
        listed = await self._transport.request("GET", "/notifications", query=query)
        return [NotificationRecord.of(data) for data in listed["notifications"]]

    async def wait(
        self,
        *,
        id: str | None = None,  # noqa: A002 - the record's name for it
        count: int = 1,
        timeout: float = 5.0,
        after: int | str = 0,
        **filters: Unpack[NotificationFilters],
    ) -> NotificationRecord:
        """The newest notification that matches, as ``MockNotifications.wait`` does."""
        if id is not None:
            others = {"count": count != 1, "after": after != 0, **dict.fromkeys(filters.keys() - {"status"}, True)}
            if refused := [name for name, given in others.items() if given]:
                raise TypeError(f"wait(id=…) takes timeout and status only, got {', '.join(sorted(refused))}")
            return await _delivered(self._transport, id, timeout, filter_query(filters, NotificationFilters))
        query = {**self._query(filters), "count": count, "timeout": timeout, "after": after}
        reply = await self._transport.request("GET", "/notifications/wait", query=query, server_time=timeout)
        return NotificationRecord.of(reply["notifications"][0])

    async def get(self, notification_id: str, *, attempts_after: int | None = None) -> NotificationRecord:
        """One notification, as ``MockNotifications.get`` does."""
        query = {"attemptsAfter": attempts_after}
        return NotificationRecord.of(
            await self._transport.request("GET", f"/notifications/{notification_id}", query=query)
        )

    async def resend(self, notification_id: str) -> NotificationRecord:
        """Deliver a notification once more, now; returns it after that attempt."""
        path = f"/notifications/{notification_id}/resend"
        return NotificationRecord.of(await self._transport.request("POST", path, server_time=_DELIVERY_TIME))

    async def send(
        self,
        notification: NotificationName,
        payment_request_id: str | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        url: str | None = None,
        wait: bool = False,
        timeout: float = 5.0,
        **changes: Any,
    ) -> list[NotificationRecord]:
        """Send a notification, as ``MockNotifications.send`` does."""
        fields = {"payment_request_id": payment_request_id, "body": body, "url": url, **changes}
        given = {camel(name): value for name, value in fields.items() if value is not None}
        request = {**self._scope, "notification": notification, **given}
        reply = await self._transport.request("POST", "/notifications", body=request)
        sent = [NotificationRecord.of(data) for data in reply["notifications"]]
        return await delivered(self._transport, (record.id for record in sent), timeout) if wait else sent

    def _query(self, filters: NotificationFilters) -> dict[str, Any]:
        return {**self._scope, **filter_query(filters, NotificationFilters)}


class MockNotifications:
    """The notifications of one client id, or of all of them. Call it for a list: ``mock.notifications(limit=10)``.

    Filters, as keyword arguments: ``client_id``, ``notification`` (such as ``notifyPayment``),
    ``payment_request_id`` and ``status``. A notification must match all that are given.
    """

    def __init__(self, transport: Requests, client_id: str | None) -> None:
        self._steps = AsyncMockNotifications(transport, client_id)

    def __call__(
        self, *, limit: int = 100, after: int | str = 0, **filters: Unpack[NotificationFilters]
    ) -> list[NotificationRecord]:
        """The notifications that match, newest first; ``after``: only those with a greater id."""
        return run(self._steps(limit=limit, after=after, **filters))

    def wait(
        self,
        *,
        id: str | None = None,  # noqa: A002 - the record's name for it
        count: int = 1,
        timeout: float = 5.0,
        after: int | str = 0,
        **filters: Unpack[NotificationFilters],
    ) -> NotificationRecord:
        """The newest notification that matches, as soon as ``count`` of them are delivered.

        With ``id`` it waits for that notification instead; the only filter is then ``status``. A notification counts as
        delivered when an attempt got its response, whatever it was, or failed, and also when it is certain that
        none will be made (DROPPED, REFUSED). WaitTimeout after ``timeout`` seconds of real time; its text has the
        status of the latest notification and its last problem.
        """
        return run(self._steps.wait(id=id, count=count, timeout=timeout, after=after, **filters))

    def get(self, notification_id: str, *, attempts_after: int | None = None) -> NotificationRecord:
        """One notification with its latest 20 attempts, or with the 20 after the first ``attempts_after``.

        AdminError when there is none, or when it was evicted.
        """
        return run(self._steps.get(notification_id, attempts_after=attempts_after))

    def resend(self, notification_id: str) -> NotificationRecord:
        """Deliver a notification once more, now; returns it after that attempt."""
        return run(self._steps.resend(notification_id))

    def send(
        self,
        notification: NotificationName,
        payment_request_id: str | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        url: str | None = None,
        wait: bool = False,
        timeout: float = 5.0,
        **changes: Any,
    ) -> list[NotificationRecord]:
        """Send a notification about the current state of a payment, or with a ``body`` of your own.

        notification: such as ``notifyPayment``
        url: in place of the payment's own; required with a ``body`` and no payment
        wait: return when everything is delivered, as ``wait(id=…)`` defines it, in place of at once; WaitTimeout when
            that takes more than ``timeout`` seconds of real time
        changes: keys of a scenario's notification step, such as ``set={"paymentAmount.value": "1"}``, ``duplicate=2``
            or ``fault="bad-signature"``; also ``notify_type``, and the ``transaction_id`` of a capture or refund

        Returns the notifications, of which ``duplicate`` makes several. AdminError when a value is invalid.
        """
        steps = self._steps.send(
            notification, payment_request_id, body=body, url=url, wait=wait, timeout=timeout, **changes
        )
        return run(steps)


async def delivered(transport: Requests, ids: Iterable[str], timeout: float) -> list[NotificationRecord]:
    """The notifications with these ids once all are delivered; WaitTimeout after ``timeout`` seconds in all."""
    deadline = time.monotonic() + timeout
    return [await _delivered(transport, id_, max(deadline - time.monotonic(), 0.0), {}) for id_ in ids]


async def _delivered(transport: Requests, id_: str, timeout: float, query: Mapping[str, Any]) -> NotificationRecord:
    path, query = f"/notifications/{id_}/wait", {**query, "timeout": timeout}
    return NotificationRecord.of(await transport.request("GET", path, query=query, server_time=timeout))
