"""A gateway's events as an iterator."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest

from mock_alipay.client import Mock, PaymentRecord, transport
from mock_alipay.errors import AdminError, Unreachable
from tests.cli.process import eventually
from tests.client.test_mock import Shop
from tests.client.test_transport import answering, http
from tests.live import Live, live

FIRST = "0.0"
"""No gateway's event: everything came after it."""


@pytest.fixture
def fresh() -> Iterator[Live]:
    """A gateway to which nothing has happened yet."""
    with live() as running:
        yield running


@pytest.mark.parametrize("scoped", [True, False])
def test_events(fresh: Live, whom: str, scoped: bool) -> None:
    """What happened comes in order as records, of the client id or of all, and so does what comes then."""
    with Mock(fresh.config.url, client_id=whom if scoped else None) as mock:
        Shop(fresh, whom).pay("ours")
        Shop(fresh, "SANDBOX_STRANGER").pay("theirs")
        events = mock.events(after=FIRST)
        expected = [(kind, name) for name in ("ours", "theirs")[: 1 if scoped else 2] for kind in ("payment", "call")]
        assert expected == [
            (event.kind, event.record.payment_request_id) for event in itertools.islice(events, len(expected))
        ]
        mock.clock.advance("1m")
        clock = next(events)
        assert ("clock", timedelta(minutes=1)) == (clock.kind, clock.record.ahead)
        mock.reset()
        reset = next(events)
        assert ("reset", {"clientId": mock.client_id}) == (reset.kind, reset.record)
        events.close()


def test_events_of_one_kind(fresh: Live, whom: str) -> None:
    """With ``kind`` only those come."""
    shop, mock = Shop(fresh, whom), Mock(fresh.config.url)
    shop.pay("ours")
    events = mock.events(kind="payment", after=FIRST)
    assert "ours" == next(events).record.payment_request_id
    shop.pay("again")
    event = next(events)
    assert (PaymentRecord, "again", None) == (type(event.record), event.record.payment_request_id, event.record.request)
    mock.close()


def test_events_after_another(fresh: Live, whom: str) -> None:
    """With ``after`` it goes on from an event, whatever came in between."""
    shop, mock = Shop(fresh, whom), Mock(fresh.config.url, client_id=whom)
    shop.pay("first")
    seen = mock.events(kind="call", after=FIRST)
    last = next(seen)
    seen.close()
    shop.pay("second")
    shop.pay("third")
    again = mock.events(kind="call", after=last.id)
    assert ["second", "third"] == [next(again).record.payment_request_id for _ in range(2)]
    mock.close()


def test_events_of_a_bad_kind(mock: Mock) -> None:
    """A kind that is none is refused at once, like any other request."""
    with pytest.raises(AdminError, match="kind: expected"):
        mock.events(kind="weather")


def test_events_end_with_the_gateway() -> None:
    """When the gateway goes, so do its events, and who waits for one is told."""
    with ExitStack() as stack:
        threads, running = stack.enter_context(ThreadPoolExecutor(1)), stack.enter_context(live())
        mock = Mock(running.config.url)
        running.create()
        events = mock.events(after=FIRST)
        assert ["payment", "call"] == [next(events).kind, next(events).kind]
        waiting = threads.submit(next, events)
        stack.close()
        with pytest.raises(Unreachable):
            waiting.result(60)
        mock.close()


# --- from when on -----------------------------------------------------------------------------------------------------


def test_from_the_moment_that_it_is_made(mock: Mock, gateway: Live) -> None:
    """What happens after it was made comes, though nobody had asked for the first by then; what was before does not."""
    shop = Shop(gateway, str(mock.client_id))
    shop.pay("before")
    with mock.events(kind="call") as events:
        shop.pay("after")
        shop.pay("later")
        assert ["after", "later"] == [next(events).record.payment_request_id for _ in range(2)]


def test_last_id(mock: Mock) -> None:
    """It is the id of the latest event that came, and before that of the latest that there was."""
    with mock.events() as events:
        before = events.last_id
        mock.clock.run()
        assert next(events).id == events.last_id != before
    with mock.events(after=before) as since:
        assert events.last_id == next(since).id
    with mock.events(after=events.last_id) as again:
        assert events.last_id == again.last_id


def test_last_id_although_nothing_was_heard() -> None:
    """The id that a gateway tells when it lets a listener in counts too: all that was missed can be asked for."""
    with (
        answering(http("200 OK", "text/event-stream", "retry: 1000\nid: run.7\n\n: still here\n\n")) as url,
        Mock(url) as mock,
        mock.events() as events,
    ):
        assert ([], "run.7") == (list(events), events.last_id)


def test_missed() -> None:
    """That events were missed comes as an event, and changes nothing about where to go on from."""
    told = 'event: missed\ndata: {"missed": 3}\n\nid: run.12\nevent: reset\ndata: {"clientId": null}\n\n'
    with (
        answering(http("200 OK", "text/event-stream", told)) as url,
        Mock(url) as mock,
        mock.events(after="run.7") as events,
    ):
        missed = next(events)
        assert ("missed", {"missed": 3}, "run.7") == (missed.kind, missed.record, events.last_id)
        reset = next(events)
        assert ("reset", {"clientId": None}, "run.12", "run.12") == (reset.kind, reset.record, reset.id, events.last_id)


# --- until when -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["close", "block"])
def test_closed(fresh: Live, by: str) -> None:
    """Closed, by hand or at the end of its block, it ends without a complaint, and the gateway has a listener less."""
    with Mock(fresh.config.url) as mock:
        before = fresh.components.events.listeners
        if by == "close":
            events = mock.events()
            mock.clock.run()
            assert ("clock", before + 1) == (next(events).kind, fresh.components.events.listeners)
            mock.clock.run()
            events.close()
            events.close()
        else:
            with mock.events() as events:
                assert events is iter(events)
        assert [] == list(events)
        eventually(lambda: fresh.components.events.listeners == before or None)


def test_closed_in_another_thread(mock: Mock) -> None:
    """Who waits for an event of a stream that is closed meanwhile meets its end with the next, and no error."""
    events = mock.events(kind="clock")
    with ThreadPoolExecutor(1) as threads:
        mock.clock.run()
        assert "clock" == next(events).kind
        waiting = threads.submit(list, events)
        events.close()
        mock.clock.run()
        assert len(waiting.result(60)) <= 1


def test_a_timeout() -> None:
    """Whoever waits for one event too many is told so, and the stream is closed."""
    told = "retry: 1000\nid: run.7\n\nid: run.8\nevent: other\ndata: {}\n\n"
    reply = http("200 OK", "text/event-stream", told)
    with answering(reply, stays=True) as url, Mock(url) as mock, mock.events(timeout=0.2) as events:
        assert next(events).kind == "other"
        with pytest.raises(TimeoutError, match=r"no event came within 0\.2 s"):
            next(events)
        assert [] == list(events)


def test_a_timeout_while_the_gateway_shows_that_it_is_there() -> None:
    """Signs of life put the end off no further than the next of them."""
    told = "retry: 1000\nid: run.7\n\n" + "id: run.8\n\n" * 3
    with (
        answering(http("200 OK", "text/event-stream", told)) as url,
        Mock(url) as mock,
        pytest.raises(TimeoutError),
        mock.events(timeout=0) as events,
    ):
        next(events)


def test_a_gateway_that_falls_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a timeout a gateway that shows no sign of life counts as gone."""
    monkeypatch.setattr(transport, "_SILENCE", 0.2)
    with live() as running, Mock(running.config.url) as mock, pytest.raises(Unreachable), mock.events() as events:
        next(events)
