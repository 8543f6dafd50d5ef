"""inquiryPayment: the status of a payment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.clock.clocks import wire_time
from mock_alipay.contracts.names import BuyerAction
from tests.calls import NOW
from tests.driver import Driver, amount, result_of

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


@pytest.mark.parametrize(
    ("action", "status", "code", "fields"),
    [
        ("pay", "SUCCESS", "SUCCESS", {"paymentTime", "paymentResultInfo", "acquirerReferenceNo"}),
        ("decline", "FAIL", "USER_BALANCE_NOT_ENOUGH", {"paymentResultInfo", "acquirerReferenceNo"}),
        ("pending", "PENDING", "PAYMENT_IN_PROCESS", set()),
        ("challenge", "PROCESSING", "PAYMENT_IN_PROCESS", {"redirectActionForm"}),
    ],
)
def test_the_status_follows_the_buyer(action: BuyerAction, status: str, code: str, fields: set[str]) -> None:
    """The result of the call is always SUCCESS."""
    driver = Driver()
    driver.act(driver.open("order-1"), action)
    reply = driver.inquiry("order-1")
    assert ("SUCCESS", status, code) == (result_of(reply), reply["paymentStatus"], reply["paymentResultCode"])
    assert fields == SITUATIONAL & set(reply)


def test_an_authorization_has_an_expiry_time() -> None:
    """Its status is SUCCESS; it has no expiry once it is captured or released."""
    driver = Driver()
    payment_id = driver.paid("order-1", manual=True)
    driver.paid("order-2", manual=True)
    reply = driver.inquiry("order-1")
    assert ("SUCCESS", wire_time(NOW + timedelta(days=7))) == (reply["paymentStatus"], reply["authExpiryTime"])
    driver.capture(payment_id, "c", 1000)
    assert "authExpiryTime" not in driver.inquiry("order-1")
    driver.wait(days=7)
    released = driver.inquiry("order-2")
    assert ("CANCELLED", "AUTH_EXPIRED") == (released["paymentStatus"], released["paymentResultCode"])
    assert not {"authExpiryTime", "paymentTime"} & set(released)


def test_a_session_without_a_buyer_is_no_payment() -> None:
    """Until it expires or is cancelled; a buyer who leaves changes nothing."""
    driver = Driver()
    for name in ("order-1", "order-2"):
        driver.open(name)
    driver.act("order-1", "leave")
    reply = driver.inquiry("order-1")
    assert ("ORDER_NOT_EXIST", {"result"}) == (result_of(reply), set(reply))
    driver.call("cancel", {"paymentRequestId": "order-2"})
    driver.wait(hours=1)
    ended = [driver.inquiry(name) for name in ("order-1", "order-2")]
    assert [("FAIL", "ORDER_IS_CLOSED"), ("CANCELLED", "ORDER_IS_CANCELED")] == [
        (reply["paymentStatus"], reply["paymentResultCode"]) for reply in ended
    ]


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
