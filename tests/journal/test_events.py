"""Events: told at once, kept for a while, and found again after a break."""

from __future__ import annotations

import logging

import pytest

from mock_alipay.journal.events import MAX_EVENTS, Event, Events


def published(*client_ids: str | None) -> Events:
    """The events of a run, one for each client id."""
    events = Events("run")
    for client_id in client_ids:
        events.publish("call", client_id, f"of {client_id}")
    return events


def numbers(found: tuple[int, list[Event]]) -> tuple[int, list[int]]:
    """What was lost and what was kept, by number."""
    return found[0], [event.number for event in found[1]]


class TestListening:
    def test_some_are_told_for_good(self) -> None:
        """They hear all, before those who come and go, and do not count among these."""
        heard = list[tuple[str, int]]()
        events = Events("run", always=(lambda one: heard.append(("always", one.number)),))
        events.publish("reset", None, "first")
        with events.subscribed(lambda one: heard.append(("later", one.number))):
            events.publish("reset", None, "second")
            assert 1 == events.listeners
        assert [("always", 1), ("always", 2), ("later", 2)] == heard

    def test_everyone_is_told_at_once_and_in_order(self) -> None:
        """From when they begin to listen until they end."""
        events, one, two = Events("run"), list[Event](), list[Event]()
        events.publish("reset", None, "nobody hears it")
        with events.subscribed(one.append):
            events.publish("call", "A", "first", 7)
            with events.subscribed(two.append):
                assert 2 == events.listeners
                events.publish("clock", None, "second")
            events.publish("payment", "B", "third")
        events.publish("reset", None, "nobody hears it either")
        assert 0 == events.listeners
        expected = [
            Event(2, "call", "A", "first", 7),
            Event(3, "clock", None, "second", 0),
            Event(4, "payment", "B", "third", 0),
        ]
        assert (expected, expected[1:2]) == (one, two)

    def test_a_listener_is_let_go_however_its_block_ends(self) -> None:
        """And no other in its place."""
        events, one, two = Events("run"), list[Event](), list[Event]()
        with events.subscribed(one.append):
            with pytest.raises(ZeroDivisionError), events.subscribed(two.append):
                raise ZeroDivisionError
            events.publish("call", "A", None)
        assert ([1], []) == ([event.number for event in one], two)

    def test_one_that_fails_harms_nobody(
        self, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither whoever publishes, nor those that listen beside it; the log tells of it each time."""
        monkeypatch.setattr(logging.getLogger("mock_alipay"), "propagate", True)
        events, one, two = Events("run"), list[int](), list[int]()

        def fail(_: Event) -> None:
            raise ZeroDivisionError("oops")

        with (
            events.subscribed(lambda event: one.append(event.number)),
            events.subscribed(fail),
            events.subscribed(lambda event: two.append(event.number)),
        ):
            for _ in range(2):
                events.publish("call", "A", None)
        assert ([1, 2], [1, 2]) == (one, two)
        assert (0, [1, 2]) == numbers(events.since("run.0"))
        assert [f"internal error in a listener of event {number}" for number in (1, 2)] == caplog.messages
        assert 2 == caplog.text.count("ZeroDivisionError: oops")

    def test_who_begins_or_ends_while_an_event_is_told_disturbs_nobody(self) -> None:
        """A newcomer hears the next event, not this one; everyone else hears this one once."""
        events, late, last = Events("run"), list[int](), list[int]()
        blocks = [events.subscribed(lambda event: late.append(event.number))]

        def come(event: Event) -> None:
            if 1 == event.number:
                blocks[0].__enter__()

        coming = events.subscribed(come)

        def go(event: Event) -> None:
            if 2 == event.number:
                coming.__exit__(None, None, None)

        with events.subscribed(go):
            coming.__enter__()
            with events.subscribed(lambda event: last.append(event.number)):
                for _ in range(3):
                    events.publish("call", "A", None)
        blocks[0].__exit__(None, None, None)
        assert ([2, 3], [1, 2, 3], 0) == (late, last, events.listeners)


class TestSince:
    @pytest.mark.parametrize(
        ("event_id", "expected"),
        [
            ("run.0", (0, [1, 2, 3])),
            ("run.1", (0, [2, 3])),
            ("run.3", (0, [])),
            ("run.4", (0, [1, 2, 3])),
            ("run.999999999999999", (0, [1, 2, 3])),
            ("run.9999999999999999999999", (0, [1, 2, 3])),
            ("other.2", (0, [1, 2, 3])),
            ("run.x.2", (0, [1, 2, 3])),
            *((garbage, (0, [1, 2, 3])) for garbage in ("", "2", "run", "run.", ".2", "run.-1", "run.1.5", "run.x")),
            *((garbage, (0, [1, 2, 3])) for garbage in ("run.\u0662", "run.\u00b2", "run. 2", "run.+2", "run.2_0")),
        ],
    )
    def test_tells_what_came_after_an_id(self, event_id: str, expected: tuple[int, list[int]]) -> None:
        """Of this run; anything else was never given, and everything comes after it."""
        assert expected == numbers(published("A", "B", None).since(event_id))

    def test_finds_each_event_after_the_id_of_the_one_before(self) -> None:
        """Ids are what ``id_of`` says."""
        events, heard = Events("run"), list[Event]()
        with events.subscribed(heard.append):
            for _ in range(3):
                events.publish("call", "A", None)
        assert [(0, heard[1:]), (0, heard[2:]), (0, [])] == [events.since(events.id_of(event)) for event in heard]

    def test_tells_how_many_are_lost(self) -> None:
        """Since the id; of another run's id, since this run began."""
        events = published(*["A"] * (MAX_EVENTS + 5))
        first = [(lost, kept[0]) for lost, kept in map(numbers, map(events.since, ("run.2", "run.5", "run.6", "x.9")))]
        assert [(3, 6), (0, 6), (0, 7), (5, 6)] == first

    @pytest.mark.parametrize("client_id", [None, "A"])
    def test_counts_nothing_as_lost_that_was_forgotten(self, client_id: str | None) -> None:
        """A reset, of all or of one, is on purpose; what had to make room before it is lost all the same."""
        events = published("A", "B", "A")
        events.forget(client_id)
        events.publish("reset", None, {})
        left = [4] if client_id is None else [2, 4]
        assert [(0, left), (0, [4]), (0, [])] == [numbers(events.since(f"run.{last}")) for last in (0, 3, 4)]
        full = published(*["A"] * (MAX_EVENTS + 2))
        full.forget(client_id)
        assert [(2, []), (1, []), (0, [])] == [full.since(f"run.{last}") for last in (0, 1, 2)]

    def test_goes_on_from_the_latest_without_a_gap(self) -> None:
        """Its id is known before there is any event, and stays when events are forgotten or have made room."""
        events = Events("run")
        for client_id in (None, "A"):
            before = events.latest
            assert (0, []) == events.since(before)
            events.publish("call", "A", None)
            lost, (found,) = events.since(before)
            assert (0, events.latest) == (lost, events.id_of(found))
            events.forget(client_id)
        assert "run.2" == events.latest

    def test_tells_no_more_of_a_client_that_was_forgotten(self) -> None:
        """Others' events, and those that concern everyone, are still told."""
        events = published("A", "B", None, "A")
        events.forget("A")
        assert [2, 3] == numbers(events.since("run.0"))[1]
