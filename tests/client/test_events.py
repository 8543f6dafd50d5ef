"""``Mock.events``: a gateway's events as an iterator."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.client import EventStream, Mock, transport
from mock_alipay.errors import AdminError, Unreachable
from tests.client.servers import answering, http
from tests.live import Live, live, sample

Pay = Callable[..., object]


@pytest.fixture(scope="module")
def own() -> Iterator[Live]:
    """A gateway of this module's own."""
    with live() as running:
        yield running


@pytest.fixture
def mock(own: Live, client_id: str) -> Iterator[Mock]:
    """The gateway, for one client id."""
    with Mock(own.config.url, client_id=client_id) as mock:
        yield mock


@pytest.fixture
def pay(own: Live, client_id: str) -> Pay:
    """Creates a session."""
    return lambda name, client_id=client_id: own.create(sample(name, paymentNotifyUrl=None), client_id=client_id)


def names(events: EventStream, count: int) -> list[str]:
    """The paymentRequestIds of the next events."""
    return [event.record.payment_request_id for event in itertools.islice(events, count)]


def sent(text: str) -> bytes:
    """The reply of a gateway that sends these events and then stops."""
    return http("200 OK", "text/event-stream", text)


def test_events_come_in_order_as_records(mock: Mock, pay: Pay) -> None:
    """A Mock of one client id gets the events of that client id only; one of all gets all. A kind selects."""
    with mock.events() as events, mock.for_client(None).events(kind="call") as all_calls:
        pay("ours")
        pay("theirs", client_id=f"{mock.client_id}_OTHER")
        mock.clock.advance("1m")
        mock.reset()
        payment, call, clock, reset = itertools.islice(events, 4)
        assert ["payment", "call", "clock", "reset"] == [event.kind for event in (payment, call, clock, reset)]
        assert ("ours", "ours") == (payment.record.payment_request_id, call.record.payment_request_id)
        assert (timedelta(minutes=1), {"clientId": mock.client_id}) == (clock.record.ahead, reset.record)
        assert ["ours", "theirs"] == names(all_calls, 2)
    unknown: Any = "weather"
    with pytest.raises(AdminError, match="kind: expected"):
        mock.events(kind=unknown)


def test_a_stream_starts_when_it_is_made_or_after_an_event(mock: Mock, pay: Pay) -> None:
    """``last_id`` is the id of the latest event that was read, or of the latest one before the stream."""
    pay("before")
    with mock.events(kind="call") as events:
        start = events.last_id
        pay("first")
        event = next(events)
        assert ("first", event.id) == (event.record.payment_request_id, events.last_id)
        assert event.id != start
    pay("second")
    for after, expected in ((start, ["first"]), (events.last_id, ["second"])):
        with mock.events(kind="call", after=after) as events_after:
            assert expected == names(events_after, len(expected))


def test_ids_without_an_event_count() -> None:
    """The id at the start of a stream is where to continue; ``missed`` events have none."""
    missed = 'event: missed\ndata: {"missed": 3}\n\n'
    with answering(sent(f"id: run.7\n\n: keep-alive\n\n{missed}")) as url, Mock(url) as mock:
        events = mock.events()
        event = next(events)
        assert ("missed", {"missed": 3}, "run.7", []) == (event.kind, event.record, events.last_id, list(events))
    with answering(sent(missed)) as url, Mock(url) as mock, mock.events(after="run.5") as events:
        assert ("missed", "run.5") == (next(events).kind, events.last_id)


def test_a_closed_stream_ends(mock: Mock) -> None:
    """Events that had come already are not delivered, and closing twice is allowed."""
    with mock.events() as events:
        assert events is iter(events)
        mock.clock.run()
        assert "clock" == next(events).kind
        mock.clock.run()
        events.close()
    assert [] == list(events)


def test_closing_a_stream_closes_its_connection() -> None:
    """While the Mock stays open. A stream has a second to begin, however short its timeout is."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        mock = stack.enter_context(Mock(f"http://127.0.0.1:{server.getsockname()[1]}"))
        opening = stack.enter_context(ThreadPoolExecutor(1)).submit(mock.events, timeout=0.01)
        client = stack.enter_context(server.accept()[0])
        client.settimeout(60)
        client.recv(65536)
        time.sleep(0.1)
        client.sendall(sent("id: run.7\n\n"))
        opening.result(60).close()
        assert b"" == client.recv(1)


def test_a_stream_can_be_closed_by_another_thread(mock: Mock) -> None:
    """The thread that waits for an event sees the end at once, not an error."""
    events, began = mock.events(kind="clock"), threading.Event()

    def read() -> list[str]:
        kinds: list[str] = []
        for event in events:
            kinds.append(event.kind)
            began.set()
        return kinds

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(read)
        mock.clock.run()
        assert began.wait(60)
        events.close()
        assert ["clock"] == waiting.result(10)  # the gateway sends a keep-alive later than that


def test_a_stream_ends_with_its_gateway() -> None:
    """A thread that waits for an event gets Unreachable."""
    with ThreadPoolExecutor(1) as threads, ExitStack() as gateway:
        running = gateway.enter_context(live())
        with Mock(running.config.url) as mock:
            waiting = threads.submit(next, mock.events())
            gateway.close()
            with pytest.raises(Unreachable):
                waiting.result(60)


@pytest.mark.parametrize(("timeout", "keep_alives"), [(0, 2), (0.2, 0)])
def test_a_timeout_ends_a_wait(timeout: float, keep_alives: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """TimeoutError after so many seconds without an event, keep-alives or not; the stream is closed then."""
    monkeypatch.setattr(transport, "LEAST_SILENCE", 0.1)
    reply = sent("id: run.7\n\nid: run.8\nevent: other\ndata: {}\n\n" + "id: run.9\n\n" * keep_alives)
    with answering(reply, stays=not keep_alives) as url, Mock(url) as mock, mock.events(timeout=timeout) as events:
        assert "other" == str(next(events).kind)
        with pytest.raises(TimeoutError, match=f"within {timeout:g} s"):
            next(events)
        assert [] == list(events)


def test_silence_without_a_timeout_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway that sends not even a keep-alive for 60 seconds is gone."""
    monkeypatch.setattr(transport, "SILENCE", 0.1)
    with answering(sent("id: run.7\n\n"), stays=True) as url, Mock(url) as mock:
        events = mock.events()
        with pytest.raises(Unreachable):
            next(events)
