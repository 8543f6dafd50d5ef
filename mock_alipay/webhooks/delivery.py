"""One attempt to deliver a notification, and what follows from how it went."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from mock_alipay.errors import AddressNotAllowed, DeliveryError
from mock_alipay.journal.notifications import Attempt, Notification
from mock_alipay.webhooks.acknowledgement import complaint
from mock_alipay.webhooks.http_client import HttpClient
from mock_alipay.webhooks.signed_request import RequestSigner

_KEPT = 4096
"""Bytes of an answer that are kept."""


class Delivery:
    """Seals a notification, sends it, and judges the answer.

    ``intervals``: how long after the one before each attempt is made, the first of them after the event.
    """

    def __init__(self, request_signer: RequestSigner, http_client: HttpClient, intervals: Sequence[timedelta]) -> None:
        self._request_signer = request_signer
        self._http_client = http_client
        self._intervals = intervals

    async def attempt(self, notification: Notification, moment: datetime, request_time: datetime) -> Attempt:
        """What came of it; the timetable goes by ``moment``, the merchant is told ``request_time``."""
        if notification.url is None:
            return Attempt(moment, None, b"", notification.problem, 0.0, forbidden=True)
        headers, body = await self._request_signer.sign(notification, request_time)
        began = time.perf_counter()

        def made(status: int | None, answer: bytes, why: str | None, *, forbidden: bool = False) -> Attempt:
            took = time.perf_counter() - began
            return Attempt(moment, status, answer[:_KEPT], why, took, forbidden=forbidden, headers=headers)

        try:
            answer = await self._http_client.post(notification.url, headers, body)
        except DeliveryError as error:
            return made(None, b"", str(error), forbidden=isinstance(error, AddressNotAllowed))
        why = complaint(answer.status, answer.body, truncated=answer.truncated, encoding=answer.encoding)
        return made(answer.status, answer.body, why)

    def after(self, notification: Notification, attempt: Attempt) -> Notification:
        """How a notification stands after an attempt; one that was made by hand leaves the timetable as it was."""
        changed = notification._replace(attempts=(*notification.attempts, attempt))
        if attempt.complaint is None:
            return changed._replace(status="ACCEPTED", due=None, problem=None)
        if notification.status != "PENDING":
            # What was acknowledged stays so, however late another attempt fails.
            return changed
        if attempt.forbidden:
            return changed._replace(status="REFUSED", due=None, problem=attempt.complaint)
        if attempt.by_hand:
            return changed
        made = sum(not one.by_hand for one in changed.attempts)
        if made >= len(self._intervals):
            return changed._replace(status="GIVEN_UP", due=None)
        return changed._replace(due=attempt.time + self._intervals[made])

    async def close(self) -> None:
        """Send nothing more."""
        await self._http_client.close()
