"""The shipped scenarios do what their names say."""

from __future__ import annotations

import pytest

from mock_alipay.scenarios import Library, shipped_folder
from tests.calls import ask, code
from tests.driver import Driver, result_of, session_body
from tests.fields import read
from tests.memory import done, selector_of
from tests.scenarios.loading import VOCABULARY, Request

SHIPPED = Library.load([], VOCABULARY)
REASONS = [
    reason
    for reason in read("conditions.json")["payment"]
    # An authorization that expires was not declined.
    if read("results.json")["results"][reason]["resultStatus"] == "F" and reason != "AUTH_EXPIRED"
]
"""The documented reasons for which a payment fails."""


@pytest.fixture(scope="module")
def driver() -> Driver:
    """A gateway without a network; each payment has an id of its own."""
    return Driver()


def test_the_first_line_of_a_file_tells_editors_the_schema() -> None:
    """The path is that of a checkout."""
    first = {file.read_text("utf-8").splitlines()[0] for file in shipped_folder().iterdir()}
    assert {"# yaml-language-server: $schema=../mock_alipay/scenarios/scenario.json"} == first


def test_each_scenario_plays_by_request_id(driver: Driver) -> None:
    """The reply has the result and the fault of the scenario's first step."""
    for name in [name for name in SHIPPED if not name.startswith("declined-")]:
        steps = SHIPPED[name].steps
        step = next((steps[key][0] for key in ("payments/createPaymentSession", "*") if key in steps), None)
        reply = ask(driver.components, driver.request("createPaymentSession", session_body(f"{name}--plays")))
        assert ((step and step.result) or "SUCCESS", step and step.fault) == (code(reply), reply.fault), name


@pytest.mark.parametrize(
    ("name", "soon", "later", "at_last"),
    [
        ("success", "ORDER_NOT_EXIST", "ORDER_NOT_EXIST", "FAIL"),
        ("expires", "ORDER_NOT_EXIST", "ORDER_NOT_EXIST", "FAIL"),
        ("leaves", "ORDER_NOT_EXIST", "ORDER_NOT_EXIST", "FAIL"),
        ("pays-at-once", "SUCCESS", "SUCCESS", "SUCCESS"),
        ("pays-late", "ORDER_NOT_EXIST", "SUCCESS", "SUCCESS"),
        ("pending-then-success", "PENDING", "SUCCESS", "SUCCESS"),
        ("pending-then-fail", "PENDING", "FAIL", "FAIL"),
        ("challenge-then-success", "PROCESSING", "SUCCESS", "SUCCESS"),
        ("challenge-then-fail", "PROCESSING", "FAIL", "FAIL"),
        ("inquiry-processing-then-success", "PROCESSING", "PROCESSING", "SUCCESS"),
    ],
)
def test_a_buyer_acts_as_the_name_says(driver: Driver, name: str, soon: str, later: str, at_last: str) -> None:
    """The payment's status, or the code of the inquiry, at once, after ten minutes and after the session's hour."""
    driver.open(f"{name}--buyer")
    found = []
    for minutes in (0, 10, 60):
        driver.wait(minutes=minutes)
        inquiry = driver.inquiry(f"{name}--buyer")
        found.append(inquiry.get("paymentStatus") or result_of(inquiry))
    assert [soon, later, at_last] == found


def test_a_payment_is_declined_for_every_documented_reason(driver: Driver) -> None:
    """There is one scenario per reason."""
    names = {f"declined-{reason.lower().replace('_', '-')}": reason for reason in REASONS}
    assert sorted(names) == [name for name in SHIPPED if name.startswith("declined-")]
    for name in names:
        driver.open(f"{name}--1")
    driver.settle()
    found = {name: driver.inquiry(f"{name}--1") for name in names}
    assert {"FAIL"} == {one["paymentStatus"] for one in found.values()}
    assert names == {name: one["paymentResultCode"] for name, one in found.items()}


@pytest.mark.parametrize(
    ("name", "codes", "status"),
    [
        ("capture-in-process", ["CAPTURE_IN_PROCESS"], "SUCCESS"),
        ("capture-fails-later", ["CAPTURE_IN_PROCESS"], "FAIL"),
        ("refund-in-process", ["REFUND_IN_PROCESS"], "SUCCESS"),
        ("refund-fails-later", ["REFUND_IN_PROCESS"], "FAIL"),
        ("refund-merchant-balance", ["MERCHANT_BALANCE_NOT_ENOUGH"], None),
        ("cancel-window-exceeded", ["CANCEL_WINDOW_EXCEED"], None),
        ("cancel-unknown-twice", ["UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION", "SUCCESS"], None),
    ],
)
def test_a_call_about_a_payment_ends_as_the_name_says(
    driver: Driver, name: str, codes: list[str], status: str | None
) -> None:
    """The codes of the call and its repeats; the status of the transaction is PROCESSING for five seconds."""
    order = f"{name}--call"
    driver.open(order, manual=not name.startswith("refund"))
    if not SHIPPED[name].buyer:
        driver.act(order, "pay")
    driver.settle()
    payment_id = driver.payment(order).payment_id
    assert payment_id is not None
    calls = {
        "capture": lambda: driver.capture(payment_id, order, 1000),
        "refund": lambda: driver.refund(payment_id, order, 1000),
        "cancel": lambda: driver.call("cancel", {"paymentRequestId": order}),
    }
    assert codes == [result_of(calls[name.partition("-")[0]]()) for _ in codes]
    if status is not None:
        found = []
        for seconds in (4.9, 0.1):
            driver.wait(seconds=seconds)
            found.append(driver.inquiry(order)["transactions"][-1]["transactionStatus"])
        assert ["PROCESSING", status] == found


@pytest.mark.parametrize(
    ("field", "values", "expected"),
    [
        ("cardNo", ["9490220011669217", "4054695723100768", "4035501000000008"], "pays-at-once"),
        ("cardNo", ["4054692760174822", "5162770472561357"], "card-not-supported"),
        ("cardNo", ["4111111111111111"], "process-fail"),
        ("cvv", ["99"], "invalid-cvc"),
        ("cvv", ["999", "123"], "process-fail"),
        ("value", ["11", "1111001111"], "risk-reject"),
        ("value", ["9901"], "unknown-exception"),
        ("value", ["9902"], "timeout"),
        ("value", ["100", "110", "990", "9903"], "process-fail"),
    ],
)
def test_test_cards_and_amounts_of_the_sandbox_play_their_scenario(
    field: str, values: list[str], expected: str
) -> None:
    """Whatever the default is; similar values play the default."""
    selector = selector_of(SHIPPED, "process-fail")
    for value in values:
        fields = {field: value}
        body = {"paymentAmount": {"value": "100"} | fields, "paymentMethod": {"paymentMethodMetaData": fields}}
        for endpoint in ("createPaymentSession", "pay"):
            choice = done(selector.choose(f"payments/{endpoint}", "id", Request("A", {}, body)))
            assert expected == choice.scenario, value
