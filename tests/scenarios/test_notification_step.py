"""How a scenario sends notifications."""

from __future__ import annotations

from typing import get_args

import pytest

from mock_alipay.contracts.names import NotificationName
from mock_alipay.journal.faults import NotificationFault
from mock_alipay.scenarios.notification_step import NotificationStep, circle
from tests.fields import read
from tests.scenarios.loading import check_problem, scenario


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", NotificationStep()),
        ("{drop: true}", NotificationStep(drop=True)),
        (
            "{delay: {min: 1h30m, max: P1D}, duplicate: 10, after: notifyCapture, fault: truncate}",
            NotificationStep(delay=(5400.0, 86400.0), copies=10, after="notifyCapture", fault="truncate"),
        ),
        (
            "{before: reply, duplicate: 2, result: PROCESS_FAIL, message: no}",
            NotificationStep(copies=2, before_reply=True, result="PROCESS_FAIL", message="no"),
        ),
    ],
)
def test_a_notice_is_read(text: str, expected: NotificationStep) -> None:
    """Alone or in a list."""
    assert {"payments/notifyPayment": (expected,)} == scenario(f"notifyPayment: {text}").notification_steps
    assert {"payments/notifyPayment": (expected,)} == scenario(f"notifyPayment: [{text}]").notification_steps


def test_the_schema_lists_every_fault_and_notification() -> None:
    """Editors offer what there is, and each fault is read."""
    keys = read("scenario.json")["$defs"]["Notice"]["properties"]
    assert list(get_args(NotificationFault)) == keys["fault"]["enum"]
    assert list(get_args(NotificationName)) == keys["after"]["enum"]
    for fault in keys["fault"]["enum"]:
        (step,) = scenario(f"notifyRefund: {{fault: {fault}}}").notification_steps["payments/notifyRefund"]
        assert NotificationStep(fault=fault) == step


@pytest.mark.parametrize(
    ("text", "key"),
    [
        *(
            (f"drop: true\n  {other}", other)
            for other in ("delay: 3s", "duplicate: 2", "before: reply", "fault: truncate")
        ),
        *((f"before: reply\n  {other}", other) for other in ("delay: 3s", "after: notifyPayment")),
    ],
)
def test_keys_that_contradict_each_other_are_refused(text: str, key: str) -> None:
    """A dropped notification has no other key; one before the reply does not wait."""
    expected = "drop: true" if "drop" in text else "before: reply"
    check_problem(f"notifyRefund:\n  {text}", f"4: notifyRefund.{key.partition(':')[0]}: expected nothing", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dely: 3s", ["dely: ", "did you mean delay?"]),
        ("delay: soon", ["delay: ", "a duration such as 1.5s"]),
        ("delay: {min: 1s}", ["delay.max: missing"]),
        ("drop: false", ["drop: expected true"]),
        ("duplicate: 1", ["duplicate: ", "from 2 to 10"]),
        ("duplicate: 11", ["duplicate: ", "from 2 to 10"]),
        ("duplicate: true", ["duplicate: ", "from 2 to 10"]),
        ("after: notifyCaptures", ["after: ", "did you mean notifyCapture?"]),
        ("after: notifyPayment", ["after: notifyPayment cannot wait for itself"]),
        ("before: replies", ["before: expected reply"]),
        ("result: PROCES_FAIL", ["result: ", "did you mean PROCESS_FAIL?"]),
        ("fault: bad_signature", ["fault: ", "did you mean bad-signature?"]),
        ("fault: reset", ["fault: expected one of bad-signature, "]),
        ("set: [a]", ["set: ", "an array"]),
    ],
)
def test_an_invalid_notice_is_refused_with_its_line(text: str, expected: list[str]) -> None:
    """The problem names the key and suggests a similar word."""
    check_problem(f"notifyPayment:\n  {text}", f"tale.yaml:3: notifyPayment.{expected[0]}", *expected[1:])


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        ({"notifyPayment": None, "notifyCapture": "notifyPayment", "notifyRefund": "notifyCapture"}, []),
        ({"notifyPayment": "notifyCapture"}, []),
        ({"notifyPayment": "notifyRefund", "notifyRefund": "notifyPayment"}, ["notifyPayment", "notifyRefund"]),
        (
            {"notifyPayment": "notifyCapture", "notifyCapture": "notifyRefund", "notifyRefund": "notifyCapture"},
            ["notifyCapture", "notifyRefund"],
        ),
        (
            {"notifyPayment": "notifyCapture", "notifyCapture": "notifyRefund", "notifyRefund": "notifyPayment"},
            ["notifyPayment", "notifyCapture", "notifyRefund"],
        ),
    ],
)
def test_notifications_that_wait_for_each_other_are_found(waits: dict[str, str | None], expected: list[str]) -> None:
    """Only those in the circle, not those that wait for one of them."""
    steps = {f"payments/{name}": (NotificationStep(after=after), NotificationStep()) for name, after in waits.items()}
    assert [f"payments/{name}" for name in expected] == circle(steps)
