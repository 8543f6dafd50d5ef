"""One reply of a scenario, as it is read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mock_alipay.journal.faults import WireFault
from mock_alipay.scenarios.step import Step, Then
from tests.fields import read
from tests.scenarios.loading import problems, scenario


def steps(text: str, endpoint: str = "createPaymentSession") -> tuple[Step, ...]:
    """The steps of an endpoint."""
    return scenario(f"{endpoint}: {text}").steps[f"payments/{endpoint}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", Step()),
        ("{result: CARD_NOT_SUPPORTED}", Step(result="CARD_NOT_SUPPORTED")),
        ("{message: no}", Step(message="no")),
        ("{delay: 300ms}", Step(delay=(0.3, 0.3))),
        ("{delay: {min: 100ms, max: 2s}}", Step(delay=(0.1, 2.0))),
        ("{delay: {min: 1s, max: 1000ms}}", Step(delay=(1.0, 1.0))),
        ("{fault: reset}", Step(fault=WireFault("reset"))),
        ("{fault: empty}", Step(fault=WireFault("empty"))),
        ("{fault: truncate}", Step(fault=WireFault("truncate"))),
        ("{fault: garbage}", Step(fault=WireFault("garbage"))),
        ("{fault: hang}", Step(fault=WireFault("hang"))),
        ("{fault: bad-signature}", Step(fault=WireFault("bad-signature"))),
        ("{fault: no-signature}", Step(fault=WireFault("no-signature"))),
        ("{fault: wrong-key}", Step(fault=WireFault("wrong-key"))),
        ("{fault: stale-time}", Step(fault=WireFault("stale-time"))),
        ("{fault: {status: 502}}", Step(fault=WireFault("status", 502))),
        ("{fault: {status: 400}}", Step(fault=WireFault("status", 400))),
        ("{fault: {status: 599}}", Step(fault=WireFault("status", 599))),
    ],
)
@pytest.mark.parametrize("endpoint", ["createPaymentSession", "consult", "capture", "refund"])
def test_a_step_is_read(endpoint: str, text: str, expected: Step) -> None:
    """Every key of a step, with what stands for it when it is left out."""
    assert (expected,) == steps(text, endpoint)
    assert (expected,) == steps(f"[{text}]", endpoint)


def test_a_result_left_out_is_not_one_written_down() -> None:
    """An endpoint may answer something else than SUCCESS when nothing is said."""
    assert [None, "SUCCESS"] == [step.result for step in steps("[{}, {result: SUCCESS}]", "pay")]


@pytest.mark.parametrize("endpoint", ["createPaymentSession", "pay", "inquiryPayment", "cancel", "capture", "refund"])
def test_every_endpoint_takes_every_code(endpoint: str) -> None:
    """Whatever is documented of any of them can be forced."""
    codes = list(read("results.json")["results"])
    written = ", ".join(f"{{result: {code}}}" for code in codes)
    assert codes == [step.result for step in steps(f"[{written}]", endpoint)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", Then("SUCCESS", None)),
        ("{result: SUCCESS}", Then()),
        ("{after: 5s}", Then("SUCCESS", timedelta(seconds=5))),
        ("{after: 0s}", Then("SUCCESS", timedelta())),
        ("{result: PROCESS_FAIL, after: 1h30m}", Then("PROCESS_FAIL", timedelta(minutes=90))),
    ],
)
@pytest.mark.parametrize("endpoint", ["capture", "refund"])
def test_what_is_in_process_comes_to_an_end(endpoint: str, text: str, expected: Then) -> None:
    """As told, or in success after the usual time."""
    result = f"{endpoint.upper()}_IN_PROCESS"
    assert (Step(result, then=expected),) == steps(f"{{result: {result}, then: {text}}}", endpoint)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("capture:\n  then: {}", ["tale.yaml:3: capture.then: ", "beside result: CAPTURE_IN_PROCESS only"]),
        ("refund:\n- {}\n- then: {}", ["tale.yaml:4: refund[1].then: ", "beside result: REFUND_IN_PROCESS only"]),
        (
            "capture:\n  result: REFUND_IN_PROCESS\n  then: {}",
            ["tale.yaml:4: capture.then: ", "beside result: CAPTURE_IN_PROCESS only"],
        ),
        (
            "refund:\n  result: CAPTURE_IN_PROCESS\n  then: {}",
            ["tale.yaml:4: refund.then: ", "beside result: REFUND_IN_PROCESS only"],
        ),
        ("cancel:\n  result: REFUND_IN_PROCESS\n  then: {}", ["tale.yaml:4: cancel.then: ", "unknown name"]),
    ],
)
def test_only_what_is_in_process_comes_to_an_end(text: str, expected: list[str]) -> None:
    """Beside any other result, or another endpoint's, it would say nothing."""
    (told,) = problems(text)
    for words in expected:
        assert words in told


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ("result: REFUND_IN_PROCESS", ["refund.then.result: ", "whose status is S or F"]),
        ("result: PROCES_FAIL", ["refund.then.result: ", "did you mean PROCESS_FAIL?"]),
        ("after: 5", ["refund.then.after: ", "a duration such as 1.5s, 10m, 1h30m, 2d or PT59M"]),
        ("after: PTS", ["refund.then.after: ", "'PTS' is not a duration"]),
        ("aftr: 5s", ["refund.then.aftr: ", "did you mean after?"]),
    ],
)
def test_an_end_that_cannot_be_is_told(then: str, expected: list[str]) -> None:
    """With its line: it must be final, and come after a time that can be read."""
    (told,) = problems(f"refund:\n  result: REFUND_IN_PROCESS\n  then:\n    {then}")
    for words in ["tale.yaml:5: ", *expected]:
        assert words in told
