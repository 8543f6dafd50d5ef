"""refund: in full, in parts, of one capture, too much, too late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mock_alipay.apis.payments import captures_refunds
from mock_alipay.clock.clocks import wire_time
from tests.calls import NOW
from tests.driver import Driver, amount, result_of

LATER, FAILS = "refund-in-process", "refund-fails-later"
METHODS = ["CARD", "GCASH"]
EXCEEDS = "REFUND_AMOUNT_EXCEED"


def test_a_refund_has_all_fields_and_a_repeat_gets_them_again() -> None:
    """A repeat refunds nothing more, also when nothing is left or the refund window is over."""
    driver = Driver()
    payment_id = driver.paid("order-1")
    assert EXCEEDS == result_of(driver.refund(payment_id, "ref-1", 1001))  # which leaves the id free
    reply, payment = driver.refund(payment_id, "ref-1", 400), driver.payment("order-1")
    assert {
        "result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."},
        "refundRequestId": "ref-1",
        "refundId": payment.refunds[0].id,
        "paymentId": payment_id,
        "refundAmount": amount(400),
        "refundTime": wire_time(NOW),
    } == reply
    assert "SUCCESS" == payment.state
    for other in (amount(401), amount(400, "HKD")):
        assert "REPEAT_REQ_INCONSISTENT" == result_of(driver.refund(payment_id, "ref-1", 400, refundAmount=other))
    driver.refund(payment_id, "ref-2", 600)
    driver.wait(days=400)
    assert reply == driver.refund(payment_id, "ref-1", 400) == driver.refund(payment_id, "ref-1", "0400")
    assert (2, 2) == (len(driver.payment("order-1").refunds), len(driver.notified("order-1", "notifyRefund")))


@pytest.mark.parametrize(
    ("parts", "codes", "left"),
    [
        ([1000, 1], ["SUCCESS", EXCEEDS], 0),
        ([1001], [EXCEEDS], 1000),
        ([400, 601, 600, 1], ["SUCCESS", EXCEEDS, "SUCCESS", EXCEEDS], 0),
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_refunds_never_exceed_the_payment(method: str, parts: list[int], codes: list[str], left: int) -> None:
    """Not by the smallest unit."""
    driver = Driver()
    payment_id = driver.paid("order-1", method=method)
    assert codes == [result_of(driver.refund(payment_id, f"r{n}", value)) for n, value in enumerate(parts)]
    payment = driver.payment("order-1")
    assert (left, "SUCCESS") == (captures_refunds.balance(payment).refundable, payment.state)


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
    driver.refund(payment_id, "r0", 300, scenario=FAILS, captureId=one)
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


def test_a_refund_id_belongs_to_one_payment_of_a_client() -> None:
    """A capture can have the same id, and so can a refund of another client."""
    driver = Driver()
    one, other = driver.paid("order-1", manual=True), driver.paid("order-2")
    driver.capture(one, "x", 400)
    codes = [result_of(driver.refund(payment_id, "x", 400)) for payment_id in (one, other, "unknown")]
    assert ["SUCCESS", "REPEAT_REQ_INCONSISTENT", "REPEAT_REQ_INCONSISTENT"] == codes
    driver.client_id = "SANDBOX_OTHER"
    assert "SUCCESS" == result_of(driver.refund(driver.paid("order-1"), "x", 400))


def test_a_repeat_of_one_in_process_gets_its_result() -> None:
    """Once there is one; until then the money is spent."""
    driver = Driver()
    payment_id = driver.paid("order-1")
    codes = [result_of(driver.refund(payment_id, name, 400, scenario=FAILS)) for name in "aa"]
    codes.append(result_of(driver.refund(payment_id, "b", 400, scenario=LATER)))
    codes.append(result_of(driver.refund(payment_id, "c", 201)))
    driver.wait(seconds=5)
    codes += [result_of(driver.refund(payment_id, name, 400)) for name in "ab"]
    codes.append(result_of(driver.refund(payment_id, "c", 600)))
    assert [*["REFUND_IN_PROCESS"] * 3, EXCEEDS, "PROCESS_FAIL", "SUCCESS", "SUCCESS"] == codes


def test_a_payment_without_received_money_is_refused() -> None:
    """An authorization is cancelled instead, as the message says; afterwards it cannot be refunded either."""
    driver = Driver()
    challenged = driver.act(driver.open("order-1"), "challenge").payment_id
    payment_id = driver.paid("order-2", manual=True)
    reply = driver.refund(payment_id, "r", 1)
    codes = [result_of(driver.refund(str(challenged), "r", 1)), result_of(reply)]
    assert "cancel it instead" in reply["result"]["resultMessage"]
    driver.call("cancel", {"paymentId": payment_id})
    # A paymentRequestId is no paymentId.
    codes += [result_of(driver.refund(id_, "r", 1)) for id_ in (payment_id, "unknown", "order-1")]
    assert [*["ORDER_STATUS_INVALID"] * 2, "ORDER_IS_CANCELED", *["ORDER_NOT_EXIST"] * 2] == codes


def test_a_payment_can_be_refunded_for_a_year() -> None:
    """To the second."""
    driver = Driver()
    payment_id = driver.paid("order-1")
    driver.clock.moment = NOW + timedelta(days=365)
    assert "SUCCESS" == result_of(driver.refund(payment_id, "r", 1))
    driver.clock.moment += timedelta(seconds=1)
    assert "REFUND_WINDOW_EXCEED" == result_of(driver.refund(payment_id, "s", 1))


@pytest.mark.parametrize("method", METHODS)
def test_a_payment_of_0_has_nothing_to_refund(method: str) -> None:
    """The currency is checked before the amount."""
    driver = Driver()
    payment_id = driver.paid("order-1", 0, method=method)
    replies = [driver.refund(payment_id, "r", 1), driver.refund(payment_id, "r", 1, refundAmount=amount(1, "HKD"))]
    assert [EXCEEDS, "CURRENCY_NOT_SUPPORT"] == [result_of(reply) for reply in replies]
