"""Captures, refunds and cancels of a payment, and its balance."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.context import Context
from mock_alipay.apis.environment import Environment
from mock_alipay.apis.ids import IdKind
from mock_alipay.apis.payments.buyer import with_event, with_payment_id
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Money, Transaction, TransactionType
from mock_alipay.apis.payments.state_machine import Transition, transition


class Balance(NamedTuple):
    """Sums in the payment's currency. Money in process is in neither sum: it is spent, but not received."""

    held: int
    """Authorized, and neither captured nor released."""
    refundable: int
    """Received by the merchant, and not refunded."""


def balance(payment: Payment) -> Balance:
    """The balance of a payment."""
    if payment.state not in ("AUTHORIZED", "SUCCESS"):
        return Balance(0, 0)
    amount = payment.order.amount.value
    held = amount - _spent(payment, "CAPTURE") if payment.state == "AUTHORIZED" else 0
    received = captured(payment) if payment.order.held or payment.captures else amount
    return Balance(held, received - _spent(payment, "REFUND"))


def captured(payment: Payment) -> int:
    """The sum of the captures that have succeeded."""
    return sum(t.amount.value for t in payment.captures if t.status == "SUCCESS")


def new_transaction(
    kind: TransactionType, request_id: str, amount: Money, *, payment: Payment, context: Context[Payment]
) -> Transaction:
    """A new capture or refund: done, or in process with its final code and time when the scenario sets that."""
    now, overrides, environment = context.now, context.overrides, context.environment
    name: IdKind = "capture" if kind == "CAPTURE" else "refund"
    id_ = environment.ids.transaction_id(name, now, context.client_id, payment.payment_request_id, request_id)
    transaction = Transaction(kind, request_id, id_, amount, now, scenario=overrides.scenario)
    if overrides.result != in_process_code(kind):
        return transaction._replace(done=now)
    settles = now + (environment.limits.settling if overrides.after is None else overrides.after)
    return transaction._replace(status="PROCESSING", settles=settles, code=overrides.then)


def in_process_code(kind: TransactionType) -> str:
    """The result code of a capture or refund in process."""
    return f"{kind}_IN_PROCESS"


def with_transaction(payment: Payment, transaction: Transaction, now: datetime) -> Payment:
    """The payment with a new capture or refund; one that is done is also notified."""
    name: Transition = "capture" if transaction.type == "CAPTURE" else "refund"
    payment = transition(payment, name, transactions=(*payment.transactions, transaction))
    if transaction.status == "PROCESSING":
        return payment
    return _after_result(payment, transaction, now)


def settled(payment: Payment, transaction: Transaction, now: datetime) -> Payment:
    """The payment after a capture or refund in process has its final result."""
    succeeded = transaction.code == "SUCCESS"
    final = transaction._replace(
        status="SUCCESS" if succeeded else "FAIL", done=now if succeeded else None, settles=None
    )
    transactions = tuple(final if t.id == transaction.id else t for t in payment.transactions)
    return _after_result(payment._replace(transactions=transactions), final, now)


def released(payment: Payment, now: datetime) -> Payment:
    """The payment at the end of its authorization: CANCELLED, or SUCCESS when a part was captured."""
    if captured(payment):
        return transition(payment, "complete")
    return transition(payment, "release", cancelled=now, code="AUTH_EXPIRED")


def cancelled(payment: Payment, now: datetime, environment: Environment) -> Payment:
    """The payment that the merchant cancels."""
    payment = with_payment_id(payment, now, environment)
    return transition(payment, "cancel", cancelled=now, code="ORDER_IS_CANCELED")


def _after_result(payment: Payment, transaction: Transaction, now: datetime) -> Payment:
    """The payment with the event of a final capture or refund, and complete when nothing more can be captured."""
    if transaction.type == "REFUND":
        return with_event(
            payment, DomainEvent("notifyRefund", now, "REFUND_RESULT", transaction.id, transaction.scenario)
        )
    payment = with_event(
        payment, DomainEvent("notifyCapture", now, "CAPTURE_RESULT", transaction.id, transaction.scenario)
    )
    over = captured(payment) == payment.order.amount.value or any(t.last and t.done for t in payment.captures)
    if payment.state == "AUTHORIZED" and over and not payment.capturing:
        return transition(payment, "complete")
    return payment


def _spent(payment: Payment, kind: TransactionType) -> int:
    return sum(t.amount.value for t in payment.transactions if t.type == kind and t.status != "FAIL")
