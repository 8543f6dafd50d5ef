"""``Mock.clock``: reading and moving a gateway's clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mock_alipay.client import ClockState, Mock
from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.errors import AdminError
from tests.live import TIME, live

NOW = datetime.fromisoformat(TIME)


@pytest.fixture(scope="module")
def everyone() -> Iterator[Mock]:
    """A gateway whose machine time stands still, for all client ids."""
    with live(clock=StoppedClock(NOW)) as running, Mock(running.config.url) as mock:
        yield mock


def test_a_clock_is_moved_by_durations_and_to_times(everyone: Mock, client_id: str) -> None:
    """They may be Python values or text; each move returns the state after it."""
    mock = everyone.for_client(client_id)

    def state(now: datetime, *, frozen: bool = False, own: bool = True) -> ClockState:
        ahead = now - NOW
        return ClockState(client_id=client_id, now=now, frozen=frozen, ahead=ahead, own=own, notifications_under_way=0)

    assert (state(NOW, own=False), NOW) == (mock.clock.state, mock.clock.now())
    forty = NOW + timedelta(days=40, milliseconds=1)
    assert state(forty) == mock.clock.advance(timedelta(days=40, milliseconds=1))
    assert state(forty + timedelta(minutes=90)) == mock.clock.advance("PT1.5H")
    assert state(forty + timedelta(minutes=90), frozen=True) == mock.clock.freeze()
    assert state(NOW - timedelta(hours=1), frozen=True) == mock.clock.freeze("2026-11-22T08:07:10+08:00")
    later = datetime(2027, 1, 1, tzinfo=UTC)
    assert state(later, frozen=True) == mock.clock.freeze(later)
    assert state(later) == mock.clock.run()
    for wrong in (timedelta(seconds=-1), "soon"):
        with pytest.raises(AdminError):
            mock.clock.advance(wrong)
    with pytest.raises(AdminError) as caught:
        mock.clock.freeze(datetime(2027, 1, 1))  # noqa: DTZ001 - the subject of the test
    assert (400, later) == (caught.value.status, mock.clock.now())


def test_a_mock_of_all_client_ids_moves_the_clock_of_all(everyone: Mock, client_id: str) -> None:
    """Client ids with a clock of their own no longer follow it."""
    mock, other = everyone.for_client(client_id), everyone.for_client("SANDBOX_OTHER")
    mock.clock.advance("1h")
    everyone.clock.advance("1m")
    hour, minute = NOW + timedelta(hours=1), NOW + timedelta(minutes=1)
    assert [hour, minute, minute] == [each.clock.now() for each in (mock, everyone, other)]
    everyone.reset()
