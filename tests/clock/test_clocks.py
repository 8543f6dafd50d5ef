"""Clocks per client id, and times as the wire writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mock_alipay.clock.clocks import EARLIEST, GATEWAY_ZONE, LATEST, Clocks, StoppedClock, SystemClock, wire_time
from tests.calls import NOW
from tests.memory import clocks_of, done

HOUR, MINUTE, MICROSECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(microseconds=1)


def shown(clocks: Clocks) -> list[timedelta]:
    """The times of A, of B and of the clock for all, relative to NOW."""
    return [clocks.now(client_id) - NOW for client_id in ("A", "B", None)]


def test_the_system_clock_is_timezone_aware_and_in_utc() -> None:
    """It shows the machine's time."""
    before, now = datetime.now(UTC), SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert timedelta() == now.utcoffset()


def test_a_clock_advances_freezes_and_runs_again() -> None:
    """An advanced clock goes on with the machine; a frozen one stays where it is, also when it is advanced."""
    real = StoppedClock(NOW)
    clocks = clocks_of(real)
    assert [timedelta()] * 3 == shown(clocks)
    done(clocks.advance(HOUR))
    real.moment += MINUTE
    assert [HOUR + MINUTE] * 3 == shown(clocks)
    done(clocks.freeze())
    real.moment += MINUTE
    done(clocks.advance(HOUR))
    assert [2 * HOUR + MINUTE] * 3 == shown(clocks)
    done(clocks.freeze(NOW.astimezone(GATEWAY_ZONE) - HOUR))
    assert UTC is clocks.now().tzinfo
    for _ in range(2):  # Running a clock that runs changes nothing.
        done(clocks.run())
    real.moment += MINUTE
    assert [MINUTE - HOUR] * 3 == shown(clocks)


def test_a_client_s_own_clock_is_isolated() -> None:
    """It starts at the time of the clock for all, and then neither follows it nor moves another."""
    real = StoppedClock(NOW)
    clocks = clocks_of(real)
    done(clocks.advance(HOUR))
    done(clocks.advance(MINUTE, "A"))
    assert [HOUR + MINUTE, HOUR, HOUR] == shown(clocks)
    done(clocks.advance(HOUR))
    done(clocks.freeze())
    done(clocks.run("B"))
    real.moment += MINUTE
    assert [HOUR + 2 * MINUTE, 2 * HOUR + MINUTE, 2 * HOUR] == shown(clocks)
    assert [True, True, False] == [clocks.has_own(client_id) for client_id in "ABC"]
    for client_id in ("A", "unknown"):
        done(clocks.forget(client_id))
    assert [2 * HOUR, 2 * HOUR + MINUTE, 2 * HOUR] == shown(clocks)
    assert not clocks.has_own("A")
    done(clocks.forget())
    assert [MINUTE] * 3 == shown(clocks)


def test_a_clock_shows_any_time_of_the_machine() -> None:
    """A call is dated by its arrival, not by the time at which it is looked at."""
    clocks = clocks_of(StoppedClock(NOW))
    assert NOW + MINUTE == clocks.read(NOW + MINUTE)
    done(clocks.advance(HOUR))
    done(clocks.freeze(NOW, "A"))
    assert [NOW + HOUR + MINUTE, NOW] == [clocks.read(NOW + MINUTE), clocks.read(NOW + MINUTE, "A")]


@pytest.mark.parametrize("client_id", [None, "A"])
@pytest.mark.parametrize("frozen", [True, False])
def test_a_clock_moves_up_to_its_limits(frozen: bool, client_id: str | None) -> None:
    """From the first to the last allowed time; a refused move changes nothing."""
    real = StoppedClock(NOW)
    clocks = clocks_of(real)
    for at in (LATEST, EARLIEST, LATEST.astimezone(GATEWAY_ZONE) - HOUR):
        done(clocks.freeze(at, client_id))
        assert at == clocks.now(client_id)
    if not frozen:
        done(clocks.run(client_id))
    for beyond in (HOUR + MICROSECOND, timedelta.max):
        with pytest.raises(ValueError, match="2100-01-01"):
            done(clocks.advance(beyond, client_id))
    done(clocks.advance(HOUR, client_id))
    assert LATEST == clocks.now(client_id)
    real.moment += MICROSECOND
    assert (LATEST if frozen else LATEST + MICROSECOND) == clocks.now(client_id)


@pytest.mark.parametrize(
    "at",
    [
        EARLIEST - MICROSECOND,
        LATEST + MICROSECOND,
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
    ],
)
def test_a_clock_may_not_be_frozen_beyond_its_limits(at: datetime) -> None:
    """Nor at a time that does not exist in UTC; the clock does not change."""
    clocks = clocks_of(StoppedClock(NOW))
    with pytest.raises(ValueError, match="from 2000-01-01 to 2100-01-01"):
        done(clocks.freeze(at, "A"))
    assert (NOW, False) == (clocks.now("A"), clocks.has_own("A"))


def test_the_number_of_own_clocks_is_limited() -> None:
    """A client id that has one may still move it; a reset makes room for others."""
    clocks = clocks_of(StoppedClock(NOW), most=3)
    for client_id in ("A", "B", "A", None):
        done(clocks.advance(HOUR, client_id))
    with pytest.raises(ValueError, match="3 client ids"):
        done(clocks.freeze(client_id="C"))
    assert not clocks.has_own("C")
    done(clocks.forget("B"))
    done(clocks.freeze(client_id="C"))
    assert clocks.has_own("C")


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        (NOW + timedelta(microseconds=999_999), GATEWAY_ZONE, "2026-11-22T09:07:10+08:00"),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), GATEWAY_ZONE, "2027-01-01T00:00:00+08:00"),
        (datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC), GATEWAY_ZONE, "1970-01-01T07:59:59+08:00"),
        (NOW.astimezone(timezone(timedelta(hours=-5))), UTC, "2026-11-22T01:07:10Z"),
        (NOW, timezone(timedelta(hours=5, minutes=45)), "2026-11-22T06:52:10+05:45"),
    ],
)
def test_wire_times_have_whole_seconds_and_an_offset(moment: datetime, zone: timezone, expected: str) -> None:
    """Fractions are cut off, never rounded up; UTC is written as Z."""
    assert expected == wire_time(moment, zone)
    assert wire_time(moment) == wire_time(moment, GATEWAY_ZONE)
