"""Steps: how a scenario answers calls."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mock_alipay.journal.faults import WireFault
from mock_alipay.scenarios.step import Step, Then
from tests.fields import read
from tests.scenarios.loading import check_problem, scenario


def steps(text: str, endpoint: str = "createPaymentSession") -> tuple[Step, ...]:
    """The steps of an endpoint."""
    return scenario(f"{endpoint}: {text}").steps[f"payments/{endpoint}"]


@pytest.mark.parametrize("endpoint", ["createPaymentSession", "capture", "refund"])
def test_a_step_is_read(endpoint: str) -> None:
    """Alone or in a list; a result that is left out is not SUCCESS."""
    expected = Step("CARD_NOT_SUPPORTED", "no", (0.1, 2.0), fault=WireFault("status", 400))
    text = "{result: CARD_NOT_SUPPORTED, message: no, delay: {min: 100ms, max: 2s}, fault: {status: 400}}"
    assert (expected,) == steps(text, endpoint)
    assert (Step(), Step("SUCCESS"), expected) == steps(f"[{{}}, {{result: SUCCESS}}, {text}]", endpoint)


def test_every_fault_is_read() -> None:
    """As the schema lists them, and the statuses from 400 to 599."""
    kinds = read("scenario.json")["$defs"]["Fault"]["else"]["enum"]
    assert [WireFault(kind) for kind in kinds] == [steps(f"{{fault: {kind}}}")[0].fault for kind in kinds]
    assert WireFault("status", 599) == steps("{fault: {status: 599}}")[0].fault


def test_every_endpoint_accepts_every_documented_code() -> None:
    """Also the codes of other endpoints."""
    codes = list(read("results.json")["results"])
    written = ", ".join(f"{{result: {code}}}" for code in codes)
    for endpoint in ("createPaymentSession", "cancel", "capture", "refund"):
        assert codes == [step.result for step in steps(f"[{written}]", endpoint)]


@pytest.mark.parametrize("endpoint", ["capture", "refund"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", Then("SUCCESS", None)),
        ("{after: 0s}", Then("SUCCESS", timedelta())),
        ("{result: PROCESS_FAIL, after: 1h30m}", Then("PROCESS_FAIL", timedelta(minutes=90))),
    ],
)
def test_the_final_result_of_what_is_in_process_is_read(endpoint: str, text: str, expected: Then) -> None:
    """SUCCESS after the default time if nothing else is given."""
    result = f"{endpoint.upper()}_IN_PROCESS"
    assert (Step(result, then=expected),) == steps(f"{{result: {result}, then: {text}}}", endpoint)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("capture:\n  then: {}", ["3: capture.then: ", "CAPTURE_IN_PROCESS"]),
        ("refund:\n- {}\n- then: {}", ["4: refund[1].then: ", "REFUND_IN_PROCESS"]),
        ("capture:\n  result: REFUND_IN_PROCESS\n  then: {}", ["4: capture.then: ", "CAPTURE_IN_PROCESS"]),
        ("refund:\n  result: CAPTURE_IN_PROCESS\n  then: {}", ["4: refund.then: ", "REFUND_IN_PROCESS"]),
        ("cancel:\n  result: REFUND_IN_PROCESS\n  then: {}", ["4: cancel.then: ", "unknown name"]),
    ],
)
def test_a_final_result_is_refused_without_being_in_process(text: str, expected: list[str]) -> None:
    """Only capture and refund may be in process, each with its own code."""
    check_problem(text, f"tale.yaml:{expected[0]}", *expected[1:])


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ("result: REFUND_IN_PROCESS", ["result: ", "whose status is S or F"]),
        ("result: PROCES_FAIL", ["result: ", "did you mean PROCESS_FAIL?"]),
        ("after: 5", ["after: ", "a duration such as 1.5s, 10m, 1h30m, 2d or PT59M"]),
        ("after: PTS", ["after: ", "'PTS' is not a duration"]),
        ("aftr: 5s", ["aftr: ", "did you mean after?"]),
    ],
)
def test_an_invalid_final_result_is_refused_with_its_line(then: str, expected: list[str]) -> None:
    """The code must be final, and the time a duration."""
    text = f"refund:\n  result: REFUND_IN_PROCESS\n  then:\n    {then}"
    check_problem(text, f"tale.yaml:5: refund.then.{expected[0]}", *expected[1:])
