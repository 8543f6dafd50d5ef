"""notifyPayment: the result of a payment, or that it is pending."""

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
from tests.driver import Driver, amount, result_of

RESULT, PENDING = (DomainEvent("notifyPayment", NOW, f"PAYMENT_{kind}") for kind in ("RESULT", "PENDING"))


def test_a_payment_by_card_has_card_data() -> None:
    """Every field, as inquiryPayment shows it."""
    driver = Driver()
    payment_id = driver.paid("order-1")
    shown = driver.inquiry("order-1")
    assert [
        {
            "notifyType": "PAYMENT_RESULT",
            "paymentRequestId": "order-1",
            "paymentId": payment_id,
            "paymentAmount": amount(1000),
            "paymentCreateTime": wire_time(NOW),
            "paymentTime": wire_time(NOW),
            "paymentMethodType": "CARD",
            "acquirerReferenceNo": shown["acquirerReferenceNo"],
            "paymentResultInfo": shown["paymentResultInfo"],
            "result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."},
        }
    ] == driver.notified("order-1", "notifyPayment")


def test_a_payment_by_wallet_has_its_user() -> None:
    """And no card data."""
    driver = Driver()
    driver.paid("order-1", method="GCASH")
    [body] = driver.notified("order-1")
    assert "GCash" == body["pspCustomerInfo"]["pspName"]
    assert not {"paymentResultInfo", "acquirerReferenceNo"} & set(body)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("pay", ("PAYMENT_RESULT", "SUCCESS", "S", True, True)),
        ("pending", ("PAYMENT_PENDING", "SUCCESS", "S", False, False)),
        ("decline", ("PAYMENT_RESULT", "USER_BALANCE_NOT_ENOUGH", "F", False, True)),
        (None, ("PAYMENT_RESULT", "ORDER_IS_CLOSED", "F", False, False)),
    ],
)
def test_the_type_tells_pending_from_paid(action: BuyerAction | None, expected: tuple[Any, ...]) -> None:
    """A pending payment also has status S, but no paymentTime; a session without a buyer expires."""
    driver = Driver()
    driver.open("order-1")
    if action:
        driver.act("order-1", action)
    driver.wait(hours=1)
    body = driver.notified("order-1", "notifyPayment")[0]
    fields = ("paymentTime" in body, "paymentResultInfo" in body)
    assert expected == (body["notifyType"], result_of(body), body["result"]["resultStatus"], *fields)


@pytest.mark.parametrize(
    ("state", "code"),
    [("AUTHORIZED", "SUCCESS"), ("FAIL", "RISK_REJECT"), ("CANCELLED", "ORDER_IS_CANCELED"), ("EXPIRED", "")],
)
def test_it_has_the_result_of_the_payment(state: State, code: str) -> None:
    """Without a result code the order is closed."""
    result, fields = notify_payment(payment_in(state, code=code), RESULT)
    assert (code or "ORDER_IS_CLOSED", code == "SUCCESS") == (result, "paymentTime" in fields)


def test_a_later_cancel_does_not_change_the_notification() -> None:
    """It reports the event, not the current state."""
    released = payment_in("CANCELLED", paid=NOW, code="AUTH_EXPIRED")
    assert ["SUCCESS", "SUCCESS"] == [notify_payment(released, event)[0] for event in (RESULT, PENDING)]
