"""Texts, places and lengths of time in scenarios, and what is told of wrong ones."""

from __future__ import annotations

import contextlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_alipay.clock import durations
from mock_alipay.errors import ScenarioFailed
from mock_alipay.scenarios.json_path import Path
from mock_alipay.scenarios.notification_step import NotificationStep
from mock_alipay.scenarios.parsing import MAX_SET_STEPS, fill_in, length
from mock_alipay.scenarios.placeholders import MAX_EXPANDED, Scope
from mock_alipay.scenarios.step import Step
from tests.scenarios.loading import problems, scenario

SCOPE = Scope(
    {"order": {"id": "7"}, "long": "x" * 300}, {"refundId": "R"}, {}, "client", datetime(2026, 11, 22, tzinfo=UTC)
)
PLACES = ["refund", "notifyRefund"]


def filled(name: str, text: str) -> list[tuple[Path, Any]]:
    """What the step or notice puts into a body."""
    return [(path, fill(SCOPE)) for path, fill in only(name, text).set]


def only(name: str, text: str) -> Step | NotificationStep:
    """The one step or notice in a text."""
    told = scenario(f"{name}: {text}")
    steps: dict[str, tuple[Step | NotificationStep, ...]] = {**told.steps, **told.notification_steps}
    (one,) = steps[f"payments/{name}"]
    return one


@pytest.mark.parametrize("name", PLACES)
def test_what_is_set_is_filled_in(name: str) -> None:
    """Values of any type, placeholders of request and reply, and null to leave a field out."""
    text = "{set: {a.b: 1, c: '${request.order.id}', d: 'x-${reply.refundId}', e: null, f: ['${clientId}']}}"
    expected = [(("a", "b"), 1), (("c",), "7"), (("d",), "x-R"), (("e",), None), (("f",), ["client"])]
    assert expected == filled(name, text)


@pytest.mark.parametrize("name", PLACES)
def test_a_path_has_a_limited_number_of_steps(name: str) -> None:
    """Both sides of the limit; what nests deeper could not be written as JSON."""
    longest = ".".join("a" * MAX_SET_STEPS)
    assert [(tuple("a" * MAX_SET_STEPS), 1)] == filled(name, f"{{set: {{{longest}: 1}}}}")
    (told,) = problems(f"{name}: {{set: {{{longest}.a: 1}}}}")
    assert told.startswith(f"tale.yaml:2: {name}.set.a.a.")
    assert told.endswith(f"has {MAX_SET_STEPS + 1} steps, expected at most {MAX_SET_STEPS}")


BIG = {"long": "x" * (MAX_EXPANDED // 8), "list": ["x" * (MAX_EXPANDED // 8 - 4)], "items": [0] * (MAX_EXPANDED // 8)}


@pytest.mark.parametrize(
    ("value", "most"),
    [
        ("${request.long}", 8),
        ("${request.list}", 8),
        ("a ${request.long} b", 8),
        ("a ${request.list} b", 8),
        ("${request.long}${request.long}", 4),
        ({"a": ["${request.long}"]}, 8),
        ("${request.items[].a}", 8),
    ],
)
@pytest.mark.parametrize("over", [0, 1])
def test_placeholders_stand_for_a_limited_number_of_characters(value: Any, most: int, over: int) -> None:
    """All of one body together, text or not; those that lead nowhere count what they look at."""
    written = "".join(f"\n    f{n}: {json.dumps(value)}" for n in range(most + over))
    scope = Scope(BIG, {}, {}, "client", datetime(2026, 11, 22, tzinfo=UTC))
    step = only("refund", f"\n  set:{written}")
    told = f"scenario tale: set: the placeholders up to f{most} expand to more than {MAX_EXPANDED} characters"
    with pytest.raises(ScenarioFailed, match=re.escape(told)) if over else contextlib.nullcontext():
        fill_in({}, step.set, scope, "tale")


def test_what_is_set_shares_nothing_with_what_it_comes_from() -> None:
    """A field of an object that a placeholder has put somewhere can be set there alone."""
    text = "{set: {a: '${request.order}', a.id: '${request.order}', r.x: '${reply.r}', r.y: '${reply.r}'}}"
    request, reply = {"order": {"id": "7"}}, {"r": {"z": 1}}
    body: dict[str, Any] = dict(reply)
    fill_in(body, only("refund", text).set, Scope(request, reply, {}, "client", SCOPE.now), "tale")
    assert {"a": {"id": {"id": "7"}}, "r": {"z": 1, "x": {"z": 1}, "y": {"z": 1}}} == body
    assert ({"order": {"id": "7"}}, {"r": {"z": 1}}) == (request, reply)


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("order ${request.order.id}", "order 7"),
        ("${request.order}", ""),
        ("${request.long}", "x" * 255 + "…"),
    ],
)
def test_a_message_with_placeholders_is_filled_in(name: str, message: str, expected: str) -> None:
    """And cut to what a resultMessage may hold."""
    assert [(("result", "resultMessage"), expected)] == filled(name, f"{{message: '{message}'}}")


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("message: ${secret}", ".message: unknown placeholder ${secret}"),
        ("set: {a: '${requst.x}'}", ".set.a: unknown placeholder ${requst.x}"),
        ("set: {b..c: 1}", ".set.b..c: 'b..c' is not a path"),
        ("set: {'d[0]': 1}", ".set.d[0]: 'd[0]' names an element of an array"),
        ("delay: {min: 2s, max: 1s}", ".delay: min 2s is more than max 1s"),
    ],
)
@pytest.mark.parametrize("listed", [False, True])
def test_what_only_reading_finds_is_told(name: str, text: str, expected: str, *, listed: bool) -> None:
    """At its own line, with the number of the step or notice where there are several."""
    (told,) = problems(f"{name}:\n- {{}}\n- {text}" if listed else f"{name}:\n  {text}")
    assert told.startswith(f"tale.yaml:4: {name}[1]{expected}" if listed else f"tale.yaml:3: {name}{expected}")


