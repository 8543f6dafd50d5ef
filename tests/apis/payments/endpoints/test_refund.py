"""refund: whole, in parts, of one capture, too much, too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.apis.payments import captures_refunds
from mock_alipay.clock.clocks import wire_time
from mock_alipay.contracts.names import BuyerAction
from tests.calls import NOW
from tests.driver import Driver, amount, result_of

LATER, FAILS = "refund-in-process", "refund-fails-later"
METHODS = ["CARD", "GCASH"]


@pytest.mark.parametrize("method", METHODS)
def test_a_refund_is_told_whole(method: str) -> None:
    """With an id of its own."""
    driver = Driver()
    payment_id = driver.paid("order-1", method=method)
    told = driver.refund(payment_id, "ref-1", 400)
    [made] = driver.payment("order-1").refunds
    assert {
        "result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."},
        "refundRequestId": "ref-1",
        "refundId": made.id,
        "paymentId": payment_id,
        "refundAmount": amount(400),
        "refundTime": wire_time(NOW),
    }.items() <= told.items()
    assert "SUCCESS" == driver.payment("order-1").state


@pytest.mark.parametrize(
    ("parts", "codes", "left"),
    [
        ([1000], ["SUCCESS"], 0),
        ([1001], ["REFUND_AMOUNT_EXCEED"], 1000),
        ([400, 600], ["SUCCESS"] * 2, 0),
        ([400, 601, 600, 1], ["SUCCESS", "REFUND_AMOUNT_EXCEED", "SUCCESS", "REFUND_AMOUNT_EXCEED"], 0),
        ([9999999999999999], ["REFUND_AMOUNT_EXCEED"], 1000),
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_refunds_never_exceed_what_was_paid(method: str, parts: list[int], codes: list[str], left: int) -> None:
    """Not even by a cent; what was given back whole stays SUCCESS."""
    driver = Driver()
    payment_id = driver.paid("order-1", method=method)
    assert codes == [result_of(driver.refund(payment_id, f"r{n}", value)) for n, value in enumerate(parts)]
    assert (left, "SUCCESS") == (
        captures_refunds.balance(driver.payment("order-1")).refundable,
        driver.payment("order-1").state,
    )


class TestCaptures:
    def test_only_what_was_captured_can_be_refunded(self) -> None:
        """Not what is held, or in process, or has failed to be captured."""
        driver = Driver()
        payment_id = driver.paid("order-1", manual=True)
        driver.capture(payment_id, "a", 300)
        driver.capture(payment_id, "b", 200, scenario="capture-fails-later")
        codes = [result_of(driver.refund(payment_id, f"r{value}", value)) for value in (301, 300)]
        driver.wait(seconds=5)
        codes.append(result_of(driver.refund(payment_id, "s", 1)))
        assert ["REFUND_AMOUNT_EXCEED", "SUCCESS", "REFUND_AMOUNT_EXCEED"] == codes

    def test_a_refund_may_be_of_one_capture(self) -> None:
        """Of which no more can be given back than it brought in; failed refunds of it do not count."""
        driver = Driver()
        payment_id = driver.paid("order-1", manual=True)
        one, _ = (driver.capture(payment_id, name, value)["captureId"] for name, value in (("a", 300), ("b", 700)))
        driver.refund(payment_id, "r0", 300, scenario=FAILS, captureId=one)
        assert "REFUND_AMOUNT_EXCEED" == result_of(driver.refund(payment_id, "r1", 1, captureId=one))
        driver.wait(seconds=5)
        codes = [result_of(driver.refund(payment_id, f"s{v}", v, captureId=one)) for v in (301, 200, 101, 100, 1)]
        assert ["REFUND_AMOUNT_EXCEED", "SUCCESS", "REFUND_AMOUNT_EXCEED", "SUCCESS", "REFUND_AMOUNT_EXCEED"] == codes
        assert 700 == captures_refunds.balance(driver.payment("order-1")).refundable

    def test_of_one_capture_is_no_more_than_is_left_of_all(self) -> None:
        """What was given back without saying of which counts."""
        driver = Driver()
        payment_id = driver.paid("order-1", manual=True)
        one, _ = (driver.capture(payment_id, name, 500)["captureId"] for name in "ab")
        driver.refund(payment_id, "r", 800)
        codes = [result_of(driver.refund(payment_id, f"s{v}", v, captureId=one)) for v in (201, 200)]
        assert ["REFUND_AMOUNT_EXCEED", "SUCCESS"] == codes

    @pytest.mark.parametrize("scenario", ["capture-fails-later", "capture-in-process"])
    def test_of_a_capture_that_brought_nothing_in_there_is_none(self, scenario: str) -> None:
        """It has failed, or is in process still."""
        driver = Driver()
        payment_id = driver.paid("order-1", manual=True)
        driver.capture(payment_id, "a", 500)
        driver.capture(payment_id, "b", 500, scenario=scenario)
        if scenario == "capture-fails-later":
            driver.wait(seconds=5)
        failed = driver.payment("order-1").captures[1].id
        assert "REFUND_AMOUNT_EXCEED" == result_of(driver.refund(payment_id, "r", 1, captureId=failed))

    def test_the_capture_must_be_the_payments(self) -> None:
        """By its captureId, not by the merchant's own; the fault names the field."""
        driver = Driver()
        ids = [driver.paid(f"order-{n}", manual=True) for n in (1, 2)]
        theirs = driver.capture(ids[1], "b", 500)["captureId"]
        driver.capture(ids[0], "a", 500)
        for capture_id in (theirs, "a", "nobody's"):
            told = driver.refund(ids[0], "r", 1, captureId=capture_id)
            assert "PARAM_ILLEGAL" == result_of(told)
            assert told["result"]["resultMessage"].startswith("captureId: ")

    def test_a_card_that_was_captured_at_once_can_be_named(self) -> None:
        """The gateway has told its captureId."""
        driver = Driver()
        payment_id = driver.paid("order-1")
        [told] = driver.notified("order-1", "notifyCapture")
        assert "SUCCESS" == result_of(driver.refund(payment_id, "r", 1000, captureId=told["captureId"]))


