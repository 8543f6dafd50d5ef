"""What a buyer does, and what follows from it."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest

from mock_alipay.apis.payments import buyer, captures_refunds, timeline
from mock_alipay.apis.payments.model import Payment, State
from mock_alipay.apis.payments.state_machine import IllegalTransition
from mock_alipay.contracts.names import Act, BuyerAction
from tests.apis.payments.orders import DAY, HOUR, MINUTE, SECOND, WEEK, WORLD, news_of, opened, order, standing, usd
from tests.calls import NOW

THEN = NOW + MINUTE
RESULT = ("notifyPayment", "PAYMENT_RESULT", THEN)

CAN: dict[State, set[BuyerAction]] = {
    "OPEN": {"pay", "decline", "pending", "challenge", "leave"},
    "PROCESSING": {"pay", "decline", "pending", "leave"},
    "PENDING": {"pay", "decline", "leave"},
}


def act(payment: Payment, action: BuyerAction, code: str = "") -> Payment:
    """The payment after a buyer has acted a minute later."""
    return buyer.act(payment, Act(action, code=code), THEN, WORLD)


@pytest.mark.parametrize("state", get_args(State))
def test_a_buyer_can_do_what_the_state_allows(state: State) -> None:
    """What is done can be done no more; nothing is possible once there is a result."""
    payment = standing(state)
    assert CAN.get(state, set()) == {action for action in get_args(BuyerAction) if buyer.can(payment, action)}
    for action in set(get_args(BuyerAction)) - CAN.get(state, set()) - {"leave"}:
        with pytest.raises(IllegalTransition):
            act(payment, action)


@pytest.mark.parametrize("state", CAN)
class TestPay:
    def test_by_wallet_is_the_merchants_at_once(self, state: State) -> None:
        """One thing to tell, and nothing to capture, whatever captureMode says."""
        paid = act(standing(state, order(method="GCASH")), "pay")
        assert ("SUCCESS", "SUCCESS", THEN, ()) == (paid.state, paid.code, paid.paid, paid.transactions)
        assert [RESULT] == news_of(paid)

    def test_by_card_is_captured_at_once(self, state: State) -> None:
        """By the gateway itself, which tells of it after the payment's own result."""
        paid = act(standing(state), "pay")
        assert ("SUCCESS", THEN) == (paid.state, paid.paid)
        [made] = paid.captures
        assert (usd(1000), "SUCCESS", THEN) == (made.amount, made.status, made.done)
        assert [RESULT, ("notifyCapture", "CAPTURE_RESULT", THEN)] == news_of(paid)
        assert made.id == paid.domain_events[1].transaction_id

    def test_holds_the_money_where_the_merchant_captures(self, state: State) -> None:
        """For seven days."""
        paid = act(standing(state, order(held=True)), "pay")
        assert ("AUTHORIZED", "SUCCESS", THEN, THEN + WEEK) == (paid.state, paid.code, paid.paid, paid.closes)
        assert ((), [RESULT]) == (paid.transactions, news_of(paid))

    def test_of_nothing_is_no_capture(self, state: State) -> None:
        """A card that is only looked at: no capture is ever of 0."""
        paid = act(standing(state, order(0)), "pay")
        assert ("SUCCESS", (), [RESULT]) == (paid.state, paid.transactions, news_of(paid))


