"""A delivery attempt, and the notification after it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.journal.notifications import Attempt
from mock_alipay.webhooks import HttpClient
from mock_alipay.webhooks.delivery import Delivery
from tests.calls import NOW
from tests.webhooks.deliveries import notification, request_signer
from tests.webhooks.merchant import listening

MINUTE = timedelta(minutes=1)
FAILED = Attempt(NOW, 500, b"", "the HTTP status was 500, expected 200", 0.0)
ACCEPTED = Attempt(NOW, 200, b"{}", None, 0.0)
FORBIDDEN = Attempt(NOW, None, b"", "never", 0.0, forbidden=True)
RESENT = FAILED._replace(by_hand=True)


@pytest.fixture
def delivery() -> Delivery:
    """A delivery with two attempts, the second after two minutes."""
    return Delivery(request_signer(enabled=False), HttpClient(), (timedelta(), 2 * MINUTE))


@pytest.mark.parametrize(
    ("before", "attempt", "expected"),
    [
        ((), ACCEPTED, ("ACCEPTED", None, None)),
        ((), FAILED, ("PENDING", NOW + 2 * MINUTE, None)),
        ((FAILED,), FAILED, ("GIVEN_UP", None, None)),
        ((), FORBIDDEN, ("REFUSED", None, "never")),
        ((), RESENT, ("PENDING", NOW, None)),
        ((RESENT,), FAILED, ("PENDING", NOW + 2 * MINUTE, None)),
        ((FAILED,), ACCEPTED._replace(by_hand=True), ("ACCEPTED", None, None)),
    ],
)
def test_an_attempt_changes_the_notification(
    delivery: Delivery, before: tuple[Attempt, ...], attempt: Attempt, expected: tuple[Any, ...]
) -> None:
    """Status, next attempt and problem; failed resends do not count."""
    changed = delivery.after(notification("1", due=NOW, attempts=before), attempt)
    assert expected == (changed.status, changed.due, changed.problem)
    assert (*before, attempt) == changed.attempts


@pytest.mark.parametrize("status", ["ACCEPTED", "GIVEN_UP", "DROPPED", "REFUSED"])
def test_after_a_final_status_only_an_acknowledgement_counts(delivery: Delivery, status: Any) -> None:
    """Late failures and failed resends change nothing; an acknowledgement also clears the problem."""
    ended = notification("1", due=None, status=status, problem="why")
    for attempt in (FAILED, FORBIDDEN, RESENT):
        assert ended._replace(attempts=(attempt,)) == delivery.after(ended, attempt)
    accepted = delivery.after(ended, ACCEPTED)
    assert ("ACCEPTED", None) == (accepted.status, accepted.problem)


async def test_an_attempt_judges_the_response(delivery: Delivery) -> None:
    """Compression is recognised by the response header, and a notification without a URL is not sent."""
    response = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\ncontent-length: 4\r\n\r\n\x1b\x0f\x00\xf8"
    async with listening(response) as merchant:
        made = await delivery.attempt(notification("1", url=merchant.url()), NOW, NOW)
    unsent = await delivery.attempt(notification("1", url=None, problem="no URL"), NOW, NOW)
    await delivery.close()
    assert b"\r\naccept-encoding: identity\r\n" in merchant.requests[0]
    assert "compressed (br)" in str(made.complaint)
    assert (True, "no URL") == (unsent.forbidden, unsent.complaint)