class TestRepeats:
    @pytest.mark.parametrize("again", ["400", "0400"])
    def test_of_the_same_amount_get_the_same_answer(self, again: str) -> None:
        """And give nothing more back; when nothing is left or the window is over, too."""
        driver = Driver()
        payment_id = driver.paid("order-1")
        first = driver.refund(payment_id, "r", 400)
        driver.refund(payment_id, "s", 600)
        driver.wait(days=400)
        assert first == driver.refund(payment_id, "r", again)
        assert 2 == len(driver.payment("order-1").refunds)
        assert 2 == len(driver.notified("order-1", "notifyRefund"))

    @pytest.mark.parametrize("other", [amount(401), amount(400, "HKD")])
    def test_of_another_are_refused(self, other: dict[str, str]) -> None:
        """In the words of both."""
        driver = Driver()
        payment_id = driver.paid("order-1")
        driver.refund(payment_id, "r", 400)
        told = driver.refund(payment_id, "r", 400, refundAmount=other)
        assert "REPEAT_REQ_INCONSISTENT" == result_of(told)
        assert "already used for USD 400" in told["result"]["resultMessage"]

    def test_for_another_payment_are_refused(self) -> None:
        """One id, one refund; a capture may have the same, and another client."""
        driver = Driver()
        one, other = driver.paid("order-1", manual=True), driver.paid("order-2")
        driver.capture(one, "x", 400)
        codes = [result_of(driver.refund(payment_id, "x", 400)) for payment_id in (one, other, "nobody's")]
        assert ["SUCCESS", "REPEAT_REQ_INCONSISTENT", "REPEAT_REQ_INCONSISTENT"] == codes
        driver.client_id = "SANDBOX_OTHER"
        assert "SUCCESS" == result_of(driver.refund(driver.paid("order-1"), "x", 400))

    def test_of_one_that_was_refused_may_be_anything(self) -> None:
        """A refusal leaves the id free."""
        driver = Driver()
        payment_id = driver.paid("order-1")
        codes = [result_of(driver.refund(payment_id, "r", value)) for value in (1001, 5)]
        assert ["REFUND_AMOUNT_EXCEED", "SUCCESS"] == codes

    def test_of_one_in_process_are_told_how_it_stands(self) -> None:
        """In process, and in the end what came of it."""
        driver = Driver()
        payment_id = driver.paid("order-1")
        codes = [result_of(driver.refund(payment_id, name, 400, scenario=FAILS)) for name in ("a", "a")]
        codes.append(result_of(driver.refund(payment_id, "b", 400, scenario=LATER)))
        driver.wait(seconds=5)
        codes += [result_of(driver.refund(payment_id, name, 400)) for name in "ab"]
        assert [*["REFUND_IN_PROCESS"] * 3, "PROCESS_FAIL", "SUCCESS"] == codes


