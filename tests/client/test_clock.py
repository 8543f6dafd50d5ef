"""``Mock.clock``: reading and moving a gateway's clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mock_alipay.client import ClockState, Mock
from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.errors import AdminError
from tests.live import TIME, live

NOW = datetime.fromisoformat(TIME)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A gateway whose machine time stands still."""
    with live(clock=StoppedClock(NOW)) as running:
        yield running.config.url


@pytest.fixture
def mock(url: str, client_id: str) -> Iterator[Mock]:
    """The gateway, for one client id."""
    with Mock(url, client_id=client_id) as mock:
        yield mock


def state(mock: Mock, now: datetime, *, frozen: bool = False, own: bool = True) -> ClockState:
    """The expected state of a clock."""
    ahead, name = now - NOW, mock.client_id
    return ClockState(client_id=name, now=now, frozen=frozen, ahead=ahead, own=own, notifications_under_way=0)


def test_a_clock_starts_with_the_machines_time(mock: Mock) -> None:
    """It is not frozen, and the client id has no clock of its own."""
    assert (state(mock, NOW, own=False), NOW) == (mock.clock.state, mock.clock.now())


@pytest.mark.parametrize("by", [timedelta(days=40, milliseconds=1), "PT1.5H", "1h30m"], ids=str)
def test_advance_moves_the_clock_forward(mock: Mock, by: timedelta | str) -> None:
    """Durations may be timedeltas, ISO 8601 or short text; moves add up."""
    length = by if isinstance(by, timedelta) else timedelta(minutes=90)
    assert state(mock, NOW + length) == mock.clock.advance(by)
    assert state(mock, NOW + 2 * length) == mock.clock.advance(by)


@pytest.mark.parametrize("at", [datetime(2027, 1, 1, tzinfo=UTC), "2025-01-01T08:00:00+08:00"], ids=str)
def test_a_frozen_clock_stops_until_it_runs_again(mock: Mock, at: datetime | str) -> None:
    """At its own time, or at a later or earlier one; it can be advanced meanwhile."""
    assert state(mock, NOW, frozen=True) == mock.clock.freeze()
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    assert state(mock, moment, frozen=True) == mock.clock.freeze(at)
    moment += timedelta(hours=1)
    assert state(mock, moment, frozen=True) == mock.clock.advance("1h")
    assert state(mock, moment) == mock.clock.run()


@pytest.mark.parametrize(
    "move",
    [
        lambda mock: mock.clock.advance(timedelta(seconds=-1)),
        lambda mock: mock.clock.advance("soon"),
        lambda mock: mock.clock.freeze(datetime(2027, 1, 1)),  # noqa: DTZ001 - the subject of the test
    ],
    ids=["negative", "no-duration", "no-offset"],
)
def test_an_invalid_move_is_refused(mock: Mock, move: Callable[[Mock], object]) -> None:
    """The clock stays as it is."""
    with pytest.raises(AdminError) as caught:
        move(mock)
    assert (400, NOW) == (caught.value.status, mock.clock.now())


def test_clocks_are_isolated(mock: Mock) -> None:
    """A client id's own clock no longer follows that of all; other client ids do."""
    everyone, other = mock.for_client(None), mock.for_client("SANDBOX_OTHER")
    mock.clock.advance("1h")
    everyone.clock.advance("1m")
    hour, minute = NOW + timedelta(hours=1), NOW + timedelta(minutes=1)
    assert [hour, minute, minute] == [each.clock.now() for each in (mock, everyone, other)]
    everyone.reset()
