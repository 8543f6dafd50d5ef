"""refund: in full, in parts, of one capture, too much, too late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mock_alipay.apis.payments import captures_refunds
from tests.apis.payments.endpoints.limits import with_limits
from tests.calls import NOW
from tests.driver import Driver, amount, result_of

EXCEEDS = "REFUND_AMOUNT_EXCEED"


def test_only_captured_money_can_be_refunded() -> None:
    """Not what is held, in process, or failed to be captured; such a capture itself has nothing to refund."""
    driver = Driver()
    payment_id = driver.paid("order-1", manual=True)
    driver.capture(payment_id, "a", 300)
    driver.capture(payment_id, "b", 200, scenario="capture-fails-later")
    failing = driver.payment("order-1").captures[1].id
    codes = [result_of(driver.refund(payment_id, "r0", 1, captureId=failing))]
    codes += [result_of(driver.refund(payment_id, f"r{value}", value)) for value in (301, 299)]
    driver.wait(seconds=5)
    codes.append(result_of(driver.refund(payment_id, "s", 1, captureId=failing)))
    codes += [result_of(driver.refund(payment_id, f"s{value}", value)) for value in (2, 1)]
    assert [EXCEEDS, EXCEEDS, "SUCCESS", EXCEEDS, EXCEEDS, "SUCCESS"] == codes


def test_a_refund_of_one_capture_is_limited_to_it() -> None:
    """Failed refunds of it do not count."""
    driver = Driver()
    payment_id = driver.paid("order-1", manual=True)
    one, _ = (driver.capture(payment_id, name, value)["captureId"] for name, value in (("a", 300), ("b", 700)))
    driver.refund(payment_id, "r0", 300, scenario="refund-fails-later", captureId=one)
    assert EXCEEDS == result_of(driver.refund(payment_id, "r1", 1, captureId=one))
    driver.wait(seconds=5)
    codes = [result_of(driver.refund(payment_id, f"s{v}", v, captureId=one)) for v in (301, 200, 101, 100, 1)]
    assert [EXCEEDS, "SUCCESS", EXCEEDS, "SUCCESS", EXCEEDS] == codes
    assert 700 == captures_refunds.balance(driver.payment("order-1")).refundable


def test_a_refund_of_one_capture_is_limited_by_the_rest_of_the_payment() -> None:
    """Refunds that name no capture count too."""
    driver = Driver()
    payment_id = driver.paid("order-1", manual=True)
    one, _ = (driver.capture(payment_id, name, 500)["captureId"] for name in "ab")
    driver.refund(payment_id, "r", 800)
    codes = [result_of(driver.refund(payment_id, f"s{v}", v, captureId=one)) for v in (201, 200)]
    assert [EXCEEDS, "SUCCESS"] == codes


def test_the_capture_belongs_to_the_payment() -> None:
    """By its captureId; an automatic capture has one too."""
    driver = Driver()
    ids = [driver.paid(f"order-{n}", manual=True) for n in (1, 2)]
    other = driver.capture(ids[1], "b", 500)["captureId"]
    driver.capture(ids[0], "a", 500)
    for capture_id in (other, "a", "unknown"):
        reply = driver.refund(ids[0], "r", 1, captureId=capture_id)
        assert "PARAM_ILLEGAL" == result_of(reply)
        assert reply["result"]["resultMessage"].startswith("captureId: ")
    payment_id = driver.paid("order-3")
    [notification] = driver.notified("order-3", "notifyCapture")
    assert "SUCCESS" == result_of(driver.refund(payment_id, "r", 1000, captureId=notification["captureId"]))


def test_a_payment_without_received_money_is_refused() -> None:
    """An authorization is cancelled instead, as the message says; afterwards it cannot be refunded either."""
    driver = Driver()
    challenged = str(driver.act(driver.open("order-1"), "challenge").payment_id)
    payment_id = driver.paid("order-2", manual=True)
    reply = driver.refund(payment_id, "r", 1)
    codes = [result_of(driver.refund(challenged, "r", 1)), result_of(reply)]
    assert "cancel it instead" in reply["result"]["resultMessage"]
    driver.call("cancel", {"paymentId": payment_id})
    driver.wait(hours=1)
    # A paymentRequestId is no paymentId.
    codes += [result_of(driver.refund(id_, "r", 1)) for id_ in (payment_id, challenged, "unknown", "order-1")]
    assert ["ORDER_STATUS_INVALID", "ORDER_STATUS_INVALID", "ORDER_IS_CANCELED", "ORDER_IS_CLOSED"] == codes[:4]
    assert ["ORDER_NOT_EXIST"] * 2 == codes[4:]


def test_a_payment_can_be_refunded_for_a_year() -> None:
    """To the second."""
    driver = Driver()
    payment_id = driver.paid("order-1")
    driver.clock.moment = NOW + timedelta(days=365)
    assert "SUCCESS" == result_of(driver.refund(payment_id, "r", 1))
    driver.clock.moment += timedelta(seconds=1)
    assert "REFUND_WINDOW_EXCEED" == result_of(driver.refund(payment_id, "s", 1))


def test_the_number_of_refunds_is_limited() -> None:
    """A repeat of one of them is still possible."""
    driver = with_limits(Driver(), most_refunds=2)
    payment_id = driver.paid("order-1")
    codes = [result_of(driver.refund(payment_id, name, 1)) for name in ("a", "b", "c", "a")]
    assert ["SUCCESS", "SUCCESS", "MULTIPLE_REFUNDS_NOT_SUPPORTED", "SUCCESS"] == codes


@pytest.mark.parametrize("method", ["CARD", "GCASH"])
def test_a_payment_of_0_has_nothing_to_refund(method: str) -> None:
    """The currency is checked before the amount; the least that a wallet has received can be refunded."""
    driver = Driver()
    payment_id = driver.paid("order-1", 0, method=method)
    replies = [driver.refund(payment_id, "r", 1), driver.refund(payment_id, "r", 1, refundAmount=amount(1, "HKD"))]
    replies.append(driver.refund(driver.paid("order-2", 1, method=method), "s", 1))
    assert [EXCEEDS, "CURRENCY_NOT_SUPPORT", "SUCCESS"] == [result_of(reply) for reply in replies]
