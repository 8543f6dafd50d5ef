"""How notifications of a scenario are sent, as it is read."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_alipay.contracts.names import NotificationName, bare
from mock_alipay.journal.faults import NotificationFault
from mock_alipay.scenarios.notification_step import NotificationStep, circle
from tests.fields import read
from tests.scenarios.loading import problems, scenario

NAMES: tuple[NotificationName, ...] = get_args(NotificationName)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", NotificationStep()),
        ("{delay: 10m}", NotificationStep(delay=(600.0, 600.0))),
        ("{delay: {min: 1h30m, max: P1D}}", NotificationStep(delay=(5400.0, 86400.0))),
        ("{drop: true}", NotificationStep(drop=True)),
        ("{duplicate: 2}", NotificationStep(copies=2)),
        ("{duplicate: 10}", NotificationStep(copies=10)),
        ("{after: notifyCapture}", NotificationStep(after="notifyCapture")),
        ("{before: reply}", NotificationStep(before_reply=True)),
        ("{result: PROCESS_FAIL, message: no}", NotificationStep(result="PROCESS_FAIL", message="no")),
        ("{fault: bad-signature}", NotificationStep(fault="bad-signature")),
        ("{fault: no-signature}", NotificationStep(fault="no-signature")),
        ("{fault: wrong-key}", NotificationStep(fault="wrong-key")),
        ("{fault: stale-time}", NotificationStep(fault="stale-time")),
        ("{fault: truncate}", NotificationStep(fault="truncate")),
        (
            "{delay: 2s, duplicate: 3, after: notifyCapture, fault: truncate}",
            NotificationStep(delay=(2.0, 2.0), copies=3, after="notifyCapture", fault="truncate"),
        ),
        (
            "{before: reply, duplicate: 2, fault: wrong-key}",
            NotificationStep(copies=2, before_reply=True, fault="wrong-key"),
        ),
    ],
)
def test_a_notice_is_read(text: str, expected: NotificationStep) -> None:
    """Every key, alone and beside others, with what stands for it when it is left out."""
    assert {"payments/notifyPayment": (expected,)} == scenario(f"notifyPayment: {text}").notification_steps
    assert {"payments/notifyPayment": (expected,)} == scenario(f"notifyPayment: [{text}]").notification_steps


def test_the_schema_knows_every_fault_and_notification() -> None:
    """Editors offer what there is."""
    keys = read("scenario.json")["$defs"]["Notice"]["properties"]
    assert list(get_args(NotificationFault)) == keys["fault"]["enum"]
    assert list(NAMES) == keys["after"]["enum"]
    assert set(NAMES) <= set(read("scenario.json")["else"]["properties"])


@pytest.mark.parametrize("name", NAMES)
def test_a_notification_cannot_wait_for_itself(name: str) -> None:
    """Not even the second for the first: one of that name has been sent when it comes."""
    expected = f"{name} cannot wait for itself"
    assert [f"tale.yaml:3: {name}.after: {expected}"] == list(problems(f"{name}:\n  after: {name}"))
    assert [f"tale.yaml:4: {name}[1].after: {expected}"] == list(problems(f"{name}:\n- {{}}\n- after: {name}"))


@pytest.mark.parametrize("beside", ["delay: 3s", "duplicate: 2", "before: reply", "result: SUCCESS", "fault: truncate"])
def test_what_is_dropped_has_nothing_else_to_it(beside: str) -> None:
    """Nobody would see it."""
    key = beside.partition(":")[0]
    (told,) = problems(f"notifyRefund:\n  drop: true\n  {beside}")
    assert told.startswith(f"tale.yaml:4: notifyRefund.{key}: expected nothing beside drop: true, as nothing is sent")


@pytest.mark.parametrize("beside", ["delay: 3s", "after: notifyPayment"])
def test_what_comes_before_the_reply_waits_for_nothing(beside: str) -> None:
    """The reply would wait with it."""
    key = beside.partition(":")[0]
    (told,) = problems(f"notifyRefund:\n- before: reply\n  {beside}")
    expected = f"tale.yaml:4: notifyRefund[0].{key}: expected nothing beside before: reply, which waits for nothing"
    assert told.startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dely: 3s", ["notifyPayment.dely: ", "did you mean delay?"]),
        ("delay: soon", ["notifyPayment.delay: ", "a duration such as 1.5s, 10m, 1h30m, 2d or PT59M"]),
        ("delay: {min: 1s}", ["notifyPayment.delay.max: missing"]),
        ("drop: false", ["notifyPayment.drop: expected true, got false"]),
        ("duplicate: 1", ["notifyPayment.duplicate: expected a whole number from 2 to 10, got the number 1"]),
        ("duplicate: 11", ["notifyPayment.duplicate: expected a whole number from 2 to 10, got the number 11"]),
        ("duplicate: true", ["notifyPayment.duplicate: expected a whole number from 2 to 10, got true"]),
        ("after: notifyCaptures", ["notifyPayment.after: ", "did you mean notifyCapture?"]),
        ("before: replies", ["notifyPayment.before: expected reply"]),
        ("result: PROCES_FAIL", ["notifyPayment.result: ", "did you mean PROCESS_FAIL?"]),
        ("fault: bad_signature", ["notifyPayment.fault: ", "did you mean bad-signature?"]),
        ("fault: reset", ["notifyPayment.fault: expected one of bad-signature, "]),
        ("set: [a]", ["notifyPayment.set: ", "an array"]),
    ],
)
def test_a_mistake_is_told_with_file_line_and_hint(text: str, expected: list[str]) -> None:
    """Unknown keys, names and faults, and values that cannot be."""
    (told,) = problems(f"notifyPayment:\n  {text}")
    for words in ["tale.yaml:3: ", *expected]:
        assert words in told


class TestCircle:
    @given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from([None, *NAMES])))
    def test_is_found_where_something_would_never_be_sent(self, waits: dict[str, str | None]) -> None:
        """Sending all that waits for nothing, and then what waited for that, leaves over what stands in a circle."""
        waits = {name: None if after == name else after for name, after in waits.items()}
        sent: set[NotificationName] = set()
        for _ in NAMES:
            sent |= {name for name in NAMES if waits.get(name) is None or waits.get(name) in sent}
        found = circle(
            {f"payments/{name}": (NotificationStep(after=after), NotificationStep()) for name, after in waits.items()}
        )
        assert bool(found) == (len(sent) < len(NAMES))
        assert [f"payments/{waits[bare(id_)]}" for id_ in found] == [*found[1:], *found[:1]]
