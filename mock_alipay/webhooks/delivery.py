"""A delivery attempt and the state of the notification after it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from mock_alipay.errors import AddressNotAllowed, DeliveryError
from mock_alipay.journal.notifications import Attempt, Notification
from mock_alipay.text.wording import beginning
from mock_alipay.webhooks.acknowledgement import complaint
from mock_alipay.webhooks.http_client import HttpClient
from mock_alipay.webhooks.signed_request import RequestSigner

_MAX_ANSWER = 4096
"""Bytes of a response that the journal keeps."""


class Delivery:
    """Signs a notification, sends it, and checks the response.

    ``intervals`` is the retry schedule: the time between each attempt and the one before; the first follows the event.
    """

    def __init__(self, request_signer: RequestSigner, http_client: HttpClient, intervals: Sequence[timedelta]) -> None:
        self._request_signer = request_signer
        self._http_client = http_client
        self._intervals = intervals

    async def attempt(self, notification: Notification, moment: datetime, request_time: datetime) -> Attempt:
        """Make an attempt; the retry schedule counts from ``moment``, the merchant receives ``request_time``."""
        if notification.url is None:
            return Attempt(moment, None, b"", notification.problem, 0.0, forbidden=True)
        headers, body = await self._request_signer.sign(notification, request_time)
        started = time.perf_counter()

        def outcome(status: int | None, answer: bytes, why: str | None, *, forbidden: bool = False) -> Attempt:
            took = time.perf_counter() - started
            kept = beginning(answer.decode("latin-1"), _MAX_ANSWER).encode("latin-1")
            return Attempt(moment, status, kept, why, took, forbidden=forbidden, headers=headers)

        try:
            answer = await self._http_client.post(notification.url, headers, body)
        except DeliveryError as error:
            return outcome(None, b"", str(error), forbidden=isinstance(error, AddressNotAllowed))
        why = complaint(answer.status, answer.body, truncated=answer.truncated, encoding=answer.encoding)
        return outcome(answer.status, answer.body, why)

    def after(self, notification: Notification, attempt: Attempt) -> Notification:
        """The notification after an attempt; a manual resend does not change the retry schedule."""
        changed = notification._replace(attempts=(*notification.attempts, attempt))
        if attempt.complaint is None:
            return changed._replace(status="ACCEPTED", due=None, problem=None)
        if notification.status != "PENDING":
            # A late failure does not revert an acknowledgement.
            return changed
        if attempt.forbidden:
            return changed._replace(status="REFUSED", due=None, problem=attempt.complaint)
        if attempt.by_hand:
            return changed
        scheduled = sum(not earlier.by_hand for earlier in changed.attempts)
        if scheduled >= len(self._intervals):
            return changed._replace(status="GIVEN_UP", due=None)
        return changed._replace(due=attempt.time + self._intervals[scheduled])

    async def close(self) -> None:
        """Close the HTTP client."""
        await self._http_client.close()
