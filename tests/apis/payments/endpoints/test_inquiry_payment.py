"""inquiryPayment: how a payment stands, in every state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.clock.clocks import wire_time
from mock_alipay.contracts.names import BuyerAction
from tests.calls import NOW
from tests.driver import Driver, amount, pay_body, result_of

WEEK = timedelta(days=7)


def test_a_paid_payment_says_everything() -> None:
    """Status, result, amount, times and who paid; no transactions where there are none."""
    driver = Driver()
    payment_id = driver.paid("order-1", 100, method="GCASH")
    found = driver.inquiry("order-1")
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
        "pspCustomerInfo": found["pspCustomerInfo"],
    } == found


@pytest.mark.parametrize(
    ("action", "expected", "others"),
    [
        ("pay", ("SUCCESS", "SUCCESS"), {"paymentTime", "paymentResultInfo", "acquirerReferenceNo"}),
        ("decline", ("FAIL", "USER_BALANCE_NOT_ENOUGH"), {"paymentResultInfo", "acquirerReferenceNo"}),
        ("pending", ("PENDING", "PAYMENT_IN_PROCESS"), set()),
        ("challenge", ("PROCESSING", "PAYMENT_IN_PROCESS"), {"redirectActionForm"}),
    ],
)
def test_the_status_follows_the_buyer(action: BuyerAction, expected: tuple[str, str], others: set[str]) -> None:
    """The result of the call is SUCCESS all the while; some fields come with some states only."""
    driver = Driver()
    driver.act(driver.open("order-1"), action)
    found = driver.inquiry("order-1")
    assert "SUCCESS" == result_of(found)
    assert expected == (found["paymentStatus"], found["paymentResultCode"])
    situational = {
        "paymentTime", "paymentResultInfo", "acquirerReferenceNo", "redirectActionForm", "authExpiryTime"
    }  # fmt: skip
    assert others == situational & set(found)


def test_the_redirect_leads_to_the_checkout_of_the_payment() -> None:
    """The same that pay tells."""
    driver = Driver()
    begun = driver.call("pay", pay_body("order-1"))
    assert begun["redirectActionForm"] == driver.inquiry("order-1")["redirectActionForm"]
    assert begun["normalUrl"].endswith(f"/checkout/{begun['paymentId']}")


def test_an_authorization_says_when_it_runs_out() -> None:
    """It counts as SUCCESS; once it is captured there is nothing to run out."""
    driver = Driver()
    payment_id = driver.paid("order-1", manual=True)
    found = driver.inquiry("order-1")
    assert ("SUCCESS", wire_time(NOW + WEEK)) == (found["paymentStatus"], found["authExpiryTime"])
    driver.capture(payment_id, "c", 1000)
    assert "authExpiryTime" not in driver.inquiry("order-1")
    driver.paid("order-2", manual=True)
    driver.wait(days=7)
    released = driver.inquiry("order-2")
    assert ("CANCELLED", "AUTH_EXPIRED") == (released["paymentStatus"], released["paymentResultCode"])
    assert not {"authExpiryTime", "paymentTime"} & set(released)


def test_there_is_no_payment_while_nobody_has_acted() -> None:
    """Only a session; once that has expired there is one that was never paid, and after a cancel, too."""
    driver = Driver()
    driver.open("order-1")
    driver.open("order-2")
    nobody = driver.inquiry("order-1")
    assert ("ORDER_NOT_EXIST", {"result"}) == (result_of(nobody), set(nobody))
    assert "the buyer has not acted" in nobody["result"]["resultMessage"]
    driver.act("order-1", "leave")
    assert "ORDER_NOT_EXIST" == result_of(driver.inquiry("order-1"))
    driver.call("cancel", {"paymentRequestId": "order-2"})
    driver.wait(hours=1)
    ended = [driver.inquiry(name) for name in ("order-1", "order-2")]
    assert [("FAIL", "ORDER_IS_CLOSED"), ("CANCELLED", "ORDER_IS_CANCELED")] == [
        (found["paymentStatus"], found["paymentResultCode"]) for found in ended
    ]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ({"paymentRequestId": "order-1"}, "order-1"),
        ({"paymentId": "P1"}, "order-1"),
        ({"paymentId": "P1", "paymentRequestId": "order-2"}, "order-1"),
        ({"paymentId": "P1", "paymentRequestId": "nobody's"}, "order-1"),
        ({"paymentId": "nobody's", "paymentRequestId": "order-1"}, None),
        ({"paymentId": "order-1"}, None),
        ({"paymentRequestId": "P1"}, None),
        ({"paymentRequestId": "ORDER-1"}, None),
    ],
)
def test_either_id_will_do(ids: dict[str, str], expected: str | None) -> None:
    """The paymentId wins, even when it is nobody's."""
    driver = Driver()
    payment_id = driver.paid("order-1")
    driver.paid("order-2")
    body = {field: payment_id if value == "P1" else value for field, value in ids.items()}
    found = driver.call("inquiryPayment", body)
    assert ("SUCCESS" if expected else "ORDER_NOT_EXIST") == result_of(found)
    assert expected == found.get("paymentRequestId")


def test_nobody_sees_another_clients_payment() -> None:
    """Neither by its paymentRequestId nor by its paymentId."""
    driver = Driver()
    payment_id = driver.paid("order-1")
    driver.client_id = "SANDBOX_OTHER"
    for body in ({"paymentRequestId": "order-1"}, {"paymentId": payment_id}):
        assert "ORDER_NOT_EXIST" == driver.code("inquiryPayment", body)


def test_every_transaction_is_told_in_its_order() -> None:
    """Those that succeeded, are in process, or have failed."""
    driver = Driver()
    payment_id = driver.paid("order-1", manual=True)
    driver.capture(payment_id, "a", 100)
    driver.capture(payment_id, "b", 200, scenario="capture-fails-later")
    driver.refund(payment_id, "c", 50)

    def shown() -> list[tuple[Any, ...]]:
        return [
            (
                told["transactionType"],
                told["transactionStatus"],
                told["transactionRequestId"],
                told["transactionAmount"]["value"],
                told["transactionResult"]["resultCode"],
                "transactionTime" in told,
            )
            for told in driver.inquiry("order-1")["transactions"]
        ]

    first, last = ("CAPTURE", "SUCCESS", "a", "100", "SUCCESS", True), ("REFUND", "SUCCESS", "c", "50", "SUCCESS", True)
    assert [first, ("CAPTURE", "PROCESSING", "b", "200", "CAPTURE_IN_PROCESS", False), last] == shown()
    driver.wait(seconds=5)
    assert [first, ("CAPTURE", "FAIL", "b", "200", "PROCESS_FAIL", False), last] == shown()


def test_what_is_due_has_happened_when_it_is_asked_for() -> None:
    """Though nobody has seen to it yet; and asking twice changes nothing."""
    driver = Driver()
    driver.open("order-1", scenario="pays-late")
    driver.clock.moment += timedelta(minutes=10)
    found = driver.inquiry("order-1")
    assert ("SUCCESS", wire_time(NOW + timedelta(minutes=10))) == (found["paymentStatus"], found["paymentTime"])
    version = driver.payment("order-1").version
    assert found == driver.inquiry("order-1")
    assert version == driver.payment("order-1").version
    assert 2 == len(driver.notified("order-1"))
