"""Messages, set fields and durations of steps and notices."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mock_alipay.errors import ScenarioFailed
from mock_alipay.scenarios.budget import Budget
from mock_alipay.scenarios.parsing import MAX_SET_STEPS, Fillings, fill_in
from mock_alipay.scenarios.placeholders import MAX_EXPANDED, Scope
from tests.scenarios.loading import check_problem, scenario

NOW = datetime(2026, 11, 22, tzinfo=UTC)
REQUEST = {"order": {"id": "7"}, "long": "x" * 300, "list": ["x" * 6], "items": [0] * 10, "most": "x" * 1024 * 1024}

in_steps_and_notices = pytest.mark.parametrize("name", ["refund", "notifyRefund"])


def fillings(name: str, text: str) -> Fillings:
    """What the one step or notice in a text sets."""
    loaded = scenario(f"{name}: {text}")
    steps: dict[str, Any] = {**loaded.steps, **loaded.notification_steps}
    (step,) = steps[f"payments/{name}"]
    return tuple(step.set)


def filled(name: str, text: str) -> list[tuple[Any, Any]]:
    """The fields that a step or notice sets, and their values."""
    scope = Scope(REQUEST, {"refundId": "R"}, {}, "client", NOW)
    return [(path, fill(scope)) for path, fill in fillings(name, text)]


@in_steps_and_notices
def test_fields_are_set_to_values_and_placeholders(name: str) -> None:
    """Values have any type; null removes a field."""
    text = "{set: {a.b: 1, c: '${request.order.id}', d: 'x-${reply.refundId}', result: null, f: ['${clientId}']}}"
    expected = [(("a", "b"), 1), (("c",), "7"), (("d",), "x-R"), (("result",), None), (("f",), ["client"])]
    assert expected == filled(name, text)


def test_the_length_of_a_path_is_limited() -> None:
    """A deeper object could not be written as JSON."""
    longest = ".".join("a" * MAX_SET_STEPS)
    assert [(tuple("a" * MAX_SET_STEPS), 1)] == filled("refund", f"{{set: {{{longest}: 1}}}}")
    check_problem(f"refund: {{set: {{{longest}.a: 1}}}}", "tale.yaml:2: refund.set.a.a.", f"at most {MAX_SET_STEPS}")


@pytest.mark.parametrize(
    ("value", "budget"),
    [
        ("'${request.list}'", 30),
        ("'a ${request.items[].a}'", 30),
        ("'${request.order.id}${request.items}'", 66),
        ("{a: ['${request.order}']}", 30),
    ],
)
@pytest.mark.parametrize("over", [0, 1])
def test_placeholders_expand_to_a_limited_number_of_characters(value: str, budget: int, over: int) -> None:
    """All placeholders of a body count together, objects as JSON, and array elements that are read too."""
    written = fillings("refund", f"{{set: {{f1: {value}, f2: {value}, f3: {value}}}}}")
    scope = Scope(REQUEST, {}, {}, "client", NOW, Budget(budget - over))
    expected = rf"^scenario tale: set: .* f3 expand to more than {MAX_EXPANDED} "
    with pytest.raises(ScenarioFailed, match=expected) if over else contextlib.nullcontext():
        fill_in({}, written, scope, "tale")


def test_a_body_may_expand_to_a_mebibyte() -> None:
    """One more character is refused."""
    scope = Scope(REQUEST, {}, {}, "c", NOW)
    fill_in({}, fillings("refund", "{set: {a: '${request.most}'}}"), scope, "tale")
    with pytest.raises(ScenarioFailed):
        fill_in({}, fillings("refund", "{set: {a: '${clientId}'}}"), scope, "tale")


def test_set_fields_do_not_share_objects_with_their_sources() -> None:
    """A field of an object that a placeholder has put somewhere can be set there alone."""
    text = "{set: {a: '${request.order}', a.id: '${request.order}', r.x: '${reply.r}', r.y: '${reply.r}'}}"
    request, reply = {"order": {"id": "7"}}, {"r": {"z": 1}}
    body: dict[str, Any] = dict(reply)
    fill_in(body, fillings("refund", text), Scope(request, reply, {}, "client", NOW), "tale")
    assert {"a": {"id": {"id": "7"}}, "r": {"z": 1, "x": {"z": 1}, "y": {"z": 1}}} == body
    assert ({"order": {"id": "7"}}, {"r": {"z": 1}}) == (request, reply)


@pytest.mark.parametrize(
    ("message", "expected"),
    [("order ${request.order.id}", "order 7"), ("${request.order}", ""), ("${request.long}", "x" * 255 + "…")],
)
def test_placeholders_of_a_message_are_filled_in(message: str, expected: str) -> None:
    """The message is cut to 256 characters."""
    assert [(("result", "resultMessage"), expected)] == filled("notifyRefund", f"{{message: '{message}'}}")


@in_steps_and_notices
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("message: ${secret}", ".message: unknown placeholder ${secret}"),
        ("set: {'d[0]': 1}", ".set.d[0]: 'd[0]' names an element of an array"),
        ("delay: {min: 2s, max: 1s}", ".delay: min 2s is more than max 1s"),
        ("delay: {p50: 2s, p99: 1s}", ".delay: p50 2s is more than p99 1s"),
        ("delay: {p50: 0s, p99: 1s}", ".delay: p50 is 0s, expected more than 0"),
    ],
)
def test_problems_that_the_schema_cannot_find_have_lines_too(name: str, text: str, expected: str) -> None:
    """In a list they have the number of the step or notice."""
    check_problem(f"{name}:\n  {text}", f"tale.yaml:3: {name}{expected}")
    check_problem(f"{name}:\n- {{}}\n- {text}", f"tale.yaml:4: {name}[1]{expected}")


def test_a_delay_of_a_reply_is_read() -> None:
    """It is in milliseconds, seconds or minutes, up to an hour."""
    (*steps,) = scenario("refund: [delay: 300ms, delay: 60m, delay: {min: 1s, max: 1s}]").steps["payments/refund"]
    assert [(0.3, 0.3), (3600, 3600), (1, 1)] == [step.delay for step in steps]


@pytest.mark.parametrize("written", ["", "3", "3h", ".5s", "1.2345s", "3s\\n", "1m30s", "PT5S"])
def test_an_invalid_delay_of_a_reply_is_refused(written: str) -> None:
    """So are units that are longer than a reply may wait."""
    check_problem(f'refund:\n  delay: "{written}"', "tale.yaml:3: refund.delay: ", "300ms, 1.5s or 2m")


def test_a_duration_has_a_maximum() -> None:
    """A reply waits for an hour at most, everything else for ten years, so that the calendar does not end."""
    check_problem("refund: {delay: {min: 1s, max: 3601s}}", "refund.delay: ", "a reply is delayed at most 1h")
    assert timedelta(days=3650) == scenario("buyer: {action: pay, after: 3650d}").buyer[0].after
    for written in ("3651d", "999999d999999d", "P3650DT0.001S"):
        check_problem(f"notifyPayment: {{delay: {written}}}", f"notifyPayment.delay: {written} is too long")
