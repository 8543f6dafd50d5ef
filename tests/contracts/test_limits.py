"""The durations and limits of figures.json."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mock_alipay.contracts import load
from tests.fields import read

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
PAID = datetime(2026, 11, 22, 1, 7, 10, tzinfo=UTC)
LIMITS = load().limits


def test_the_figures_are_the_documented_ones() -> None:
    """Each row of the file names its source."""
    lifetimes = (LIMITS.session_lifetime, LIMITS.authorization_lifetime, LIMITS.longest_order_lifetime)
    assert (HOUR, 7 * DAY, 2 * DAY) == lifetimes
    others = (LIMITS.refund_window, LIMITS.settling, LIMITS.most_captures, LIMITS.most_refunds)
    assert (365 * DAY, 3 * MINUTE / 60, 100, 1000) == others
    assert [0, 2, 10, 10, 60, 120, 360, 900] == [interval / MINUTE for interval in LIMITS.resend_intervals]
    assert all({"is", "$comment"} <= set(row) for name, row in read("figures.json").items() if name != "$comment")


@pytest.mark.parametrize(
    ("method", "expected"),
    [("CARD", 14 * MINUTE), ("", 14 * MINUTE), ("BANKTRANSFER_ID", 2 * DAY), ("banktransfer", 14 * MINUTE)],
)
def test_the_lifetime_of_an_order_depends_on_the_method(method: str, expected: timedelta) -> None:
    """Patterns are case-sensitive."""
    assert expected == LIMITS.order_lifetime(method)


@pytest.mark.parametrize(
    ("paid", "expected"),
    [
        ("2026-11-22T15:59:59+00:00", "2026-11-22T16:15:00+00:00"),
        ("2026-11-22T16:00:00+00:00", "2026-11-23T16:15:00+00:00"),
        ("2026-12-31T23:59:59+08:00", "2027-01-01T00:15:00+08:00"),
        ("2028-02-28T20:00:00-08:00", "2028-03-01T00:15:00+08:00"),
    ],
)
def test_other_methods_can_be_cancelled_until_the_next_day(paid: str, expected: str) -> None:
    """Until 00:15 in UTC+8, whatever the zone of the payment."""
    assert datetime.fromisoformat(expected) == LIMITS.cancel_until("GCASH", datetime.fromisoformat(paid))
