"""What follows from an attempt, the timetable's and those by hand."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from mock_alipay.journal.notifications import Attempt
from mock_alipay.signing import Signer, keys
from mock_alipay.signing.pool import SigningPool
from mock_alipay.webhooks import HttpClient
from mock_alipay.webhooks.delivery import Delivery
from mock_alipay.webhooks.signed_request import RequestSigner
from tests.calls import NOW
from tests.webhooks.merchant import listening
from tests.webhooks.rounds import notification

MINUTE = timedelta(minutes=1)
FAILED = Attempt(NOW, 500, b"", "the HTTP status was 500, expected 200", 0.0)
ACCEPTED = Attempt(NOW, 200, b"{}", None, 0.0)
FORBIDDEN = Attempt(NOW, None, b"", "never", 0.0, forbidden=True)


def delivery(*intervals: timedelta) -> Delivery:
    """A delivery with a timetable of its own."""
    signing = SigningPool(Signer(keys.shipped_gateway_key()), partial(Signer, keys.shipped_forger_key()), enabled=False)
    return Delivery(RequestSigner(signing), HttpClient(), intervals)


@pytest.mark.parametrize(
    ("before", "attempt", "status", "due"),
    [
        ((), ACCEPTED, "ACCEPTED", None),
        ((), FAILED, "PENDING", NOW + 2 * MINUTE),
        ((FAILED,), FAILED, "GIVEN_UP", None),
        ((), FORBIDDEN, "REFUSED", None),
        ((), FAILED._replace(by_hand=True), "PENDING", NOW),
        ((FAILED._replace(by_hand=True),), FAILED, "PENDING", NOW + 2 * MINUTE),
        ((FAILED,), ACCEPTED._replace(by_hand=True), "ACCEPTED", None),
    ],
)
def test_what_follows(before: tuple[Attempt, ...], attempt: Attempt, status: str, due: object) -> None:
    """The next attempt is so long after this one; those by hand are not counted, and leave it where it was."""
    changed = delivery(timedelta(), 2 * MINUTE).after(notification("1", due=NOW, attempts=before), attempt)
    assert (status, due, (*before, attempt)) == (changed.status, changed.due, changed.attempts)


@pytest.mark.parametrize("attempt", [FAILED, FORBIDDEN, FAILED._replace(by_hand=True)])
@pytest.mark.parametrize("status", ["ACCEPTED", "GIVEN_UP", "DROPPED", "REFUSED"])
def test_a_late_failure_changes_nothing(status: Any, attempt: Attempt) -> None:
    """One that was under way when the notification came to its end, or that was made by hand afterwards."""
    ended = notification("1", due=None, status=status, problem="why")
    changed = delivery(timedelta(), 2 * MINUTE).after(ended, attempt)
    assert ended._replace(attempts=(attempt,)) == changed


@pytest.mark.parametrize("status", ["GIVEN_UP", "DROPPED", "REFUSED"])
def test_an_acknowledgement_counts_whenever_it_comes(status: Any) -> None:
    """There is no problem any more then."""
    changed = delivery(timedelta()).after(notification("1", due=None, status=status, problem="why"), ACCEPTED)
    assert ("ACCEPTED", None) == (changed.status, changed.problem)


def test_what_is_forbidden_says_so() -> None:
    """The complaint is the notification's problem from then on."""
    assert "never" == delivery(timedelta()).after(notification("1"), FORBIDDEN).problem


async def test_an_answer_that_is_compressed_unasked_is_named() -> None:
    """By its header, where the bytes have no mark of their own."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\ncontent-length: 4\r\n\r\n\x1b\x0f\x00\xf8"

    sender = delivery(timedelta())
    async with listening(answer) as merchant:
        made = await sender.attempt(notification("1")._replace(url=merchant.url()), NOW, NOW)
    await sender.close()
    assert b"\r\naccept-encoding: identity\r\n" in merchant.requests[0]
    assert str(made.complaint).startswith("the body was compressed (br), send it uncompressed")