def test_what_is_in_process_is_spent() -> None:
    """Until it fails."""
    driver = Driver()
    payment_id = driver.paid("order-1")
    codes = [
        result_of(driver.refund(payment_id, "a", 600, scenario=FAILS)),
        result_of(driver.refund(payment_id, "b", 401)),
    ]
    driver.wait(seconds=5)
    codes.append(result_of(driver.refund(payment_id, "b", 1000)))
    assert ["REFUND_IN_PROCESS", "REFUND_AMOUNT_EXCEED", "SUCCESS"] == codes


class TestState:
    @pytest.mark.parametrize(
        ("action", "code", "expected"),
        [
            ("challenge", "", "ORDER_STATUS_INVALID"),
            ("pending", "", "ORDER_STATUS_INVALID"),
            ("decline", "", "ORDER_STATUS_INVALID"),
        ],
    )
    def test_needs_a_payment_that_was_paid(self, action: BuyerAction, code: str, expected: str) -> None:
        """Nothing is the merchant's yet, or ever will be."""
        driver = Driver()
        payment = driver.act(driver.open("order-1"), action, code)
        assert expected == result_of(driver.refund(str(payment.payment_id), "r", 1))

    def test_money_that_is_only_held_is_cancelled_instead(self) -> None:
        """The message says so; once it was, there is nothing to refund either."""
        driver = Driver()
        payment_id = driver.paid("order-1", manual=True)
        told = driver.refund(payment_id, "r", 1)
        assert "ORDER_STATUS_INVALID" == result_of(told)
        assert "cancel it instead" in told["result"]["resultMessage"]
        driver.call("cancel", {"paymentId": payment_id})
        assert "ORDER_IS_CANCELED" == result_of(driver.refund(payment_id, "r", 1))

    def test_a_payment_that_was_not_paid_in_time_is_closed(self) -> None:
        """Whether the buyer had begun or not."""
        driver = Driver()
        driver.open("order-1")
        driver.act(driver.open("order-2"), "challenge")
        driver.wait(hours=1)
        codes = [result_of(driver.refund(driver.inquiry(name)["paymentId"], "r", 1)) for name in ("order-1", "order-2")]
        assert ["ORDER_IS_CLOSED"] * 2 == codes

    @pytest.mark.parametrize("payment_id", ["nobody's", "order-1"])
    def test_there_must_be_a_payment(self, payment_id: str) -> None:
        """A paymentRequestId names none."""
        driver = Driver()
        driver.paid("order-1")
        assert "ORDER_NOT_EXIST" == result_of(driver.refund(payment_id, "r", 1))

    def test_another_currency_is_refused(self) -> None:
        """Before amounts are compared."""
        driver = Driver()
        told = driver.refund(driver.paid("order-1"), "r", 1, refundAmount=amount(10**9, "HKD"))
        assert "CURRENCY_NOT_SUPPORT" == result_of(told)

    def test_there_is_a_year_for_it(self) -> None:
        """To the second."""
        driver = Driver()
        payment_id = driver.paid("order-1")
        driver.clock.moment = NOW + timedelta(days=365)
        assert "SUCCESS" == result_of(driver.refund(payment_id, "r", 1))
        driver.clock.moment += timedelta(seconds=1)
        assert "REFUND_WINDOW_EXCEED" == result_of(driver.refund(payment_id, "s", 1))

    def test_there_are_only_so_many(self) -> None:
        """A thousand; here three."""
        driver = Driver()
        repository = driver.components.gateway.executor.repository
        contract = driver.components.contract
        few = replace(contract, limits=contract.limits._replace(most_refunds=3))
        object.__setattr__(repository, "environment", repository.environment._replace(contract=few))
        payment_id = driver.paid("order-1")
        codes = [result_of(driver.refund(payment_id, f"r{n}", 1)) for n in range(4)]
        assert (1000, [*["SUCCESS"] * 3, "MULTIPLE_REFUNDS_NOT_SUPPORTED"]) == (contract.limits.most_refunds, codes)

    @pytest.mark.parametrize("value", ["0", "000", "-1", "1.5", "", "1" * 17, 400])
    def test_an_amount_is_a_whole_number_of_one_or_more(self, value: Any) -> None:
        """Nothing is no refund."""
        driver = Driver()
        told = driver.refund(driver.paid("order-1"), "r", 1, refundAmount={"currency": "USD", "value": value})
        assert "PARAM_ILLEGAL" == result_of(told)
        assert "refundAmount.value" in told["result"]["resultMessage"]

    @pytest.mark.parametrize("method", METHODS)
    def test_of_a_payment_of_nothing_there_is_none(self, method: str) -> None:
        """A card that is only looked at, or a voucher that pays it all."""
        driver = Driver()
        assert "REFUND_AMOUNT_EXCEED" == result_of(driver.refund(driver.paid("order-1", 0, method=method), "r", 1))
