"""pay: a payment begins without a session, and is asked after by repeating the call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.clock.clocks import wire_time
from mock_alipay.contracts.names import BuyerAction
from tests.calls import NOW
from tests.driver import Body, Driver, amount, pay_body, result_of


def pay(driver: Driver, name: str = "order-1", *, scenario: str | None = None, **changes: Any) -> Body:
    """What pay is told."""
    return driver.call("pay", pay_body(name, **changes), scenario=scenario)


def test_a_payment_begins() -> None:
    """With everything that the merchant needs to send the buyer on."""
    driver = Driver()
    told = pay(driver)
    payment = driver.payment("order-1")
    assert payment.payment_id is not None
    assert "PAYMENT_IN_PROCESS" == result_of(told)
    assert {
        "paymentRequestId": "order-1",
        "paymentId": payment.payment_id,
        "paymentAmount": amount(1000),
        "paymentCreateTime": wire_time(NOW),
        "normalUrl": f"{driver.components.config.url}/checkout/{payment.payment_id}",
    }.items() <= told.items()
    assert ("PROCESSING", None, []) == (payment.state, payment.session, driver.notified())


@pytest.mark.parametrize(
    ("action", "code", "expected"),
    [
        ("leave", "", "PAYMENT_IN_PROCESS"),
        ("pending", "", "PAYMENT_IN_PROCESS"),
        ("pay", "", "SUCCESS"),
        ("decline", "", "USER_BALANCE_NOT_ENOUGH"),
        ("decline", "DO_NOT_HONOR", "DO_NOT_HONOR"),
    ],
)
@pytest.mark.parametrize("method", ["CARD", "GCASH"])
def test_a_repeat_tells_how_it_stands(method: str, action: BuyerAction, code: str, expected: str) -> None:
    """However often, and without beginning another."""
    driver = Driver()
    pay(driver, method=method)
    driver.act("order-1", action, code)
    payment, told = driver.payment("order-1"), driver.notified("order-1")
    again = [pay(driver, method=method) for _ in range(2)]
    assert [expected] * 2 == [result_of(one) for one in again]
    assert again[0] == again[1]
    assert ("SUCCESS" == expected) == ("paymentTime" in again[0])
    assert (payment, told) == (driver.payment("order-1"), driver.notified("order-1"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"value": 1000}, "PAYMENT_IN_PROCESS"),
        ({"value": "01000"}, "PAYMENT_IN_PROCESS"),
        ({"value": 1001}, "REPEAT_REQ_INCONSISTENT"),
        ({"paymentAmount": amount(1000, "HKD")}, "REPEAT_REQ_INCONSISTENT"),
        (
            {"paymentMethod": {"paymentMethodType": "CARD", "paymentMethodId": "token"}},
            "REPEAT_REQ_INCONSISTENT",
        ),
        ({"locale": "en_US"}, "PAYMENT_IN_PROCESS"),
        ({"paymentNotifyUrl": None}, "PAYMENT_IN_PROCESS"),
    ],
)
def test_a_repeat_must_be_of_the_same_money(change: dict[str, Any], expected: str) -> None:
    """And by the same token; the rest is not compared."""
    driver = Driver()
    pay(driver)
    assert expected == result_of(pay(driver, **change))


@pytest.mark.parametrize("action", [None, "pay", "expire"])
def test_the_id_of_a_session_cannot_be_used(action: str | None) -> None:
    """Whatever has become of it."""
    driver = Driver()
    driver.open("order-1")
    if action == "pay":
        driver.act("order-1", "pay")
    if action == "expire":
        driver.wait(hours=1)
    told = pay(driver)
    assert "REPEAT_REQ_INCONSISTENT" == result_of(told)
    assert "by createPaymentSession" in told["result"]["resultMessage"]


@pytest.mark.parametrize("before", ["in process", "authorized", "released"])
def test_a_cancelled_one_stays_cancelled(before: str) -> None:
    """Before it was paid or after, by the merchant or because nobody captured it."""
    driver = Driver()
    manual = before != "in process"
    pay(driver, manual=manual)
    if manual:
        driver.act("order-1", "pay")
    if before == "released":
        driver.wait(days=7)
    else:
        driver.call("cancel", {"paymentRequestId": "order-1"})
    assert "ORDER_IS_CANCELED" == result_of(pay(driver, manual=manual))


class TestExpiry:
    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            (None, timedelta(minutes=14)),
            ("2026-11-22T01:07:11Z", timedelta(seconds=1)),
            ("2026-11-22T09:17:10+08:00", timedelta(minutes=10)),
            ("2026-11-24T01:07:10Z", timedelta(hours=48)),
        ],
    )
    def test_an_order_that_is_not_paid_in_time_is_closed(self, asked: str | None, expected: timedelta) -> None:
        """At the second that was asked for, or after 14 minutes; the merchant is told."""
        driver = Driver()
        pay(driver, paymentExpiryTime=asked)
        driver.clock.moment = NOW + expected - timedelta(milliseconds=1)
        assert "PAYMENT_IN_PROCESS" == result_of(pay(driver, paymentExpiryTime=asked))
        driver.clock.moment = NOW + expected
        assert "ORDER_IS_CLOSED" == result_of(pay(driver, paymentExpiryTime=asked))
        assert ["ORDER_IS_CLOSED"] == [result_of(body) for body in driver.notified("order-1")]

    @pytest.mark.parametrize(
        "asked",
        [
            "2026-11-22T01:07:10Z",
            "2026-11-22T09:07:09+08:00",
            "2026-11-24T01:07:11Z",
            "2020-01-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59",
        ],
    )
    def test_it_must_be_within_two_days(self, asked: str) -> None:
        """The fault names the field, and the id stays free."""
        driver = Driver()
        told = pay(driver, paymentExpiryTime=asked)
        assert "PARAM_ILLEGAL" == result_of(told)
        assert told["result"]["resultMessage"].startswith("paymentExpiryTime: ")
        assert "PAYMENT_IN_PROCESS" == result_of(pay(driver))


class TestScenario:
    def test_may_have_a_buyer(self) -> None:
        """Who pays on the page that pay leads to, after the reply."""
        driver = Driver()
        assert "PAYMENT_IN_PROCESS" == result_of(pay(driver, scenario="pays-at-once"))
        driver.settle()
        assert ("SUCCESS", "SUCCESS") == (driver.payment("order-1").state, result_of(pay(driver)))

    def test_may_have_it_paid_at_once(self) -> None:
        """As newer descriptions of the API have it for cards."""
        driver = Driver()
        scenario = driver.load_scenario("pay: {result: SUCCESS}")
        told = pay(driver, scenario=scenario)
        assert ("SUCCESS", wire_time(NOW)) == (result_of(told), told["paymentTime"])
        assert ["notifyPayment", "notifyCapture"] == [one.name for one in driver.posted("order-1")]

    def test_forced_failures_begin_nothing(self) -> None:
        """The id stays free."""
        driver = Driver()
        assert "RISK_REJECT" == result_of(pay(driver, scenario=driver.load_scenario("pay: {result: RISK_REJECT}")))
        assert "ORDER_NOT_EXIST" == result_of(driver.inquiry("order-1"))


def test_a_payment_by_pay_is_captured_and_refunded_like_any_other() -> None:
    """By its paymentId, which pay has told."""
    driver = Driver()
    payment_id = pay(driver, manual=True)["paymentId"]
    driver.act("order-1", "pay")
    assert "SUCCESS" == result_of(driver.capture(payment_id, "c", 1000))
    assert "SUCCESS" == result_of(driver.refund(payment_id, "r", 1000))
