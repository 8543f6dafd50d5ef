"""inquiryPayment: the status of a payment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.clock.clocks import wire_time
from tests.calls import NOW
from tests.driver import Driver, amount, result_of
from tests.fields import read

NONE = timedelta()

SITUATIONAL = {"paymentTime", "paymentResultInfo", "acquirerReferenceNo", "redirectActionForm", "authExpiryTime"}
"""Fields that only some states have."""


def test_a_paid_payment_has_all_fields() -> None:
    """Without captures and refunds there are no transactions."""
    driver = Driver()
    payment_id = driver.paid("order-1", 100, method="GCASH")
    reply = driver.inquiry("order-1")
    assert {
        "result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."},
        "paymentStatus": "SUCCESS",
        "paymentResultCode": "SUCCESS",
        "paymentResultMessage": "success.",
        "paymentRequestId": "order-1",
        "paymentId": payment_id,
        "paymentMethodType": "GCASH",
        "paymentAmount": amount(100),
        "paymentCreateTime": wire_time(NOW),
        "paymentTime": wire_time(NOW),
        "pspCustomerInfo": reply["pspCustomerInfo"],
    } == reply


FORM = {"redirectActionForm"}
BUYER = {"paymentResultInfo", "acquirerReferenceNo"}
# fmt: off
ENDS: dict[str, tuple[Callable[[Driver], Any], timedelta, str, str, set[str]]] = {
    # what happens, the time that passes, status, result code, fields that only some states have
    "paid": (lambda t: t.paid("x"), NONE, "SUCCESS", "SUCCESS", {"paymentTime", *BUYER}),
    "declined": (lambda t: t.act(t.open("x"), "decline"), NONE, "FAIL", "USER_BALANCE_NOT_ENOUGH", BUYER),
    "pending": (lambda t: t.act(t.open("x"), "pending"), NONE, "PENDING", "PAYMENT_IN_PROCESS", set()),
    "challenged": (lambda t: t.act(t.open("x"), "challenge"), NONE, "PROCESSING", "PAYMENT_IN_PROCESS", FORM),
    "left": (lambda t: t.act(t.open("x"), "leave"), timedelta(hours=1), "FAIL", "ORDER_IS_CLOSED", set()),
    "cancelled": (lambda t: t.call("cancel", {"paymentRequestId": t.open("x")}), NONE,
                  "CANCELLED", "ORDER_IS_CANCELED", set()),
    "authorized": (lambda t: t.paid("x", manual=True), NONE,
                   "SUCCESS", "SUCCESS", {"paymentTime", "authExpiryTime", *BUYER}),
    "captured": (lambda t: t.capture(t.paid("x", manual=True), "c", 1000), NONE,
                 "SUCCESS", "SUCCESS", {"paymentTime", *BUYER}),
    "released": (lambda t: t.paid("x", manual=True), timedelta(days=7), "CANCELLED", "AUTH_EXPIRED", set()),
}
# fmt: on


@pytest.mark.parametrize("end", ENDS)
def test_the_status_follows_the_payment(end: str) -> None:
    """The result of the call is always SUCCESS; an authorization ends after seven days."""
    happen, time, status, code, fields = ENDS[end]
    driver = Driver()
    happen(driver)
    driver.clock.moment += time
    reply = driver.inquiry("x")
    assert ("SUCCESS", status, code) == (result_of(reply), reply["paymentStatus"], reply["paymentResultCode"])
    assert fields == SITUATIONAL & set(reply)
    assert reply.get("authExpiryTime") in (None, wire_time(NOW + timedelta(days=7)))


def test_every_result_code_of_a_payment_is_looked_at() -> None:
    """Those of conditions.json that have a condition."""
    documented = read("conditions.json")["payment"]
    assert {code for code, row in documented.items() if row["when"] is not None} == {row[3] for row in ENDS.values()}


def test_a_session_without_a_buyer_is_no_payment() -> None:
    """A buyer who leaves changes nothing."""
    driver = Driver()
    driver.act(driver.open("order-1"), "leave")
    reply = driver.inquiry("order-1")
    assert ("ORDER_NOT_EXIST", ["result"]) == (result_of(reply), list(reply))


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ({"paymentRequestId": "order-1"}, "order-1"),
        ({"paymentId": "P1"}, "order-1"),
        ({"paymentId": "P1", "paymentRequestId": "order-2"}, "order-1"),
        ({"paymentId": "unknown", "paymentRequestId": "order-1"}, None),
        ({"paymentId": "order-1"}, None),
        ({"paymentRequestId": "P1"}, None),
        ({"paymentRequestId": "ORDER-1"}, None),
    ],
)
def test_a_payment_is_found_by_either_id(ids: dict[str, str], expected: str | None) -> None:
    """The paymentId takes precedence, even an unknown one; another client finds nothing."""
    driver = Driver()
    payment_id = driver.paid("order-1")
    driver.paid("order-2")
    body = {field: payment_id if value == "P1" else value for field, value in ids.items()}
    reply = driver.call("inquiryPayment", body)
    assert ("SUCCESS" if expected else "ORDER_NOT_EXIST", expected) == (result_of(reply), reply.get("paymentRequestId"))
    driver.client_id = "SANDBOX_OTHER"
    assert "ORDER_NOT_EXIST" == driver.code("inquiryPayment", body)


def test_transactions_are_listed_in_order() -> None:
    """Whether they have succeeded, have failed or are in process."""
    driver = Driver()
    payment_id = driver.paid("order-1", manual=True)
    driver.capture(payment_id, "a", 100)
    driver.capture(payment_id, "b", 200, scenario="capture-fails-later")
    driver.refund(payment_id, "c", 50)

    def listed() -> list[tuple[Any, ...]]:
        return [
            (
                *(t[f"transaction{name}"] for name in ("Type", "Status", "RequestId")),
                *(t["transactionAmount"]["value"], t["transactionResult"]["resultCode"], "transactionTime" in t),
            )
            for t in driver.inquiry("order-1")["transactions"]
        ]

    first, last = ("CAPTURE", "SUCCESS", "a", "100", "SUCCESS", True), ("REFUND", "SUCCESS", "c", "50", "SUCCESS", True)
    assert [first, ("CAPTURE", "PROCESSING", "b", "200", "CAPTURE_IN_PROCESS", False), last] == listed()
    driver.wait(seconds=5)
    assert [first, ("CAPTURE", "FAIL", "b", "200", "PROCESS_FAIL", False), last] == listed()


def test_changes_that_are_due_are_applied_first() -> None:
    """Even if the scheduler has not run; a second inquiry changes nothing."""
    driver = Driver()
    driver.open("order-1", scenario="pays-late")
    driver.clock.moment += timedelta(minutes=10)
    reply = driver.inquiry("order-1")
    assert ("SUCCESS", wire_time(NOW + timedelta(minutes=10))) == (reply["paymentStatus"], reply["paymentTime"])
    version = driver.payment("order-1").version
    assert (reply, version) == (driver.inquiry("order-1"), driver.payment("order-1").version)
    assert 2 == len(driver.notified("order-1"))
