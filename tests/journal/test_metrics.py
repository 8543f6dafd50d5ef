"""Counts of calls and notifications."""

from __future__ import annotations

import pytest

from mock_alipay.journal.calls import CallRecord
from mock_alipay.journal.events import Event, EventKind
from mock_alipay.journal.exchange import Reply
from mock_alipay.journal.faults import WireFault
from mock_alipay.journal.metrics import BOUNDS, MAX_UNDOCUMENTED, OTHER, CallKey, Metrics
from mock_alipay.journal.notifications import Attempt, NotificationStatus
from tests.journal.test_log_lines import ENTRY, REFUSED, SENT


def event(kind: EventKind, subject: object) -> Event:
    """Something that happened."""
    return Event(1, kind, "SANDBOX_A", subject, 0)


SESSION = ("payments", "createPaymentSession")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (ENTRY, (*SESSION, "SUCCESS", 200)),
        (REFUSED, (*SESSION, "PARAM_ILLEGAL", 200)),
        (
            ENTRY._replace(family=None, endpoint=None, result_code=None, reply=Reply(404, b"", b"")),
            (None, None, None, 404),
        ),
        (
            ENTRY._replace(reply=Reply(200, b"", b"{}", 3.0, WireFault("reset"))),
            (*SESSION, "SUCCESS", None),
        ),
        (
            ENTRY._replace(reply=Reply(200, b"", b"{}", 0.0, WireFault("status", 502))),
            (*SESSION, "SUCCESS", 502),
        ),
    ],
)
def test_calls(entry: CallRecord, expected: CallKey) -> None:
    """Calls are counted by endpoint, result code and the HTTP status that the client saw."""
    metrics = Metrics()
    metrics.record(event("call", entry))
    metrics.record(event("call", entry))
    assert {expected: 2} == dict(metrics.calls)


def test_durations() -> None:
    """Counted by endpoint and bound; a bound belongs to what is below it, and what is above all has a place."""
    metrics = Metrics()
    pay, none = ("payments", "pay"), (None, None)
    for (family, endpoint), took in [*((pay, took) for took in (0.0, 0.0005, 0.0006, 1.0, 1.1, 9)), (none, 0.5)]:
        metrics.record(event("call", ENTRY._replace(family=family, endpoint=endpoint, took=took)))
    between = [0] * (len(BOUNDS) - 3)
    assert {pay: [2, 1, *between, 1, 2], none: [0, *between, 1, 0, 0]} == metrics.durations
    assert {pay: pytest.approx(11.1011), none: 0.5} == metrics.seconds


def test_strange_codes_are_bounded() -> None:
    """A scenario that makes up a code a call fills no memory, and hides no documented code."""
    metrics = Metrics(["SUCCESS", "PROCESS_FAIL"])
    codes = [*(f"CODE_{number}" for number in range(MAX_UNDOCUMENTED + 50)), "CODE_7", "SUCCESS", "PROCESS_FAIL", None]
    for code in codes:
        metrics.record(event("call", ENTRY._replace(result_code=code)))
    counted = {code: count for (*_, code, _), count in metrics.calls.items()}
    assert (MAX_UNDOCUMENTED + 4, 50, 2) == (len(counted), counted[OTHER], counted["CODE_7"])
    assert [1, 1, 1] == [counted[code] for code in ("SUCCESS", "PROCESS_FAIL", None)]


GOOD = SENT.attempts[-1]._replace(complaint=None, by_hand=False)
BAD = GOOD._replace(complaint="the HTTP status was 500, expected 200")
BY_HAND, BAD_BY_HAND = GOOD._replace(by_hand=True), BAD._replace(by_hand=True)
FORBIDDEN = BAD._replace(forbidden=True)


@pytest.mark.parametrize(
    ("life", "accepted", "not_accepted", "ended"),
    [
        ([("ACCEPTED", (GOOD,))], 1, 0, {"ACCEPTED": 1}),
        ([("PENDING", (BAD,)), ("PENDING", (BAD, BAD)), ("ACCEPTED", (BAD, BAD, GOOD))], 1, 2, {"ACCEPTED": 1}),
        ([("PENDING", (BAD,)), ("GIVEN_UP", (BAD, BAD))], 0, 2, {"GIVEN_UP": 1}),
        # An accepted one sent again by hand stays accepted, whatever comes of it.
        (
            [("ACCEPTED", (GOOD,)), ("ACCEPTED", (GOOD, BAD_BY_HAND)), ("ACCEPTED", (GOOD, BAD_BY_HAND, BY_HAND))],
            2,
            1,
            {"ACCEPTED": 1},
        ),
        ([("GIVEN_UP", (BAD,)), ("GIVEN_UP", (BAD, BAD_BY_HAND))], 0, 2, {"GIVEN_UP": 1}),
        ([("GIVEN_UP", (BAD,)), ("ACCEPTED", (BAD, BY_HAND))], 1, 1, {"GIVEN_UP": 1, "ACCEPTED": 1}),
        ([("PENDING", (BAD_BY_HAND,)), ("PENDING", (BAD_BY_HAND, BAD))], 0, 2, {}),
        ([("DROPPED", ())], 0, 0, {"DROPPED": 1}),
        ([("PENDING", (BAD,)), ("DROPPED", (BAD,))], 0, 1, {"DROPPED": 1}),
        (
            [("DROPPED", ()), ("DROPPED", (BAD_BY_HAND,)), ("ACCEPTED", (BAD_BY_HAND, BY_HAND))],
            1,
            1,
            {"DROPPED": 1, "ACCEPTED": 1},
        ),
        ([("REFUSED", ())], 0, 0, {"REFUSED": 1}),
        ([("REFUSED", (FORBIDDEN,))], 0, 0, {"REFUSED": 1}),
    ],
)
def test_notifications(
    life: list[tuple[NotificationStatus, tuple[Attempt, ...]]], accepted: int, not_accepted: int, ended: dict[str, int]
) -> None:
    """Attempts are counted by what came of them, notifications by how they ended, each but once."""
    metrics = Metrics()
    for status, attempts in life:
        metrics.record(event("notification", SENT._replace(status=status, attempts=attempts)))
    attempted = {outcome: count for (_, outcome), count in metrics.attempts.items()}
    assert {"accepted": accepted, "not accepted": not_accepted} == {"accepted": 0, "not accepted": 0, **attempted}
    assert {(SENT.name, status): count for status, count in ended.items()} == dict(metrics.notifications)


def test_long_codes_are_one() -> None:
    """A scenario that takes a code from the request makes no label of a megabyte."""
    metrics = Metrics()
    for length in (64, 65, 1_000_000):
        metrics.record(event("call", ENTRY._replace(result_code="X" * length)))
    assert [("X" * 64, 1), (OTHER, 2)] == [(code, count) for (*_, code, _), count in metrics.calls.items()]


def test_other_events_do_not_count() -> None:
    """Payments, clocks and resets are no calls."""
    metrics = Metrics()
    for kind in ("payment", "clock", "reset"):
        metrics.record(event(kind, {}))
    assert (0, 0, {}) == (metrics.calls.total(), metrics.notifications.total(), metrics.seconds)
