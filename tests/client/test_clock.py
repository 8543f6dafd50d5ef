"""A gateway's clock in a test's hands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from mock_alipay.client import ClockState, Mock
from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.errors import AdminError
from tests.live import TIME, live

NOW = datetime.fromisoformat(TIME)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A gateway on a machine whose time stands still."""
    with live(clock=StoppedClock(NOW)) as running:
        yield running.config.url


@pytest.fixture(params=[True, False], ids=["one", "all"])
def mock(request: pytest.FixtureRequest, url: str, whom: str) -> Iterator[Mock]:
    """It in the hands of one client id, or for all."""
    with Mock(url) as everyone:
        yield everyone.for_client(whom if request.param else None)
        everyone.reset()


def state(mock: Mock, now: datetime, ahead: timedelta = timedelta(), *, frozen: bool = False) -> ClockState:
    """How a clock that was moved stands: what fell due has happened."""
    own = mock.client_id is not None
    return ClockState(client_id=mock.client_id, now=now, frozen=frozen, ahead=ahead, own=own, notifications_under_way=0)


def test_untouched(mock: Mock) -> None:
    """Before it is moved the clock is the machine's."""
    expected = ClockState(
        client_id=mock.client_id, now=NOW, frozen=False, ahead=timedelta(), own=False, notifications_under_way=0
    )
    assert (expected, NOW) == (mock.clock.state, mock.clock.now())


@pytest.mark.parametrize(
    ("by", "length"),
    [
        (timedelta(minutes=59), timedelta(minutes=59)),
        (timedelta(days=40, microseconds=1000), timedelta(days=40, milliseconds=1)),
        (timedelta(), timedelta()),
        ("59m", timedelta(minutes=59)),
        ("1h30m", timedelta(minutes=90)),
        ("PT59M", timedelta(minutes=59)),
        ("PT1.5H", timedelta(minutes=90)),
    ],
)
def test_advance(mock: Mock, by: timedelta | str, length: timedelta) -> None:
    """It goes forward by a length of time however that is written, and again from there."""
    assert state(mock, NOW + length, length) == mock.clock.advance(by)
    assert state(mock, NOW + 2 * length, 2 * length) == mock.clock.advance(by)
    assert NOW + 2 * length == mock.clock.now()


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (timedelta(seconds=-1), "advanced forward only, not by -PT1S; freeze sets it back"),
        ("-1h", "advanced forward only, not by -1h; freeze sets it back"),
        ("soon", "no duration"),
        ("99999999d", "advance: 99999999d: too long, at most [0-9]{5}d: the clock can be set from 2000-01-01"),
    ],
)
def test_bad_advance(mock: Mock, by: timedelta | str, words: str) -> None:
    """It does not go back, nor by what is no length of time or too long, and stays as it was."""
    with pytest.raises(AdminError, match=words):
        mock.clock.advance(by)
    assert NOW == mock.clock.now()


@pytest.mark.parametrize(
    "at",
    [
        datetime(2027, 1, 1, tzinfo=UTC),
        datetime(2027, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))),
        "2027-01-01T08:00:00+08:00",
    ],
)
def test_freeze(mock: Mock, at: datetime | str) -> None:
    """It stops at a moment, goes on by hand, and runs from where it stands."""
    moment = datetime(2027, 1, 1, tzinfo=UTC)
    assert state(mock, moment, moment - NOW, frozen=True) == mock.clock.freeze(at)
    later = moment + timedelta(hours=1)
    assert state(mock, later, later - NOW, frozen=True) == mock.clock.advance("1h")
    assert state(mock, later, later - NOW) == mock.clock.run()


def test_freeze_in_the_past(mock: Mock) -> None:
    """A clock may be behind the machine's."""
    before = NOW - timedelta(days=1, milliseconds=1)
    assert state(mock, before, before - NOW, frozen=True) == mock.clock.freeze(before)


def test_freeze_where_it_stands(mock: Mock) -> None:
    """Without a moment it stops where it stands."""
    assert state(mock, NOW, frozen=True) == mock.clock.freeze()


@pytest.mark.parametrize("at", [datetime(2027, 1, 1), "tomorrow"])  # noqa: DTZ001 - just that is shown
def test_bad_freeze(mock: Mock, at: datetime | str) -> None:
    """A moment without an offset is no moment."""
    with pytest.raises(AdminError, match=r"freeze: .* write one with an offset"):
        mock.clock.freeze(at)


def test_clocks_are_apart(url: str, whom: str) -> None:
    """The clock of one client id moves no other's, and no longer follows that of all."""
    with Mock(url, client_id=whom) as mock:
        everyone, stranger = mock.for_client(None), mock.for_client("SANDBOX_STRANGER")
        mock.clock.advance("1h")
        everyone.clock.advance("1m")
        expected = [NOW + timedelta(hours=1), NOW + timedelta(minutes=1), NOW + timedelta(minutes=1)]
        assert expected == [one.clock.now() for one in (mock, everyone, stranger)]
        everyone.reset()