@pytest.mark.parametrize(
    ("written", "expected"),
    [("300ms", 0.3), ("1.5s", 1.5), ("2m", 120.0), ("0s", 0.0), ("0.001s", 0.001), ("999999ms", 999.999)],
)
@pytest.mark.parametrize("name", PLACES)
def test_a_delay_is_read(name: str, written: str, expected: float) -> None:
    """Milliseconds, seconds, minutes."""
    assert (expected, expected) == pytest.approx(only(name, f"{{delay: {written}}}").delay)


@pytest.mark.parametrize(
    "written",
    [
        *("", "3", "3 s", "3S", "3h", "-3s", "1e3ms", ".5s", "5.s", "1.2345s", "3s\n"),
        *("2d", "1m30s", "PT5S"),
    ],
)
def test_what_no_reply_can_wait_for_is_refused(written: str) -> None:
    """With the line; what only a clock can be moved by is too long for a reply to wait."""
    escaped = written.replace("\n", "\\n")
    (told,) = problems(f'createPaymentSession:\n  delay: "{escaped}"')
    assert told.startswith("tale.yaml:3: createPaymentSession.delay: expected a duration such as 300ms, 1.5s or 2m")


@pytest.mark.parametrize(
    "written", ["", "3", "3 s", "3S", "-3s", "P", "PT", "P1Y", "P1M", "1h 30m", "3s\n", "1w", "PTS"]
)
@pytest.mark.parametrize("place", ["buyer:\n  {{action: pay, after: {}}}", "notifyPayment:\n  {{delay: {}}}"])
def test_what_is_no_time_by_the_clock_is_refused(place: str, written: str) -> None:
    """With the line, whether the schema finds it or reading does."""
    escaped = written.replace("\n", "\\n")
    (told,) = problems(place.format(f'"{escaped}"'))
    assert told.startswith("tale.yaml:3: ")
    assert " duration" in told


@given(st.timedeltas(timedelta(), timedelta(days=3650)))
def test_any_length_up_to_ten_years_is_taken(expected: timedelta) -> None:
    """As ISO 8601 writes it: by the function, and by the schema before it."""
    written = durations.iso(expected)
    assert expected == length(written)
    assert expected == scenario(f"buyer: {{action: pay, after: {written}}}").buyer[0].after


@pytest.mark.parametrize("written", ["3651d", "999999d999999d", "P999999W", "P3650DT0.001S", "99999999999999h"])
def test_a_length_that_no_clock_can_go_is_refused(written: str) -> None:
    """A hundred of those that are taken still end before the year 9999."""
    with pytest.raises(ValueError, match=f"{written} is too long, at most 3650d"):
        length(written)
    place = "notifyPayment.delay"
    assert [f"tale.yaml:2: {place}: {written} is too long, at most 3650d"] == list(
        problems(f"notifyPayment: {{delay: {written}}}")
    )
