"""pay: creates a payment without a session; a repeat gets its status."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.clock.clocks import wire_time
from mock_alipay.contracts.names import BuyerAction
from tests.calls import NOW
from tests.driver import Body, Driver, amount, pay_body, result_of


def pay(driver: Driver, name: str = "order-1", *, scenario: str | None = None, **changes: Any) -> Body:
    """The reply to pay."""
    return driver.call("pay", pay_body(name, **changes), scenario=scenario)


def test_a_new_payment_is_in_process() -> None:
    """The reply has the URL for the buyer; the merchant is not notified."""
    driver = Driver()
    reply, payment = pay(driver), driver.payment("order-1")
    assert "PAYMENT_IN_PROCESS" == result_of(reply)
    assert {
        "paymentRequestId": "order-1",
        "paymentId": payment.payment_id,
        "paymentAmount": amount(1000),
        "paymentCreateTime": wire_time(NOW),
        "normalUrl": f"{driver.components.config.url}/checkout/{payment.payment_id}",
    }.items() <= reply.items()
    assert ("PROCESSING", None, []) == (payment.state, payment.session, driver.notified())


@pytest.mark.parametrize(
    ("action", "code", "expected"),
    [
        ("pending", "", "PAYMENT_IN_PROCESS"),
        ("pay", "", "SUCCESS"),
        ("decline", "DO_NOT_HONOR", "DO_NOT_HONOR"),
    ],
)
@pytest.mark.parametrize("method", ["CARD", "GCASH"])
def test_a_repeat_gets_the_current_status(method: str, action: BuyerAction, code: str, expected: str) -> None:
    """It changes nothing; a reply of pay has no acquirerReferenceNo."""
    driver = Driver()
    pay(driver, method=method)
    driver.act("order-1", action, code)
    payment, notified = driver.payment("order-1"), driver.notified("order-1")
    first, second = (pay(driver, method=method) for _ in range(2))
    assert (expected, first) == (result_of(first), second)
    assert ("SUCCESS" == expected, False) == ("paymentTime" in first, "acquirerReferenceNo" in first)
    assert (payment, notified) == (driver.payment("order-1"), driver.notified("order-1"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"value": "01000"}, "PAYMENT_IN_PROCESS"),
        ({"locale": "en_US", "paymentNotifyUrl": None}, "PAYMENT_IN_PROCESS"),
        ({"value": 1001}, "REPEAT_REQ_INCONSISTENT"),
        ({"paymentAmount": amount(1000, "HKD")}, "REPEAT_REQ_INCONSISTENT"),
        ({"paymentMethod": {"paymentMethodType": "CARD", "paymentMethodId": "token"}}, "REPEAT_REQ_INCONSISTENT"),
    ],
)
def test_a_repeat_has_the_same_amount_and_token(change: dict[str, Any], expected: str) -> None:
    """Other fields are not compared."""
    driver = Driver()
    pay(driver)
    assert expected == result_of(pay(driver, **change))


def test_the_id_of_a_session_is_refused() -> None:
    """Also when the session has expired."""
    driver = Driver()
    driver.open("order-1")
    assert "REPEAT_REQ_INCONSISTENT" == result_of(pay(driver))
    driver.wait(hours=1)
    assert "REPEAT_REQ_INCONSISTENT" == result_of(pay(driver))


@pytest.mark.parametrize(
    ("requested", "expected"),
    [
        (None, timedelta(minutes=14)),
        ("2026-11-22T01:07:11Z", timedelta(seconds=1)),
    ],
)
def test_an_unpaid_order_closes(requested: str | None, expected: timedelta) -> None:
    """At paymentExpiryTime or after 14 minutes; the merchant is notified."""
    driver = Driver()
    pay(driver, paymentExpiryTime=requested)
    driver.clock.moment = NOW + expected - timedelta(milliseconds=1)
    assert "PAYMENT_IN_PROCESS" == result_of(pay(driver, paymentExpiryTime=requested))
    driver.clock.moment = NOW + expected
    assert "ORDER_IS_CLOSED" == result_of(pay(driver, paymentExpiryTime=requested))
    assert ["ORDER_IS_CLOSED"] == [result_of(body) for body in driver.notified("order-1")]


def test_a_refused_call_leaves_the_id_free() -> None:
    """After an invalid paymentExpiryTime, or a result that a scenario forces."""
    driver = Driver()
    refused = pay(driver, paymentExpiryTime="2026-11-24T01:07:11Z")
    assert "PARAM_ILLEGAL" == result_of(refused)
    assert refused["result"]["resultMessage"].startswith("paymentExpiryTime: ")
    assert "RISK_REJECT" == result_of(pay(driver, scenario=driver.load_scenario("pay: {result: RISK_REJECT}")))
    assert "ORDER_NOT_EXIST" == result_of(driver.inquiry("order-1"))
    assert "PAYMENT_IN_PROCESS" == result_of(pay(driver))
    driver.call("cancel", {"paymentRequestId": "order-1"})
    assert "ORDER_IS_CANCELED" == result_of(pay(driver))


def test_a_scenario_can_have_it_paid_at_once() -> None:
    """As in later documentation for cards."""
    driver = Driver()
    reply = pay(driver, scenario=driver.load_scenario("pay: {result: SUCCESS}"))
    assert ("SUCCESS", wire_time(NOW)) == (result_of(reply), reply["paymentTime"])
    assert ["notifyPayment", "notifyCapture"] == [notification.name for notification in driver.notifications("order-1")]
