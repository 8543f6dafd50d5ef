"""Buyer actions and their effects."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import pytest

from mock_alipay.apis.payments import buyer, captures_refunds, timeline
from mock_alipay.apis.payments.model import Payment, State
from mock_alipay.apis.payments.records import Transaction
from mock_alipay.contracts.names import Act, BuyerAction
from tests.apis.payments.orders import (
    DAY,
    ENVIRONMENT,
    HOUR,
    MINUTE,
    WEEK,
    events_of,
    opened,
    order,
    payment_in,
    usd,
)
from tests.calls import NOW

THEN = NOW + MINUTE
RESULT = ("notifyPayment", "PAYMENT_RESULT", THEN)
POSSIBLE: dict[State, set[BuyerAction]] = {
    "OPEN": {"pay", "decline", "pending", "challenge", "leave"},
    "PROCESSING": {"pay", "decline", "pending", "challenge", "leave"},
    "PENDING": {"pay", "decline", "leave"},
}


def after(payment: Payment, action: BuyerAction, code: str = "") -> Payment:
    """The payment after a buyer action one minute later."""
    return buyer.act(payment, Act(action, code=code), THEN, ENVIRONMENT)


@pytest.mark.parametrize("state", get_args(State))
def test_the_state_decides_which_actions_are_possible(state: State) -> None:
    """A buyer can leave as long as the payment can be paid."""
    assert POSSIBLE.get(state, set()) == {a for a in get_args(BuyerAction) if buyer.can(payment_in(state), a)}


def test_a_paid_card_is_captured_at_once() -> None:
    """The capture is notified after the payment."""
    paid = after(opened(), "pay")
    [capture] = paid.captures
    assert ("SUCCESS", "SUCCESS", THEN) == (paid.state, paid.code, paid.paid)
    assert Transaction("CAPTURE", capture.id, capture.id, usd(1000), THEN, done=THEN) == capture
    assert [RESULT, ("notifyCapture", "CAPTURE_RESULT", THEN)] == events_of(paid)
    assert capture.id == paid.domain_events[1].transaction_id


@pytest.mark.parametrize(
    ("method", "value", "held", "state"),
    [("GCASH", 1000, False, "SUCCESS"), ("CARD", 0, False, "SUCCESS"), ("CARD", 1000, True, "AUTHORIZED")],
)
def test_other_paid_payments_are_not_captured(method: str, value: int, held: bool, state: str) -> None:
    """Wallets, card payments of 0, and authorizations, which last seven days."""
    paid = after(payment_in("PENDING", order(value, method=method, held=held)), "pay")
    found = (paid.state, paid.code, paid.paid, paid.transactions, events_of(paid))
    assert (state, "SUCCESS", THEN, (), [RESULT]) == found
    assert (paid.closes == THEN + WEEK) == held


@pytest.mark.parametrize(
    ("method", "expires", "expected"),
    [
        ("CARD", None, THEN + 14 * MINUTE),
        ("BANKTRANSFER_BNI", None, THEN + 2 * DAY),
        ("CARD", THEN + 5 * MINUTE, THEN + 5 * MINUTE),
    ],
)
def test_a_submitted_order_closes_at_its_expiry(method: str, expires: datetime | None, expected: datetime) -> None:
    """At paymentExpiryTime, or after the order lifetime of the method."""
    payment = after(opened(order(method=method, expires=expires)), "challenge")
    found = (payment.state, payment.code, payment.closes, events_of(payment))
    assert ("PROCESSING", "PAYMENT_IN_PROCESS", expected, []) == found


@pytest.mark.parametrize("payment", [opened(), after(opened(), "pending")], ids=["at once", "later"])
def test_a_declined_card_has_no_approval(payment: Payment) -> None:
    """Only the card's own data remains, whenever the details were generated."""
    paid, declined = after(payment, "pay").details, after(payment, "decline").details
    whole, left = paid["paymentResultInfo"], declined["paymentResultInfo"]
    approval = {"threeDSResult", "avsResultRaw", "cvvResultRaw", "networkTransactionId", "cardToken", "rrn"}
    assert {name: value for name, value in whole.items() if name not in approval} == left
    assert {**paid, "paymentResultInfo": left} == declined
    assert approval < set(whole)


def test_a_payment_gets_its_id_at_the_first_action() -> None:
    """It keeps the id, time and details."""
    first = after(opened(), "challenge")
    later = buyer.act(first, Act("pay"), THEN + MINUTE, ENVIRONMENT)
    assert (35, THEN) == (len(first.payment_id or ""), first.begun)
    assert (first.payment_id, THEN, first.details) == (later.payment_id, later.begun, later.details)


def test_an_expired_or_cancelled_session_has_an_id_but_no_buyer() -> None:
    """No buyer has acted; the next version of the payment gets another id."""
    expired = timeline.advance(opened(), NOW + HOUR, ENVIRONMENT)
    cancelled = captures_refunds.cancelled(opened(), THEN, ENVIRONMENT)
    found = [(payment.state, payment.code, payment.begun, payment.details) for payment in (expired, cancelled)]
    assert [("EXPIRED", "ORDER_IS_CLOSED", NOW + HOUR, {}), ("CANCELLED", "ORDER_IS_CANCELED", THEN, {})] == found
    assert (35, 35) == (len(expired.payment_id or ""), len(cancelled.payment_id or ""))
    assert expired.payment_id != after(opened(version=3), "pay").payment_id
