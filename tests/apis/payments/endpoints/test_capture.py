"""capture: whole, in parts, for the last time, too much, too late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.apis.payments import captures_refunds
from mock_alipay.clock.clocks import wire_time
from tests.calls import NOW
from tests.driver import Driver, amount, result_of

LATER, FAILS = "capture-in-process", "capture-fails-later"


def held(driver: Driver, name: str = "order-1", value: int = 1000) -> str:
    """An authorization; its paymentId."""
    return driver.paid(name, value, manual=True)


def test_a_capture_is_told_whole() -> None:
    """With an id of its own."""
    driver = Driver()
    payment_id = held(driver)
    told = driver.capture(payment_id, "cap-1", 400)
    [made] = driver.payment("order-1").captures
    assert {
        "result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."},
        "captureRequestId": "cap-1",
        "captureId": made.id,
        "paymentId": payment_id,
        "captureAmount": amount(400),
        "captureTime": wire_time(NOW),
        "acquirerReferenceNo": driver.payment("order-1").details["acquirerReferenceNo"],
    } == told
    assert "AUTHORIZED" == driver.payment("order-1").state


@pytest.mark.parametrize(
    ("parts", "codes", "left", "state"),
    [
        ([1000], ["SUCCESS"], 0, "SUCCESS"),
        ([1001], ["CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT"], 1000, "AUTHORIZED"),
        ([400, 600], ["SUCCESS"] * 2, 0, "SUCCESS"),
        ([400, 601, 600], ["SUCCESS", "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT", "SUCCESS"], 0, "SUCCESS"),
        ([1000, 1], ["SUCCESS", "ORDER_STATUS_INVALID"], 0, "SUCCESS"),
        ([999, 1, 1], ["SUCCESS", "SUCCESS", "ORDER_STATUS_INVALID"], 0, "SUCCESS"),
        ([9999999999999999], ["CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT"], 1000, "AUTHORIZED"),
    ],
)
def test_captures_never_exceed_the_authorization(parts: list[int], codes: list[str], left: int, state: str) -> None:
    """Not even by a cent; all of it completes the payment."""
    driver = Driver()
    payment_id = held(driver)
    assert codes == [result_of(driver.capture(payment_id, f"c{n}", value)) for n, value in enumerate(parts)]
    payment = driver.payment("order-1")
    assert (left, state) == (captures_refunds.balance(payment).held, payment.state)


@pytest.mark.parametrize("how", [{"isLastCapture": True}, {"isLastCapture": "true"}, {"captureType": "FINAL"}])
def test_the_last_capture_lets_the_rest_go(how: dict[str, Any]) -> None:
    """There are two ways to say so; what it leaves can be neither captured nor refunded."""
    driver = Driver()
    payment_id = held(driver)
    assert "SUCCESS" == result_of(driver.capture(payment_id, "c", 400, **how))
    assert "ORDER_STATUS_INVALID" == result_of(driver.capture(payment_id, "d", 1))
    assert ["REFUND_AMOUNT_EXCEED", "SUCCESS"] == [result_of(driver.refund(payment_id, f"r{v}", v)) for v in (401, 400)]
    assert "SUCCESS" == driver.payment("order-1").state


@pytest.mark.parametrize("how", [{"isLastCapture": False}, {"isLastCapture": "false"}, {"captureType": "NON_FINAL"}])
def test_others_do_not(how: dict[str, Any]) -> None:
    """There may be more."""
    driver = Driver()
    payment_id = held(driver)
    codes = [result_of(driver.capture(payment_id, name, 400, **how)) for name in "cd"]
    assert (["SUCCESS"] * 2, "AUTHORIZED") == (codes, driver.payment("order-1").state)


class TestRepeats:
    @pytest.mark.parametrize("again", ["400", "0400"])
    def test_of_the_same_amount_get_the_same_answer(self, again: str) -> None:
        """And capture nothing more; after the payment is complete, too."""
        driver = Driver()
        payment_id = held(driver)
        first = driver.capture(payment_id, "c", 400)
        driver.wait(minutes=1)
        assert first == driver.capture(payment_id, "c", again)
        driver.capture(payment_id, "d", 600)
        driver.wait(days=30)
        assert first == driver.capture(payment_id, "c", again)
        assert ["400", "600"] == [str(t.amount.value) for t in driver.payment("order-1").captures]

    @pytest.mark.parametrize("other", [amount(401), amount(400, "HKD")])
    def test_of_another_are_refused(self, other: dict[str, str]) -> None:
        """In the words of both."""
        driver = Driver()
        payment_id = held(driver)
        driver.capture(payment_id, "c", 400)
        told = driver.capture(payment_id, "c", 400, captureAmount=other)
        assert "REPEAT_REQ_INCONSISTENT" == result_of(told)
        assert "already used for USD 400" in told["result"]["resultMessage"]

    def test_for_another_payment_are_refused(self) -> None:
        """One id, one capture; another client may use it."""
        driver = Driver()
        one, other = held(driver), held(driver, "order-2")
        driver.capture(one, "c", 400)
        assert "REPEAT_REQ_INCONSISTENT" == result_of(driver.capture(other, "c", 400))
        assert "REPEAT_REQ_INCONSISTENT" == result_of(driver.capture("nobody's", "c", 400))
        driver.client_id = "SANDBOX_OTHER"
        assert "SUCCESS" == result_of(driver.capture(held(driver), "c", 400))

    def test_of_one_in_process_are_told_how_it_stands(self) -> None:
        """In process, and in the end what came of it."""
        driver = Driver()
        payment_id = held(driver)
        codes = [result_of(driver.capture(payment_id, name, 400, scenario=FAILS)) for name in ("a", "a")]
        codes.append(result_of(driver.capture(payment_id, "b", 400, scenario=LATER)))
        driver.wait(seconds=5)
        codes += [result_of(driver.capture(payment_id, name, 400)) for name in "ab"]
        assert [*["CAPTURE_IN_PROCESS"] * 3, "PROCESS_FAIL", "SUCCESS"] == codes
        assert 2 == len(driver.payment("order-1").captures)


class TestInProcess:
    def test_what_is_in_process_is_spent(self) -> None:
        """Until it fails: then it can be captured after all, but not refunded."""
        driver = Driver()
        payment_id = held(driver)
        driver.capture(payment_id, "a", 600, scenario=FAILS)
        assert "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT" == result_of(driver.capture(payment_id, "b", 401))
        assert "ORDER_STATUS_INVALID" == result_of(driver.refund(payment_id, "r", 1))
        driver.wait(seconds=5)
        assert "ORDER_STATUS_INVALID" == result_of(driver.refund(payment_id, "r", 1))
        assert "SUCCESS" == result_of(driver.capture(payment_id, "b", 1000))

    def test_a_last_one_that_fails_was_not_the_last(self) -> None:
        """While it is in process there can be no other, afterwards there can."""
        driver = Driver()
        payment_id = held(driver)
        driver.capture(payment_id, "a", 400, scenario=FAILS, isLastCapture=True)
        assert "ORDER_STATUS_INVALID" == result_of(driver.capture(payment_id, "b", 1))
        driver.wait(seconds=5)
        assert "AUTHORIZED" == driver.payment("order-1").state
        assert "SUCCESS" == result_of(driver.capture(payment_id, "b", 1000))

    @pytest.mark.parametrize(("then", "state"), [("SUCCESS", "SUCCESS"), ("PROCESS_FAIL", "CANCELLED")])
    def test_one_outlasts_the_authorization(self, then: str, state: str) -> None:
        """It is waited for, but no other capture is taken after the seven days."""
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
        assert state == driver.payment("order-1").state
        assert "AUTH_EXPIRED" == result_of(driver.capture(payment_id, "b", 1))


class TestState:
    @pytest.mark.parametrize("action", ["challenge", "pending", "decline"])
    def test_needs_an_authorization(self, action: Any) -> None:
        """Nothing is held yet, or any more."""
        driver = Driver()
        payment = driver.act(driver.open("order-1", manual=True), action)
        assert "ORDER_STATUS_INVALID" == result_of(driver.capture(str(payment.payment_id), "c", 1))

    def test_a_payment_by_another_method_has_none(self) -> None:
        """Nor has one that does not exist."""
        driver = Driver()
        for payment_id in (driver.paid("order-1", method="GCASH"), "nobody's", "order-1"):
            assert "AUTH_NOT_FOUND" == result_of(driver.capture(payment_id, "c", 1))

    def test_a_card_that_is_captured_at_once_has_nothing_left(self) -> None:
        """Whatever part of it is asked for."""
        driver = Driver()
        assert "ORDER_STATUS_INVALID" == result_of(driver.capture(driver.paid("order-1"), "c", 1))

    def test_a_cancel_before_or_after_the_buyer_is_told_apart(self) -> None:
        """The order was cancelled, or the authorization."""
        driver = Driver()
        driver.open("order-1", manual=True)
        ids = [driver.call("cancel", {"paymentRequestId": "order-1"})["paymentId"], held(driver, "order-2")]
        driver.call("cancel", {"paymentRequestId": "order-2"})
        codes = [result_of(driver.capture(payment_id, "c", 1)) for payment_id in ids]
        assert ["ORDER_IS_CANCELED", "AUTH_CANCELLED"] == codes

    def test_time_runs_out(self) -> None:
        """After seven days, to the second, also for the rest; what was captured whole or for the last time is over."""
        driver = Driver()
        ids = [held(driver, f"order-{number}") for number in range(1, 6)]
        driver.capture(ids[1], "c", 1)
        driver.capture(ids[3], "whole", 1000)
        driver.capture(ids[4], "last", 1, isLastCapture=True)
        driver.clock.moment = NOW + timedelta(days=7, seconds=-1)
        assert "SUCCESS" == result_of(driver.capture(ids[2], "d", 1))
        driver.clock.moment = NOW + timedelta(days=7)
        codes = [result_of(driver.capture(payment_id, f"e{payment_id}", 1)) for payment_id in ids]
        assert ["AUTH_EXPIRED"] * 3 + ["ORDER_STATUS_INVALID"] * 2 == codes

    def test_another_currency_is_refused(self) -> None:
        """Before amounts are compared."""
        driver = Driver()
        told = driver.capture(held(driver), "c", 1, captureAmount=amount(10**9, "HKD"))
        assert "CURRENCY_NOT_SUPPORT" == result_of(told)

    def test_there_are_only_so_many(self) -> None:
        """A hundred; repeats of those are answered still."""
        driver = Driver()
        payment_id = held(driver)
        codes = {result_of(driver.capture(payment_id, f"c{n}", 1)) for n in range(100)}
        assert {"SUCCESS"} == codes
        assert "PAYMENT_COUNT_EXCEED_LIMIT" == result_of(driver.capture(payment_id, "c100", 1))
        assert "SUCCESS" == result_of(driver.capture(payment_id, "c0", 1))

    @pytest.mark.parametrize("value", ["0", "000", "-1", "1.5", "", "1" * 17, 400])
    def test_an_amount_is_a_whole_number_of_one_or_more(self, value: Any) -> None:
        """Nothing is no capture."""
        driver = Driver()
        told = driver.capture(held(driver), "c", 1, captureAmount={"currency": "USD", "value": value})
        assert "PARAM_ILLEGAL" == result_of(told)
        assert "captureAmount.value" in told["result"]["resultMessage"]

    def test_of_an_authorization_of_nothing_there_is_none(self) -> None:
        """A card that is only looked at."""
        driver = Driver()
        payment_id = held(driver, value=0)
        assert "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT" == result_of(driver.capture(payment_id, "c", 1))
        driver.wait(days=7)
        assert "CANCELLED" == driver.payment("order-1").state
