"""What notifyPayment says of a payment."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.payments.model import State
from mock_alipay.apis.payments.notifications.notify_payment import notify_payment
from mock_alipay.clock.clocks import wire_time
from mock_alipay.contracts.names import BuyerAction
from tests.apis.payments.orders import payment_in
from tests.calls import NOW
from tests.driver import Driver, result_of


def event(kind: str = "PAYMENT_RESULT") -> DomainEvent:
    """Something to tell."""
    return DomainEvent("notifyPayment", NOW, kind)


def test_a_paid_one_says_when_and_by_whom() -> None:
    """Every field, for a card."""
    driver = Driver()
    payment_id = driver.paid("order-1")
    [body] = driver.notified("order-1", "notifyPayment")
    shown = driver.inquiry("order-1")
    assert {
        "notifyType": "PAYMENT_RESULT",
        "paymentRequestId": "order-1",
        "paymentId": payment_id,
        "paymentAmount": {"currency": "USD", "value": "1000"},
        "paymentCreateTime": wire_time(NOW),
        "paymentTime": wire_time(NOW),
        "paymentMethodType": "CARD",
        "acquirerReferenceNo": shown["acquirerReferenceNo"],
        "paymentResultInfo": shown["paymentResultInfo"],
        "result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."},
    } == body


def test_a_wallet_s_says_whose_it_was() -> None:
    """And nothing of cards."""
    driver = Driver()
    driver.paid("order-1", method="GCASH")
    [body] = driver.notified("order-1")
    assert "GCash" == body["pspCustomerInfo"]["pspName"]
    assert not {"paymentResultInfo", "acquirerReferenceNo"} & set(body)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("pay", ("PAYMENT_RESULT", "SUCCESS", "S", True)),
        ("pending", ("PAYMENT_PENDING", "SUCCESS", "S", False)),
        ("decline", ("PAYMENT_RESULT", "USER_BALANCE_NOT_ENOUGH", "F", False)),
    ],
)
def test_the_type_tells_what_the_result_does_not(action: BuyerAction, expected: tuple[Any, ...]) -> None:
    """S and pending is not paid yet: no paymentTime."""
    driver = Driver()
    driver.act(driver.open("order-1"), action)
    body = driver.notified("order-1", "notifyPayment")[0]
    assert expected == (body["notifyType"], result_of(body), body["result"]["resultStatus"], "paymentTime" in body)


@pytest.mark.parametrize(
    ("state", "code", "expected"),
    [
        ("AUTHORIZED", "SUCCESS", "SUCCESS"),
        ("SUCCESS", "SUCCESS", "SUCCESS"),
        ("EXPIRED", "ORDER_IS_CLOSED", "ORDER_IS_CLOSED"),
        ("FAIL", "RISK_REJECT", "RISK_REJECT"),
        ("CANCELLED", "ORDER_IS_CANCELED", "ORDER_IS_CANCELED"),
    ],
)
def test_its_result_is_that_of_the_payment(state: State, code: str, expected: str) -> None:
    """However it ended."""
    told, fields = notify_payment(payment_in(state, code=code), event())
    assert (expected, expected == "SUCCESS") == (told, "paymentTime" in fields)


def test_of_a_payment_that_was_given_back_later_says_paid() -> None:
    """It was, when there was something to tell: the state of now does not change what was."""
    released = payment_in("CANCELLED", paid=NOW, code="AUTH_EXPIRED")
    assert "SUCCESS" == notify_payment(released, event())[0]
    assert "SUCCESS" == notify_payment(released, event("PAYMENT_PENDING"))[0]


def test_an_expired_session_shows_no_card() -> None:
    """Nobody has used one."""
    driver = Driver()
    driver.open("order-1")
    driver.wait(hours=1)
    [body] = driver.notified("order-1")
    assert ("ORDER_IS_CLOSED", False) == (result_of(body), "paymentResultInfo" in body)
