"""capture: in full, in parts, the last one, too much, too late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.apis.payments import captures_refunds
from mock_alipay.clock.clocks import wire_time
from mock_alipay.contracts.names import BuyerAction
from tests.calls import NOW
from tests.driver import Driver, amount, result_of

LATER, FAILS = "capture-in-process", "capture-fails-later"
EXCEEDS = "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT"


def held(driver: Driver, name: str = "order-1", value: int = 1000) -> str:
    """The paymentId of an authorization."""
    return driver.paid(name, value, manual=True)


def test_a_capture_has_all_fields() -> None:
    """With an id of its own; the rest is still authorized."""
    driver = Driver()
    payment_id = held(driver)
    reply, payment = driver.capture(payment_id, "cap-1", 400), driver.payment("order-1")
    assert {
        "result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."},
        "captureRequestId": "cap-1",
        "captureId": payment.captures[0].id,
        "paymentId": payment_id,
        "captureAmount": amount(400),
        "captureTime": wire_time(NOW),
        "acquirerReferenceNo": payment.details["acquirerReferenceNo"],
    } == reply
    assert "AUTHORIZED" == payment.state


@pytest.mark.parametrize(
    ("parts", "codes", "left", "state"),
    [
        ([1000, 1], ["SUCCESS", "ORDER_STATUS_INVALID"], 0, "SUCCESS"),
        ([1001], [EXCEEDS], 1000, "AUTHORIZED"),
        ([400, 601, 600], ["SUCCESS", EXCEEDS, "SUCCESS"], 0, "SUCCESS"),
        ([999, 1, 1], ["SUCCESS", "SUCCESS", "ORDER_STATUS_INVALID"], 0, "SUCCESS"),
        ([9999999999999999], [EXCEEDS], 1000, "AUTHORIZED"),
    ],
)
def test_captures_never_exceed_the_authorization(parts: list[int], codes: list[str], left: int, state: str) -> None:
    """The full amount completes the payment."""
    driver = Driver()
    payment_id = held(driver)
    assert codes == [result_of(driver.capture(payment_id, f"c{n}", value)) for n, value in enumerate(parts)]
    payment = driver.payment("order-1")
    assert (left, state) == (captures_refunds.balance(payment).held, payment.state)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ({"isLastCapture": True}, ["SUCCESS", "ORDER_STATUS_INVALID"]),
        ({"isLastCapture": "true"}, ["SUCCESS", "ORDER_STATUS_INVALID"]),
        ({"captureType": "FINAL"}, ["SUCCESS", "ORDER_STATUS_INVALID"]),
        ({"isLastCapture": False}, ["SUCCESS", "SUCCESS"]),
        ({"isLastCapture": "false"}, ["SUCCESS", "SUCCESS"]),
        ({"captureType": "NON_FINAL"}, ["SUCCESS", "SUCCESS"]),
    ],
)
def test_after_the_last_capture_the_rest_is_released(last: dict[str, Any], expected: list[str]) -> None:
    """It can be neither captured nor refunded."""
    driver = Driver()
    payment_id = held(driver)
    assert expected == [result_of(driver.capture(payment_id, name, 400, **last)) for name in "cd"]
    captured = 400 * expected.count("SUCCESS")
    assert ("SUCCESS" if captured == 400 else "AUTHORIZED") == driver.payment("order-1").state
    codes = [result_of(driver.refund(payment_id, f"r{value}", value)) for value in (captured + 1, captured)]
    assert ["REFUND_AMOUNT_EXCEED", "SUCCESS"] == codes


def test_a_repeat_gets_the_same_reply() -> None:
    """It captures nothing more, and works after the payment is complete."""
    driver = Driver()
    payment_id = held(driver)
    first = driver.capture(payment_id, "c", 400)
    driver.wait(minutes=1)
    assert first == driver.capture(payment_id, "c", "0400")
    driver.capture(payment_id, "d", 600)
    driver.wait(days=30)
    assert first == driver.capture(payment_id, "c", 400)
    assert [400, 600] == [t.amount.value for t in driver.payment("order-1").captures]


@pytest.mark.parametrize("other", [amount(401), amount(400, "HKD")])
def test_a_repeat_with_another_amount_is_refused(other: dict[str, str]) -> None:
    """Or in another currency."""
    driver = Driver()
    payment_id = held(driver)
    driver.capture(payment_id, "c", 400)
    assert "REPEAT_REQ_INCONSISTENT" == result_of(driver.capture(payment_id, "c", 400, captureAmount=other))


def test_a_capture_id_belongs_to_one_payment_of_a_client() -> None:
    """Another client can use it."""
    driver = Driver()
    driver.capture(held(driver), "c", 400)
    for payment_id in (held(driver, "order-2"), "unknown"):
        assert "REPEAT_REQ_INCONSISTENT" == result_of(driver.capture(payment_id, "c", 400))
    driver.client_id = "SANDBOX_OTHER"
    assert "SUCCESS" == result_of(driver.capture(held(driver), "c", 400))


def test_a_repeat_of_one_in_process_gets_its_result() -> None:
    """Once there is one."""
    driver = Driver()
    payment_id = held(driver)
    codes = [result_of(driver.capture(payment_id, name, 400, scenario=FAILS)) for name in "aa"]
    codes.append(result_of(driver.capture(payment_id, "b", 400, scenario=LATER)))
    driver.wait(seconds=5)
    codes += [result_of(driver.capture(payment_id, name, 400)) for name in "ab"]
    assert [*["CAPTURE_IN_PROCESS"] * 3, "PROCESS_FAIL", "SUCCESS"] == codes
    assert 2 == len(driver.payment("order-1").captures)


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


@pytest.mark.parametrize(("then", "state"), [("SUCCESS", "SUCCESS"), ("PROCESS_FAIL", "CANCELLED")])
def test_a_capture_in_process_extends_the_authorization(then: str, state: str) -> None:
    """But no other capture is possible after seven days."""
    driver = Driver()
    payment_id = held(driver)
    driver.wait(days=6)
    slow = driver.load_scenario(f"capture: {{result: CAPTURE_IN_PROCESS, then: {{result: {then}, after: 2d}}}}")
    driver.capture(payment_id, "a", 400, scenario=slow)
    driver.wait(days=1)
    assert "AUTHORIZED" == driver.payment("order-1").state
    assert "AUTH_EXPIRED" == result_of(driver.capture(payment_id, "b", 1))
    assert "ORDER_STATUS_INVALID" == driver.code("cancel", {"paymentRequestId": "order-1"})
    driver.wait(days=1)
    assert (state, "AUTH_EXPIRED") == (driver.payment("order-1").state, result_of(driver.capture(payment_id, "b", 1)))


@pytest.mark.parametrize("action", ["challenge", "pending", "decline", "pay"])
def test_a_payment_without_an_authorization_is_refused(action: BuyerAction) -> None:
    """A card that is captured automatically has none left."""
    driver = Driver()
    payment = driver.act(driver.open("order-1", manual=action != "pay"), action)
    assert "ORDER_STATUS_INVALID" == result_of(driver.capture(str(payment.payment_id), "c", 1))


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


def test_a_payment_has_at_most_a_hundred_captures() -> None:
    """A repeat of one of them is still possible."""
    driver = Driver()
    payment_id = held(driver)
    assert {"SUCCESS"} == {result_of(driver.capture(payment_id, f"c{n}", 1)) for n in range(100)}
    codes = [result_of(driver.capture(payment_id, name, 1)) for name in ("c100", "c0")]
    assert ["PAYMENT_COUNT_EXCEED_LIMIT", "SUCCESS"] == codes


def test_the_currency_is_checked_before_the_amount() -> None:
    """An authorization of 0 has nothing to capture, and is released."""
    driver = Driver()
    payment_id, empty = held(driver), held(driver, "order-2", 0)
    reply = driver.capture(payment_id, "c", 1, captureAmount=amount(10**9, "HKD"))
    assert ["CURRENCY_NOT_SUPPORT", EXCEEDS] == [result_of(reply), result_of(driver.capture(empty, "c", 1))]
    driver.wait(days=7)
    assert "CANCELLED" == driver.payment("order-2").state


def test_a_cancelled_order_differs_from_a_cancelled_authorization() -> None:
    """Cancelled before or after the buyer has paid; a wallet and an unknown payment have no authorization."""
    driver = Driver()
    driver.open("order-1", manual=True)
    ids = [driver.call("cancel", {"paymentRequestId": "order-1"})["paymentId"], held(driver, "order-2")]
    driver.call("cancel", {"paymentRequestId": "order-2"})
    ids += [driver.paid("order-3", method="GCASH"), "unknown", "order-3"]
    codes = [result_of(driver.capture(payment_id, "c", 1)) for payment_id in ids]
    assert ["ORDER_IS_CANCELED", "AUTH_CANCELLED", *["AUTH_NOT_FOUND"] * 3] == codes
