"""capture: in full, in parts, the last one, too much, too late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.apis.payments.endpoints.limits import with_limits
from tests.calls import NOW
from tests.driver import Driver, amount, result_of

FAILS = "capture-fails-later"
EXCEEDS = "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT"


def held(driver: Driver, name: str = "order-1", value: int = 1000) -> str:
    """The paymentId of an authorization."""
    return driver.paid(name, value, manual=True)


@pytest.mark.parametrize(
    ("body", "last"),
    [
        ({"isLastCapture": True}, True),
        ({"isLastCapture": "true"}, True),
        ({"captureType": "FINAL"}, True),
        ({"isLastCapture": "false", "captureType": "NON_FINAL"}, False),
    ],
)
def test_after_the_last_capture_the_rest_is_released(body: dict[str, Any], last: bool) -> None:
    """It can be neither captured nor refunded."""
    driver = Driver()
    payment_id = held(driver)
    codes = [result_of(driver.capture(payment_id, name, 400, **body)) for name in "cd"]
    assert ["SUCCESS", "ORDER_STATUS_INVALID" if last else "SUCCESS"] == codes
    assert ("SUCCESS" if last else "AUTHORIZED") == driver.payment("order-1").state
    captured = 400 * codes.count("SUCCESS")
    codes = [result_of(driver.refund(payment_id, f"r{value}", value)) for value in (captured + 1, captured)]
    assert ["REFUND_AMOUNT_EXCEED", "SUCCESS"] == codes


def test_money_in_process_is_spent_until_the_capture_fails() -> None:
    """It is not refundable either; a failed last capture was not the last."""
    driver = Driver()
    payment_id, other = held(driver), held(driver, "order-2")
    driver.capture(payment_id, "a", 600, scenario=FAILS)
    driver.capture(other, "last", 400, scenario=FAILS, isLastCapture=True)
    codes = [driver.capture(payment_id, "b", 401), driver.refund(payment_id, "r", 1), driver.capture(other, "c", 1)]
    assert [EXCEEDS, "ORDER_STATUS_INVALID", "ORDER_STATUS_INVALID"] == [result_of(reply) for reply in codes]
    driver.wait(seconds=5)
    assert "ORDER_STATUS_INVALID" == result_of(driver.refund(payment_id, "r", 1))
    for id_, name in ((payment_id, "b"), (other, "c")):
        assert "SUCCESS" == result_of(driver.capture(id_, name, 1000))


def test_a_capture_in_process_extends_the_authorization() -> None:
    """But no other capture is possible after seven days, nor a cancel."""
    driver = Driver()
    payment_id = held(driver)
    driver.wait(days=6)
    slow = driver.load_scenario("capture: {result: CAPTURE_IN_PROCESS, then: {result: SUCCESS, after: 2d}}")
    driver.capture(payment_id, "a", 400, scenario=slow)
    driver.wait(days=1)
    assert "AUTHORIZED" == driver.payment("order-1").state
    assert "AUTH_EXPIRED" == result_of(driver.capture(payment_id, "b", 1))
    assert "ORDER_STATUS_INVALID" == driver.code("cancel", {"paymentRequestId": "order-1"})
    driver.wait(days=1)
    assert "SUCCESS" == driver.payment("order-1").state
    assert "AUTH_EXPIRED" == result_of(driver.capture(payment_id, "b", 1))


def test_an_authorization_expires_after_seven_days() -> None:
    """To the second, also its rest; a fully captured payment is complete instead."""
    driver = Driver()
    ids = [held(driver, f"order-{number}") for number in range(5)]
    driver.capture(ids[1], "c", 1)
    driver.capture(ids[3], "whole", 1000)
    driver.capture(ids[4], "last", 1, isLastCapture=True)
    driver.clock.moment = NOW + timedelta(days=7, seconds=-1)
    assert "SUCCESS" == result_of(driver.capture(ids[2], "d", 1))
    driver.clock.moment = NOW + timedelta(days=7)
    codes = [result_of(driver.capture(payment_id, f"e{payment_id}", 1)) for payment_id in ids]
    assert ["AUTH_EXPIRED"] * 3 + ["ORDER_STATUS_INVALID"] * 2 == codes


def test_the_number_of_captures_is_limited() -> None:
    """A repeat of one of them is still possible."""
    driver = with_limits(Driver(), most_captures=2)
    payment_id = held(driver)
    codes = [result_of(driver.capture(payment_id, name, 1)) for name in ("a", "b", "c", "a")]
    assert ["SUCCESS", "SUCCESS", "PAYMENT_COUNT_EXCEED_LIMIT", "SUCCESS"] == codes


def test_the_currency_is_checked_before_the_amount() -> None:
    """An authorization of 0 has nothing to capture."""
    driver = Driver()
    reply = driver.capture(held(driver), "c", 1, captureAmount=amount(10**9, "HKD"))
    empty = driver.capture(held(driver, "order-2", 0), "c", 1)
    assert ["CURRENCY_NOT_SUPPORT", EXCEEDS] == [result_of(reply), result_of(empty)]


def test_a_payment_without_an_authorization_is_refused() -> None:
    """The code tells whether there never was one; a card that is captured automatically has none left."""
    driver = Driver()
    driver.open("order-1", manual=True)
    ids = [driver.call("cancel", {"paymentRequestId": "order-1"})["paymentId"], held(driver, "order-2")]
    driver.call("cancel", {"paymentRequestId": "order-2"})
    ids += [driver.paid("order-3", method="GCASH"), "unknown", "order-3", driver.paid("order-4")]
    ids.append(str(driver.act(driver.open("order-5", manual=True), "challenge").payment_id))
    codes = [result_of(driver.capture(payment_id, "c", 1)) for payment_id in ids]
    expected = ["ORDER_IS_CANCELED", "AUTH_CANCELLED", *["AUTH_NOT_FOUND"] * 3, *["ORDER_STATUS_INVALID"] * 2]
    assert expected == codes
