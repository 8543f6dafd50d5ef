"""Clocks, and times as the wire writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_alipay.clock.clocks import (
    EARLIEST,
    GATEWAY_ZONE,
    LATEST,
    ClockOffset,
    StoppedClock,
    SystemClock,
    wire_time,
)
from tests.calls import NOW
from tests.memory import clocks_of, done

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


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


class TestClocks:
    def test_show_the_machine_s_time_until_they_are_moved(self) -> None:
        """To everyone, and as it goes on."""
        real = StoppedClock(NOW)
        clocks = clocks_of(real)
        assert NOW == done(clocks.now()) == done(clocks.now("A"))
        real.moment += HOUR
        assert NOW + HOUR == done(clocks.now()) == done(clocks.now("A"))
        assert (ClockOffset(), False) == (done(clocks.offset("A")), done(clocks.has_own("A")))

    def test_advance_and_go_on(self) -> None:
        """From where they stand, as often as one likes."""
        real = StoppedClock(NOW)
        clocks = clocks_of(real)
        done(clocks.advance(HOUR))
        done(clocks.advance(HOUR))
        real.moment += MINUTE
        assert NOW + 2 * HOUR + MINUTE == done(clocks.now()) == done(clocks.now("A"))

    def test_freeze_where_they_stand_or_at_a_moment(self) -> None:
        """They do not go on; whoever advances one that is frozen finds it frozen further on."""
        real = StoppedClock(NOW)
        clocks = clocks_of(real)
        done(clocks.advance(HOUR))
        done(clocks.freeze())
        real.moment += MINUTE
        assert NOW + HOUR == done(clocks.now())
        done(clocks.advance(MINUTE))
        real.moment += MINUTE
        assert NOW + HOUR + MINUTE == done(clocks.now())
        done(clocks.freeze(NOW.astimezone(GATEWAY_ZONE) - HOUR))
        assert NOW - HOUR == done(clocks.now())
        assert UTC is done(clocks.now()).tzinfo

    def test_run_on_from_where_they_were_frozen(self) -> None:
        """Behind the machine's time, too; running a clock that runs changes nothing."""
        real = StoppedClock(NOW)
        clocks = clocks_of(real)
        done(clocks.freeze(NOW - HOUR))
        real.moment += MINUTE
        done(clocks.run())
        real.moment += MINUTE
        assert NOW - HOUR + MINUTE == done(clocks.now())
        done(clocks.run())
        assert (NOW - HOUR + MINUTE, ClockOffset(-HOUR - MINUTE)) == (done(clocks.now()), done(clocks.offset()))

    def test_of_one_client_start_from_that_of_all_and_no_longer_follow_it(self) -> None:
        """Not even when that of all is frozen, run, advanced or forgotten by others; nobody else's moves."""
        real = StoppedClock(NOW)
        clocks = clocks_of(real)
        done(clocks.advance(HOUR))
        done(clocks.advance(MINUTE, "A"))
        assert [NOW + HOUR + MINUTE, NOW + HOUR, NOW + HOUR] == [
            done(clocks.now("A")),
            done(clocks.now("B")),
            done(clocks.now()),
        ]
        done(clocks.advance(HOUR))
        done(clocks.freeze())
        real.moment += MINUTE
        assert [NOW + HOUR + 2 * MINUTE, NOW + 2 * HOUR] == [done(clocks.now("A")), done(clocks.now("B"))]
        done(clocks.advance(MINUTE, "B"))
        done(clocks.run())
        real.moment += MINUTE
        assert NOW + 2 * HOUR + MINUTE == done(clocks.now("B"))
        assert [True, True, False] == [done(clocks.has_own(client_id)) for client_id in ("A", "B", "C")]

    def test_of_one_client_may_stand_still_while_others_run(self) -> None:
        """And may run while that of all stands still."""
        real = StoppedClock(NOW)
        clocks = clocks_of(real)
        done(clocks.freeze(client_id="A"))
        real.moment += MINUTE
        done(clocks.freeze())
        done(clocks.run("B"))
        real.moment += MINUTE
        assert [NOW, NOW + 2 * MINUTE, NOW + MINUTE] == [done(clocks.now(client_id)) for client_id in ("A", "B", "C")]

    def test_are_forgotten_one_by_one(self) -> None:
        """A client's goes back to that of all, and follows it again."""
        clocks = clocks_of(StoppedClock(NOW))
        done(clocks.freeze(NOW - HOUR))
        for client_id in ("A", "B"):
            done(clocks.advance(MINUTE, client_id))
        done(clocks.forget("A"))
        done(clocks.forget("unknown"))
        assert [NOW - HOUR, NOW - HOUR + MINUTE] == [done(clocks.now("A")), done(clocks.now("B"))]
        done(clocks.advance(HOUR))
        assert NOW == done(clocks.now("A"))
        assert not done(clocks.has_own("A"))

    def test_are_forgotten_all_at_once(self) -> None:
        """Everyone is back at the machine's time."""
        clocks = clocks_of(StoppedClock(NOW))
        done(clocks.freeze(NOW - HOUR))
        done(clocks.advance(HOUR, "A"))
        done(clocks.forget())
        assert [NOW, NOW] == [done(clocks.now()), done(clocks.now("A"))]
        assert (ClockOffset(), False) == (done(clocks.offset()), done(clocks.has_own("A")))

    def test_read_any_time_of_the_machine(self) -> None:
        """A call is dated by when it came, not by when somebody looks."""
        clocks = clocks_of(StoppedClock(NOW))
        done(clocks.advance(HOUR))
        done(clocks.freeze(NOW, "A"))
        assert [NOW + HOUR + MINUTE, NOW] == [done(clocks.read(NOW + MINUTE)), done(clocks.read(NOW + MINUTE, "A"))]

    @pytest.mark.parametrize("client_id", [None, "A"])
    @pytest.mark.parametrize("at", [EARLIEST, LATEST, LATEST.astimezone(GATEWAY_ZONE), NOW])
    def test_may_be_frozen_within_bounds(self, at: datetime, client_id: str | None) -> None:
        """The bounds belong to them."""
        clocks = clocks_of(StoppedClock(NOW))
        done(clocks.freeze(at, client_id))
        assert at == done(clocks.now(client_id))

    @pytest.mark.parametrize("client_id", [None, "A"])
    @pytest.mark.parametrize(
        "at",
        [
            EARLIEST - timedelta(microseconds=1),
            LATEST + timedelta(microseconds=1),
            datetime.min.replace(tzinfo=UTC),
            datetime.max.replace(tzinfo=UTC),
            datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
            datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
        ],
    )
    def test_may_not_be_frozen_beyond_them(self, at: datetime, client_id: str | None) -> None:
        """Nor where UTC has no name for the moment; nothing is changed."""
        clocks = clocks_of(StoppedClock(NOW))
        with pytest.raises(ValueError, match="the clock can be set from 2000-01-01 to 2100-01-01"):
            done(clocks.freeze(at, client_id))
        assert (NOW, False) == (done(clocks.now(client_id)), done(clocks.has_own("A")))

    @given(
        moves=st.lists(
            st.tuples(
                st.sampled_from(["advance", "freeze", "run", "forget", "tick"]),
                st.sampled_from([None, "A", "B"]),
                st.timedeltas(timedelta()) | st.timedeltas(timedelta(), timedelta(days=36_525)),
            )
        )
    )
    def test_never_leave_the_bounds_nor_overflow(self, moves: list[tuple[str, str | None, timedelta]]) -> None:
        """Whatever is asked for in whatever order; what is refused changes nothing, what is not refused is exact."""
        real = StoppedClock(NOW)
        clocks = clocks_of(real)
        for move, client_id, by in moves:
            before = done(clocks.now(client_id))
            match move:
                case "tick":
                    real.moment = NOW + by % HOUR
                case "advance" if by <= LATEST - before:
                    done(clocks.advance(by, client_id))
                    assert before + by == done(clocks.now(client_id))
                case "advance":
                    with pytest.raises(ValueError, match="2100-01-01"):
                        done(clocks.advance(by, client_id))
                    assert before == done(clocks.now(client_id))
                case "forget":
                    done(clocks.forget(client_id))
                case "freeze" if EARLIEST <= before <= LATEST:
                    done(clocks.freeze(client_id=client_id))
                    assert before == done(clocks.now(client_id))
                case "run" if EARLIEST <= before <= LATEST:
                    done(clocks.run(client_id))
                    assert before == done(clocks.now(client_id))
            assert EARLIEST <= done(clocks.now(client_id)) <= LATEST + HOUR

    def test_of_their_own_may_not_be_as_many_as_one_likes(self) -> None:
        """Those who have one may still move it, and a reset makes room."""
        clocks = clocks_of(StoppedClock(NOW), most=3)
        for client_id in ("A", "B", "A", None):
            done(clocks.advance(HOUR, client_id))
        with pytest.raises(ValueError, match="3 client ids have clocks of their own; reset some"):
            done(clocks.freeze(client_id="C"))
        assert not done(clocks.has_own("C"))
        done(clocks.forget("B"))
        done(clocks.freeze(client_id="C"))
        assert done(clocks.has_own("C"))


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