class TestOthers:
    @pytest.mark.parametrize(("code", "expected"), [("", "USER_BALANCE_NOT_ENOUGH"), ("RISK_REJECT", "RISK_REJECT")])
    @pytest.mark.parametrize("state", CAN)
    def test_a_decline_has_a_reason(self, state: State, code: str, expected: str) -> None:
        """The usual one when nobody says."""
        declined = act(standing(state), "decline", code)
        assert ("FAIL", expected, None, [RESULT]) == (declined.state, declined.code, declined.paid, news_of(declined))

    def test_pending_is_told_without_a_result(self) -> None:
        """And waits as long as it takes."""
        waiting = act(opened(), "pending")
        assert ("PENDING", "PAYMENT_IN_PROCESS") == (waiting.state, waiting.code)
        assert [("notifyPayment", "PAYMENT_PENDING", THEN)] == news_of(waiting)

    @pytest.mark.parametrize(
        ("method", "expires", "expected"),
        [
            ("CARD", None, THEN + 14 * MINUTE),
            ("GCASH", None, THEN + 14 * MINUTE),
            ("BANKTRANSFER_BNI", None, THEN + 2 * DAY),
            ("CARD", THEN + 5 * MINUTE, THEN + 5 * MINUTE),
            ("BANKTRANSFER_BNI", THEN + SECOND, THEN + SECOND),
        ],
    )
    def test_an_order_that_is_submitted_waits_so_long(self, method: str, expires: object, expected: object) -> None:
        """Until paymentExpiryTime if the merchant asked for one, else for the usual time of its method."""
        what = order(method=method)._replace(expires=expires)  # type: ignore[arg-type]
        submitted = act(opened(what), "challenge")
        assert ("PROCESSING", expected, []) == (submitted.state, submitted.closes, news_of(submitted))

    @pytest.mark.parametrize("first", ["challenge", "pending", None])
    def test_a_declined_card_has_no_approval(self, first: BuyerAction | None) -> None:
        """Neither 3-D Secure nor checks nor a token, whenever it was made up: only what stands on the card."""
        payment = act(opened(), first) if first else opened()
        paid, declined = act(payment, "pay").details, act(payment, "decline").details
        whole, left = paid["paymentResultInfo"], declined["paymentResultInfo"]
        approval = {"threeDSResult", "avsResultRaw", "cvvResultRaw", "networkTransactionId", "cardToken", "rrn"}
        assert approval == set(whole) - set(left)
        assert {name: whole[name] for name in left} == left
        assert {**paid, "paymentResultInfo": left} == declined
        assert {"cardNo", "cardBrand", "lastFour"} <= set(left)

    def test_a_wallets_buyer_is_known_though_it_was_declined(self) -> None:
        """There is nothing that an issuer would have said."""
        payment = opened(order(method="GCASH"))
        assert act(payment, "pay").details == act(payment, "decline").details

    @pytest.mark.parametrize("state", CAN)
    def test_who_leaves_changes_nothing(self, state: State) -> None:
        """And may come back."""
        payment = standing(state)
        assert payment == act(payment, "leave")


class TestIds:
    def test_a_payment_gets_its_id_when_the_buyer_acts(self) -> None:
        """With the time and what is known of the buyer, and keeps them whatever comes next."""
        first = act(opened(), "challenge")
        assert first.payment_id is not None
        assert (35, THEN) == (len(first.payment_id), first.begun)
        later = buyer.act(first, Act("pay"), THEN + timedelta(minutes=5), WORLD)
        assert (first.payment_id, THEN, first.details) == (later.payment_id, later.begun, later.details)

    def test_without_a_buyer_it_has_an_id_alone(self) -> None:
        """What is closed or cancelled before anybody came: nothing of a buyer is made up, nor kept."""
        expired = timeline.advance(opened(), NOW + HOUR, WORLD)
        cancelled = captures_refunds.cancelled(opened(), THEN, WORLD)
        assert [("EXPIRED", {}), ("CANCELLED", {})] == [(one.state, dict(one.details)) for one in (expired, cancelled)]
        assert [NOW + HOUR, THEN] == [one.begun for one in (expired, cancelled)]
        assert [35, 35] == [len(one.payment_id or "") for one in (expired, cancelled)]

    def test_another_session_gets_another_id(self) -> None:
        """The one before has expired under its own, which a merchant may still remember."""
        expired = buyer.failed(opened(), "expire", "ORDER_IS_CLOSED", NOW + HOUR, WORLD)
        anew = buyer.act(opened(version=3), Act("pay"), NOW + HOUR + SECOND, WORLD)
        assert expired.payment_id != anew.payment_id
        assert ("EXPIRED", "ORDER_IS_CLOSED") == (expired.state, expired.code)
