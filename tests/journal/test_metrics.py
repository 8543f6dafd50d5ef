"""Counts of calls and notifications."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from mock_alipay.journal.events import Event, EventKind
from mock_alipay.journal.exchange import Reply
from mock_alipay.journal.faults import WireFault
from mock_alipay.journal.metrics import BOUNDS, MAX_UNDOCUMENTED, OTHER, Metrics
from mock_alipay.journal.notifications import Attempt, NotificationStatus
from tests.journal.test_log_lines import ENTRY, REFUSED, SENT


def recorded(kind: EventKind, *subjects: object, codes: Collection[str] = ()) -> Metrics:
    """Metrics after these events."""
    metrics = Metrics(codes)
    for subject in subjects:
        metrics.record(Event(1, kind, "SANDBOX_A", subject, 0))
    return metrics


SESSION = ("payments", "createPaymentSession")
NOT_FOUND = ENTRY._replace(family=None, endpoint=None, result_code=None, reply=Reply(404, b"", b""))
STATUS = ENTRY._replace(reply=Reply(200, b"", b"{}", 0.0, WireFault("status", 502)))


def test_calls_are_counted_by_endpoint_code_and_status() -> None:
    """The HTTP status is the one that the client received; other events are not counted."""
    metrics = recorded("call", ENTRY, REFUSED, ENTRY, NOT_FOUND, STATUS)
    assert {
        (*SESSION, "SUCCESS", 200): 2,
        (*SESSION, "PARAM_ILLEGAL", 200): 1,
        (None, None, None, 404): 1,
        (*SESSION, "SUCCESS", 502): 1,
    } == metrics.calls
    other = recorded("payment", {})
    assert ({}, {}, {}) == (other.calls, other.notifications, other.seconds)


def test_durations_are_counted_by_bucket() -> None:
    """A bound belongs to the bucket below it; the last bucket is above all bounds."""
    took = (0.0, 0.0005, 0.0006, 1.0, 1.1, 9)
    metrics = recorded("call", *(ENTRY._replace(took=seconds) for seconds in took))
    assert {SESSION: [2, 1, *[0] * (len(BOUNDS) - 3), 1, 2]} == metrics.durations
    assert {SESSION: pytest.approx(11.1011)} == metrics.seconds


def test_undocumented_codes_are_limited() -> None:
    """Beyond the limit of number or length they are counted as one; documented codes are always counted."""
    codes = [*(f"CODE_{number}" for number in range(MAX_UNDOCUMENTED + 50)), "CODE_7", "SUCCESS", None]
    metrics = recorded("call", *(ENTRY._replace(result_code=code) for code in codes), codes=["SUCCESS"])
    counted = {code: count for (*_, code, _), count in metrics.calls.items()}
    assert (MAX_UNDOCUMENTED + 3, 50, 2) == (len(counted), counted[OTHER], counted["CODE_7"])
    assert (1, 1) == (counted["SUCCESS"], counted[None])
    metrics = recorded("call", *(ENTRY._replace(result_code="X" * length) for length in (64, 65, 1_000_000)))
    assert [("X" * 64, 1), (OTHER, 2)] == [(code, count) for (*_, code, _), count in metrics.calls.items()]


GOOD = SENT.attempts[-1]._replace(complaint=None, by_hand=False)
BAD = GOOD._replace(complaint="the HTTP status was 500, expected 200")
RESENT, BAD_RESENT = GOOD._replace(by_hand=True), BAD._replace(by_hand=True)


PENDING, ENDED = ("PENDING", (BAD,)), ("GIVEN_UP", (BAD,))


@pytest.mark.parametrize(
    ("history", "attempts", "ended"),
    [
        ([PENDING, ("ACCEPTED", (BAD, GOOD))], (1, 1), {"ACCEPTED": 1}),
        ([PENDING, ("DROPPED", (BAD,))], (0, 1), {"DROPPED": 1}),
        ([("REFUSED", (BAD._replace(forbidden=True),))], (0, 0), {"REFUSED": 1}),
        ([("ACCEPTED", (GOOD,)), ("ACCEPTED", (GOOD, BAD_RESENT, RESENT))], (2, 0), {"ACCEPTED": 1}),
        ([ENDED, ("GIVEN_UP", (BAD, BAD_RESENT))], (0, 2), {"GIVEN_UP": 1}),
        ([("PENDING", (BAD_RESENT,)), ("PENDING", (BAD_RESENT, BAD))], (0, 2), {}),
        ([("DROPPED", ()), ("ACCEPTED", (BAD_RESENT, RESENT))], (1, 0), {"DROPPED": 1, "ACCEPTED": 1}),
    ],
    ids=["accepted", "withdrawn", "refused", "resent", "resent in vain", "resent early", "dropped, resent"],
)
def test_notifications_are_counted(
    history: list[tuple[NotificationStatus, tuple[Attempt, ...]]], attempts: tuple[int, int], ended: dict[str, int]
) -> None:
    """Attempts are counted by outcome, notifications once per final status."""
    states = (SENT._replace(status=status, attempts=made) for status, made in history)
    metrics = recorded("notification", *states)
    assert attempts == tuple(metrics.attempts[SENT.name, name] for name in ("accepted", "not accepted"))
    assert {(SENT.name, status): count for status, count in ended.items()} == dict(metrics.notifications)
