"""What a buyer can do, and what follows from it: pay, decline, be challenged, leave it pending, walk away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.environment import Environment
from mock_alipay.apis.payments.model import CARD, Payment
from mock_alipay.apis.payments.records import Transaction
from mock_alipay.apis.payments.state_machine import Move, move, possible
from mock_alipay.contracts.names import Act, BuyerAction

USUAL_REASON = "USER_BALANCE_NOT_ENOUGH"
"""Why a payment is declined when nobody says."""

_APPROVAL = frozenset({"threeDSResult", "avsResultRaw", "cvvResultRaw", "networkTransactionId", "cardToken", "rrn"})
"""What an issuer or a scheme says of a card payment that goes through."""

_MOVES: Mapping[BuyerAction, Move] = {
    "pay": "pay",
    "decline": "decline",
    "pending": "wait",
    "challenge": "submit",
    # Whoever could still pay may walk away.
    "leave": "pay",
}


def can(payment: Payment, action: BuyerAction) -> bool:
    """Whether a buyer can do this now."""
    return possible(payment, _MOVES[action])


def act(payment: Payment, what: Act, now: datetime, environment: Environment) -> Payment:
    """The payment after a buyer has acted; IllegalMove when it is too late, or too early, for that."""
    match what.action:
        case "pay":
            return pay(payment, now, environment)
        case "decline":
            return failed(payment, "decline", what.code or USUAL_REASON, now, environment)
        case "pending":
            waiting = move(begun(payment, now, environment), "wait", code="PAYMENT_IN_PROCESS")
            return with_event(waiting, DomainEvent("notifyPayment", now, "PAYMENT_PENDING"))
        case "challenge":
            return submit(payment, now, environment)
        case "leave":
            # The session stays as it was until it expires: the buyer may come back.
            return payment


def submit(payment: Payment, now: datetime, environment: Environment) -> Payment:
    """The order exists and waits for the buyer, who has so long and no longer."""
    closes = payment.order.expires or now + environment.limits.order_lifetime(payment.order.method)
    return move(begun(payment, now, environment), "submit", code="PAYMENT_IN_PROCESS", closes=closes)


def pay(payment: Payment, now: datetime, environment: Environment) -> Payment:
    """Paid: the money is held where the merchant wants to capture it, else it is the merchant's."""
    order, payment = payment.order, begun(payment, now, environment)
    result = DomainEvent("notifyPayment", now, "PAYMENT_RESULT")
    if order.held:
        closes = now + environment.limits.authorization_lifetime
        return with_event(move(payment, "authorize", paid=now, code="SUCCESS", closes=closes), result)
    paid = with_event(move(payment, "pay", paid=now, code="SUCCESS"), result)
    return _captured(paid, now, environment) if order.method == CARD and order.amount.value else paid


def failed(payment: Payment, name: Move, code: str, now: datetime, environment: Environment) -> Payment:
    """Not paid, and never will be: declined, expired or closed."""
    payment = begun(payment, now, environment)
    details = _of_a_failure(payment.details)
    return with_event(
        move(payment, name, code=code, details=details), DomainEvent("notifyPayment", now, "PAYMENT_RESULT")
    )


def begun(payment: Payment, now: datetime, environment: Environment) -> Payment:
    """With a paymentId and a buyer, which a payment has from the moment that the buyer acts."""
    if payment.payment_id is not None:
        return payment
    card = (orjson.loads(payment.request).get("paymentMethod") or {}).get("paymentMethodMetaData") or {}
    details = environment.fake_buyers.details(payment.payment_request_id, method=payment.order.method, card=card)
    return numbered(payment, now, environment)._replace(details=details)


def numbered(payment: Payment, now: datetime, environment: Environment) -> Payment:
    """The same without a buyer: what is closed or cancelled has a paymentId too, though nobody has come."""
    if payment.payment_id is not None:
        return payment
    whose = (payment.client_id, payment.payment_request_id, payment.version)
    return payment._replace(payment_id=environment.ids.transaction_id("payment", now, *whose), begun=now)


def _of_a_failure(details: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same without the issuer's approval: what a declined card has is its number and brand."""
    info = details.get("paymentResultInfo")
    if info is None:
        return details
    return {**details, "paymentResultInfo": {name: value for name, value in info.items() if name not in _APPROVAL}}


def with_event(payment: Payment, event: DomainEvent) -> Payment:
    """With one thing more that the merchant is to be told."""
    return payment._replace(domain_events=(*payment.domain_events, event))


def _captured(payment: Payment, now: datetime, environment: Environment) -> Payment:
    """Cards that nobody captures by hand are captured at once, and the merchant is told of that too (MAG)."""
    capture_id = environment.ids.transaction_id("capture", now, payment.client_id, payment.payment_request_id)
    # The merchant has given no captureRequestId.
    capture = Transaction("CAPTURE", capture_id, capture_id, payment.order.amount, now, done=now)
    captured = payment._replace(transactions=(*payment.transactions, capture))
    return with_event(captured, DomainEvent("notifyCapture", now, "CAPTURE_RESULT", capture_id))
