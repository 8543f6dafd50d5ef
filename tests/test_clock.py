"""Clocks, and times as the wire writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mock_alipay.clock import StoppedClock, SystemClock, wire_time
from tests.calls import NOW


def test_the_system_clock_is_aware_and_in_utc() -> None:
    """It tells the machine's time."""
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


def test_a_stopped_clock_stands_until_it_is_moved() -> None:
    """By hand."""
    clock = StoppedClock(NOW)
    assert NOW == clock.now() == clock.now()
    clock.moment += timedelta(hours=1)
    assert NOW + timedelta(hours=1) == clock.now()


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (NOW, "2026-11-22T09:07:10+08:00"),
        (NOW + timedelta(microseconds=999_999), "2026-11-22T09:07:10+08:00"),
        (NOW + timedelta(seconds=1), "2026-11-22T09:07:11+08:00"),
        (NOW.astimezone(timezone(timedelta(hours=-5))), "2026-11-22T09:07:10+08:00"),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "2027-01-01T00:00:00+08:00"),
        (datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC), "1970-01-01T07:59:59+08:00"),
    ],
)
def test_times_are_written_in_the_gateways_zone_to_the_second(moment: datetime, expected: str) -> None:
    """Fractions are cut off, never rounded up; the moment's own zone does not matter."""
    assert expected == wire_time(moment)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (UTC, "2026-11-22T01:07:10Z"),
        (timezone(timedelta(0)), "2026-11-22T01:07:10Z"),
        (timezone(timedelta(hours=5, minutes=45)), "2026-11-22T06:52:10+05:45"),
        (timezone(timedelta(hours=-3)), "2026-11-21T22:07:10-03:00"),
    ],
)
def test_another_zone_may_be_asked_for(zone: timezone, expected: str) -> None:
    """UTC is written as Z."""
    assert expected == wire_time(NOW, zone)
