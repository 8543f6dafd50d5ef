"""Every field has the type that the Go and .NET SDKs expect: they read each field as one type only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.driver import Driver, amount, pay_body

TYPED: dict[str, type] = {
    "enabled": bool,
    "preferred": bool,
    "guaranteed": bool,
    "challenged": bool,
    "threeDSOffered": bool,
    "refundOnAuthorizationAvailable": bool,
    "quotePrice": float,
    "installmentNum": int,
    "feePercentage": int,
    "availableRetries": int,
}
"""Fields that are not strings (SDKs of Go 1.3.5 and .NET 2.2.5)."""

STATUSES = {"SUCCESS", "FAIL", "PROCESSING", "CANCELLED", "PENDING"}
"""paymentStatus, refundStatus and transactionStatus; .NET reads any other word as SUCCESS."""


def scalars(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar of a body, with the name of its field."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from scalars(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from scalars(inner, name)
    else:
        yield name, value


def check_types(bodies: list[dict[str, Any]]) -> None:
    """Check that both SDKs can read all fields, and that they know every status."""
    fields = [field for body in bodies for field in scalars(body)]
    assert [] == [(name, value) for name, value in fields if type(value) is not TYPED.get(name, str)]
    statuses = [(name, value) for name, value in fields if name.endswith("Status")]
    assert {value for name, value in statuses if name == "resultStatus"} <= {"S", "F", "U"}
    assert {value for name, value in statuses if name != "resultStatus"} <= STATUSES


@pytest.mark.parametrize("method", ["CARD", "GCASH"])
@pytest.mark.parametrize(
    "scenario",
    [
        "declined-do-not-honor",
        "challenge-then-success",
        "pending-then-fail",
        "capture-in-process",
        "refund-fails-later",
        "inquiry-processing-then-success",
    ],
)
def test_every_field_of_a_payment_has_the_expected_type(scenario: str, method: str) -> None:
    """In replies and notifications through all its states; a successful inquiry always has a payment status."""
    driver, order = Driver(), f"{scenario}--1"
    driver.open(order, method=method, manual=True)
    bodies = []
    for minutes in (0, 1, 9):
        driver.wait(minutes=minutes)
        bodies.append(driver.inquiry(order))
    payment_id = driver.payment(order).payment_id or "none"
    bodies += [driver.capture(payment_id, "c", 900), driver.inquiry(order)]
    driver.wait(seconds=10)
    bodies += [driver.refund(payment_id, "r", 100), driver.call("inquiryRefund", {"refundRequestId": "r"})]
    driver.wait(seconds=10)
    bodies.append(driver.call("inquiryRefund", {"refundRequestId": "r"}))
    bodies += [driver.call("cancel", {"paymentRequestId": order}), driver.inquiry(order)]
    check_types(bodies + driver.notified(order))
    inquiries = [*bodies[:3], bodies[4], bodies[-1]]
    assert [] == [body for body in inquiries if (body["result"]["resultStatus"] == "S") != ("paymentStatus" in body)]


def test_every_field_of_pay_and_consult_has_the_expected_type() -> None:
    """Of a payment in process and paid, and of consult with and without a region."""
    driver = Driver()
    bodies = [driver.call("pay", pay_body("order"))]
    driver.act("order", "pay")
    bodies.append(driver.call("pay", pay_body("order")))
    consult = {"productCode": "CASHIER_PAYMENT", "paymentAmount": amount(1), "env": {"terminalType": "WEB"}}
    bodies += [driver.call("consult", {**consult, **region}) for region in ({}, {"userRegion": "PH"})]
    codes = [body["result"]["resultCode"] for body in bodies]
    assert ["PAYMENT_IN_PROCESS", "SUCCESS", "SUCCESS", "SUCCESS"] == codes
    check_types(bodies)
