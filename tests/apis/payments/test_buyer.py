"""Buyer actions and their effects."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import pytest

from mock_alipay.apis.payments import buyer, captures_refunds, timeline
from mock_alipay.apis.payments.model import Payment, State
from mock_alipay.apis.payments.records import Transaction
from mock_alipay.apis.payments.state_machine import IllegalTransition
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
    "PROCESSING": {"pay", "decline", "pending", "leave"},
    "PENDING": {"pay", "decline", "leave"},
}


def after(payment: Payment, action: BuyerAction, code: str = "") -> Payment:
    """The payment after a buyer action one minute later."""
    return buyer.act(payment, Act(action, code=code), THEN, ENVIRONMENT)


@pytest.mark.parametrize("state", get_args(State))
def test_the_state_decides_which_actions_are_possible(state: State) -> None:
    """An action that is not possible raises."""
    payment = payment_in(state)
    assert POSSIBLE.get(state, set()) == {action for action in get_args(BuyerAction) if buyer.can(payment, action)}
    for action in set(get_args(BuyerAction)) - POSSIBLE.get(state, set()) - {"leave"}:
        with pytest.raises(IllegalTransition):
            after(payment, action)


@pytest.mark.parametrize("state", POSSIBLE)
def test_a_paid_card_is_captured_at_once(state: State) -> None:
    """The capture is notified after the payment."""
    paid = after(payment_in(state), "pay")
    [capture] = paid.captures
    assert ("SUCCESS", "SUCCESS", THEN) == (paid.state, paid.code, paid.paid)
    assert Transaction("CAPTURE", capture.id, capture.id, usd(1000), THEN, done=THEN) == capture
    assert [RESULT, ("notifyCapture", "CAPTURE_RESULT", THEN)] == events_of(paid)
    assert capture.id == paid.domain_events[1].transaction_id


@pytest.mark.parametrize("state", POSSIBLE)
@pytest.mark.parametrize(
    ("method", "value", "held", "expected"),
    [("GCASH", 1000, False, "SUCCESS"), ("CARD", 0, False, "SUCCESS"), ("CARD", 1000, True, "AUTHORIZED")],
)
def test_other_paid_payments_are_not_captured(state: State, method: str, value: int, held: bool, expected: str) -> None:
    """Wallets, card payments of 0, and authorizations, which last seven days."""
    paid = after(payment_in(state, order(value, method=method, held=held)), "pay")
    assert (expected, "SUCCESS", THEN, (), [RESULT]) == (
        paid.state,
        paid.code,
        paid.paid,
        paid.transactions,
        events_of(paid),
    )
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
    submitted = after(opened(order(method=method, expires=expires)), "challenge")
    assert ("PROCESSING", "PAYMENT_IN_PROCESS", expected, []) == (
        submitted.state,
        submitted.code,
        submitted.closes,
        events_of(submitted),
    )


@pytest.mark.parametrize("first", ["challenge", "pending", None])
def test_a_declined_card_has_no_approval(first: BuyerAction | None) -> None:
    """Only the card's own data remains, whenever the details were generated."""
    payment = after(opened(), first) if first else opened()
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
    """No buyer has acted."""
    expired = timeline.advance(opened(), NOW + HOUR, ENVIRONMENT)
    cancelled = captures_refunds.cancelled(opened(), THEN, ENVIRONMENT)
    assert [("EXPIRED", "ORDER_IS_CLOSED", {}), ("CANCELLED", "ORDER_IS_CANCELED", {})] == [
        (payment.state, payment.code, dict(payment.details)) for payment in (expired, cancelled)
    ]
    assert [(35, NOW + HOUR), (35, THEN)] == [(len(p.payment_id or ""), p.begun) for p in (expired, cancelled)]


def test_a_new_session_gets_a_new_id() -> None:
    """The expired one keeps its own."""
    expired = buyer.failed(opened(), "expire", "ORDER_IS_CLOSED", THEN, ENVIRONMENT)
    assert expired.payment_id != buyer.act(opened(version=3), Act("pay"), THEN, ENVIRONMENT).payment_id
