"""Buyer actions on a payment and their effects: pay, decline, challenge, pending, leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.environment import Environment
from mock_alipay.apis.payments.methods import CARD, card_of, is_held
from mock_alipay.apis.payments.model import MAX_HISTORY, Payment
from mock_alipay.apis.payments.records import PastAct, Transaction
from mock_alipay.apis.payments.state_machine import Transition, possible, transition
from mock_alipay.contracts.names import Act, BuyerAction

DEFAULT_DECLINE_CODE = "USER_BALANCE_NOT_ENOUGH"
"""The result code of a declined payment when the action names none."""

DEFAULT_PENDING_CODE = "PAYMENT_IN_PROCESS"
"""The result code of a pending payment when the action names none."""

_APPROVAL = frozenset({"threeDSResult", "avsResultRaw", "cvvResultRaw", "networkTransactionId", "cardToken", "rrn"})
"""Fields with which an issuer or a card scheme approves a payment."""

_TRANSITIONS: Mapping[BuyerAction, Transition] = {
    "pay": "pay",
    "decline": "decline",
    "pending": "wait",
    "challenge": "submit",
    # A buyer can leave as long as the payment can be paid.
    "leave": "pay",
}


def can(payment: Payment, action: BuyerAction) -> bool:
    """Whether the buyer action is possible in the payment's state."""
    if action == "challenge" and payment.state == "PROCESSING":
        # The order was submitted by pay, or the buyer has left an earlier check.
        return not payment.challenged
    return possible(payment, _TRANSITIONS[action])


def act(payment: Payment, act: Act, now: datetime, environment: Environment) -> Payment:
    """The payment after a buyer action. Raises IllegalTransition when the action is not possible."""
    chosen = with_method(payment, act.method) if act.method else payment
    return recorded(_acted(chosen, act, now, environment), act.action, now)


def recorded(payment: Payment, action: BuyerAction, now: datetime) -> Payment:
    """The payment whose history has one more buyer action; pages show it."""
    code = payment.code if action in ("pay", "decline", "pending") else ""
    history = (*payment.history[-MAX_HISTORY + 1 :], PastAct(action, now, code))
    return payment._replace(acted=payment.acted + 1, history=history, challenged=action == "challenge")


def with_method(payment: Payment, method: str) -> Payment:
    """The payment with the paymentMethodType that the buyer chose."""
    request = orjson.loads(payment.request)
    return payment._replace(order=payment.order._replace(method=method, held=is_held(request, method)))


def _acted(payment: Payment, act: Act, now: datetime, environment: Environment) -> Payment:
    match act.action:
        case "pay":
            return pay(payment, now, environment)
        case "decline":
            return failed(payment, "decline", act.code or DEFAULT_DECLINE_CODE, now, environment)
        case "pending":
            code = act.code or DEFAULT_PENDING_CODE
            pending = transition(started(payment, now, environment), "wait", code=code)
            return with_event(pending, DomainEvent("notifyPayment", now, "PAYMENT_PENDING"))
        case "challenge":
            return payment if payment.state == "PROCESSING" else submit(payment, now, environment)
        case "leave":
            # The session stays open until it expires: the buyer may come back.
            return payment


def submit(payment: Payment, now: datetime, environment: Environment) -> Payment:
    """The payment whose order is submitted; it waits for the buyer until paymentExpiryTime or its order lifetime."""
    closes = payment.order.expires or now + environment.limits.order_lifetime(payment.order.method)
    return transition(started(payment, now, environment), "submit", code="PAYMENT_IN_PROCESS", closes=closes)


def pay(payment: Payment, now: datetime, environment: Environment) -> Payment:
    """The paid payment: AUTHORIZED when the merchant captures it, else SUCCESS."""
    order, payment = payment.order, started(payment, now, environment)
    result = DomainEvent("notifyPayment", now, "PAYMENT_RESULT")
    if order.held:
        closes = now + environment.limits.authorization_lifetime
        return with_event(transition(payment, "authorize", paid=now, code="SUCCESS", closes=closes), result)
    paid = with_event(transition(payment, "pay", paid=now, code="SUCCESS"), result)
    return _auto_captured(paid, now, environment) if order.method == CARD and order.amount.value else paid


def failed(payment: Payment, name: Transition, code: str, now: datetime, environment: Environment) -> Payment:
    """The payment that is declined, expired or closed."""
    payment = started(payment, now, environment)
    details = _without_approval(payment.details)
    changed = transition(payment, name, code=code, details=details)
    return with_event(changed, DomainEvent("notifyPayment", now, "PAYMENT_RESULT"))


def started(payment: Payment, now: datetime, environment: Environment) -> Payment:
    """The payment with a paymentId and a fake buyer, which it gets at the first buyer action."""
    if payment.payment_id is not None:
        return payment
    card = card_of(orjson.loads(payment.request))
    details = environment.fake_buyers.details(payment.payment_request_id, method=payment.order.method, card=card)
    return with_payment_id(payment, now, environment)._replace(details=details)


def with_payment_id(payment: Payment, now: datetime, environment: Environment) -> Payment:
    """The payment with a paymentId but without a buyer, as after an expiry or a cancel before any buyer action."""
    if payment.payment_id is not None:
        return payment
    purpose = (payment.client_id, payment.payment_request_id, payment.version)
    return payment._replace(payment_id=environment.ids.transaction_id("payment", now, *purpose), begun=now)


def with_event(payment: Payment, event: DomainEvent) -> Payment:
    """The payment with one more domain event."""
    return payment._replace(domain_events=(*payment.domain_events, event))


def _without_approval(details: Mapping[str, Any]) -> Mapping[str, Any]:
    """Buyer details without the issuer's approval: a declined card still has a number and a brand."""
    info = details.get("paymentResultInfo")
    if info is None:
        return details
    return {**details, "paymentResultInfo": {name: value for name, value in info.items() if name not in _APPROVAL}}


def _auto_captured(payment: Payment, now: datetime, environment: Environment) -> Payment:
    """The card payment with its automatic capture, which is also notified (MAG)."""
    capture_id = environment.ids.transaction_id("capture", now, payment.client_id, payment.payment_request_id)
    # There is no captureRequestId of the merchant.
    capture = Transaction("CAPTURE", capture_id, capture_id, payment.order.amount, now, done=now)
    captured = payment._replace(transactions=(*payment.transactions, capture))
    return with_event(captured, DomainEvent("notifyCapture", now, "CAPTURE_RESULT", capture_id))
