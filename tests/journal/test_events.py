"""The event bus: listeners, kept events, and event ids."""

from __future__ import annotations

import contextlib
import logging

import pytest

from mock_alipay.journal.events import MAX_EVENTS, Event, Events


def published(*client_ids: str | None) -> Events:
    """An event bus with one event per client id."""
    events = Events("run")
    for client_id in client_ids:
        events.publish("call", client_id, f"of {client_id}")
    return events


def since(events: Events, event_id: str) -> tuple[int, list[int]]:
    """The number of evicted events, and the numbers of the kept ones."""
    evicted, kept = events.since(event_id)
    return evicted, [event.number for event in kept]


def test_listeners_are_called_within_their_block() -> None:
    """Permanent listeners come first and are not counted; the others receive the events of their block only."""
    received = list[tuple[str, int]]()
    events = Events("run", always=(lambda event: received.append(("permanent", event.number)),))
    events.publish("reset", None, "first")
    with events.subscribed(lambda event: received.append(("outer", event.number))):
        events.publish("reset", None, "second")
        with contextlib.suppress(ZeroDivisionError), events.subscribed(lambda event: received.append(("inner", 0))):
            raise ZeroDivisionError
        assert 1 == events.listeners
        events.publish("reset", None, "third")
    events.publish("reset", None, "fourth")
    assert 0 == events.listeners
    assert [1, 2, 3, 4] == [number for name, number in received if name == "permanent"]
    assert [("permanent", 2), ("outer", 2), ("permanent", 3), ("outer", 3)] == received[1:5]
    assert 6 == len(received)


def test_a_failing_listener_affects_nothing_else(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other listeners are called, the event is kept, and the error is logged with its traceback."""
    monkeypatch.setattr(logging.getLogger("mock_alipay"), "propagate", True)
    events, received = Events("run"), list[int]()

    def fail(_: Event) -> None:
        raise ZeroDivisionError("oops")

    with events.subscribed(fail), events.subscribed(lambda event: received.append(event.number)):
        events.publish("call", "A", None)
    assert [1] == received
    assert (0, [1]) == since(events, "run.0")
    assert ["internal error in a listener of event 1"] == caplog.messages
    assert "ZeroDivisionError: oops" in caplog.text


def test_listeners_may_come_and_go_during_an_event() -> None:
    """A new listener receives the next event; the other listeners receive every event once."""
    events, stack, late, last = Events("run"), contextlib.ExitStack(), list[int](), list[int]()

    def replace_itself(_: Event) -> None:
        stack.close()
        stack.enter_context(events.subscribed(lambda event: late.append(event.number)))

    stack.enter_context(events.subscribed(replace_itself))
    with events.subscribed(lambda event: last.append(event.number)):
        for _ in range(3):
            events.publish("call", "A", None)
        stack.close()
    assert ([2, 3], [1, 2, 3], 0) == (late, last, events.listeners)


@pytest.mark.parametrize(
    ("event_id", "expected"),
    [
        ("run.0", [1, 2, 3]),
        ("run.1", [2, 3]),
        ("run.3", []),
        ("run.4", [1, 2, 3]),
        (f"run.{'9' * 5_000}", [1, 2, 3]),
        *((invalid, [1, 2, 3]) for invalid in ("", "run.", ".2", "other.2", "run.-1", "run.\u0662", "run.\u00b2")),
    ],
)
def test_events_after_an_id_are_found(event_id: str, expected: list[int]) -> None:
    """An id that this process did not issue is older than all events."""
    assert (0, expected) == since(published("A", "B", None), event_id)


def test_every_issued_id_can_be_resumed_from() -> None:
    """The ids of events and of the latest event, even before the first, lead to the following events."""
    events, received = Events("run"), list[Event]()
    start = events.latest
    with events.subscribed(received.append):
        for _ in range(3):
            events.publish("payment", "B", "subject", 7)
    assert Event(1, "payment", "B", "subject", 7) == received[0]
    assert (0, received) == events.since(start)
    assert [(0, received[1:]), (0, received[2:]), (0, [])] == [events.since(events.id_of(each)) for each in received]
    assert events.latest == events.id_of(received[-1])


@pytest.mark.parametrize(("client_id", "kept"), [(None, [5]), ("A", [2, 3, 5])])
def test_deleted_events_do_not_count_as_evicted(client_id: str | None, kept: list[int]) -> None:
    """Evicted events are counted from the id, or from the first event; a reset deletes those of a client id or all."""
    events = published("A", "B", None, "A")
    events.forget(client_id)
    events.publish("reset", None, {})
    assert (0, kept) == since(events, "run.0")
    full = published(*["A"] * (MAX_EVENTS + 5))
    assert [(3, 6), (0, 6), (0, 7), (5, 6)] == [
        (evicted, numbers[0]) for evicted, numbers in (since(full, each) for each in ("run.2", "run.5", "run.6", "x.9"))
    ]
    full.forget(client_id)
    assert [(5, []), (1, []), (0, [])] == [full.since(f"run.{number}") for number in (0, 4, 5)]
