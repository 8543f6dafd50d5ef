"""What a merchant does with the money: captures, refunds, cancels. How much of it there is says ``balance``."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.context import Context
from mock_alipay.apis.environment import Environment
from mock_alipay.apis.ids import IdKind
from mock_alipay.apis.payments.buyer import numbered, with_event
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Money, Transaction, TransactionType
from mock_alipay.apis.payments.state_machine import Move, move


class Balance(NamedTuple):
    """Sums in the payment's currency. What is in process is neither here nor there: it is spent, but not received."""

    held: int
    """Authorised, and neither captured nor released."""
    refundable: int
    """The merchant's, and not given back."""


def balance(payment: Payment) -> Balance:
    """How the money stands."""
    if payment.state not in ("AUTHORIZED", "SUCCESS"):
        return Balance(0, 0)
    amount = payment.order.amount.value
    held = amount - _spent(payment, "CAPTURE") if payment.state == "AUTHORIZED" else 0
    received = captured(payment) if payment.order.held or payment.captures else amount
    return Balance(held, received - _spent(payment, "REFUND"))


def captured(payment: Payment) -> int:
    """What captures have brought in."""
    return sum(t.amount.value for t in payment.captures if t.status == "SUCCESS")


def made(
    kind: TransactionType, request_id: str, amount: Money, *, payment: Payment, context: Context[Payment]
) -> Transaction:
    """A new capture or refund; in process where the scenario wants it so, and then it knows how that will end."""
    now, overrides, environment = context.now, context.overrides, context.environment
    name: IdKind = "capture" if kind == "CAPTURE" else "refund"
    number = environment.ids.transaction_id(name, now, context.client_id, payment.payment_request_id, request_id)
    transaction = Transaction(kind, request_id, number, amount, now, scenario=overrides.scenario)
    if overrides.result != in_process_code(kind):
        return transaction._replace(done=now)
    settles = now + (environment.limits.settling if overrides.after is None else overrides.after)
    return transaction._replace(status="PROCESSING", settles=settles, code=overrides.then)


def in_process_code(kind: TransactionType) -> str:
    """What a merchant is told whose capture or refund takes its time."""
    return f"{kind}_IN_PROCESS"


def with_transaction(payment: Payment, transaction: Transaction, now: datetime) -> Payment:
    """A capture or refund more; unless it is in process the merchant is told of it."""
    name: Move = "capture" if transaction.type == "CAPTURE" else "refund"
    payment = move(payment, name, transactions=(*payment.transactions, transaction))
    if transaction.status == "PROCESSING":
        return payment
    return _ended(payment, transaction, now)


def settled(payment: Payment, transaction: Transaction, now: datetime) -> Payment:
    """The same when a transaction in process has come to its end."""
    succeeded = transaction.code == "SUCCESS"
    ended = transaction._replace(
        status="SUCCESS" if succeeded else "FAIL", done=now if succeeded else None, settles=None
    )
    others = (ended if t.id == transaction.id else t for t in payment.transactions)
    return _ended(payment._replace(transactions=tuple(others)), ended, now)


def released(payment: Payment, now: datetime) -> Payment:
    """Money that is held and not captured in time goes back to the buyer."""
    if captured(payment):
        return move(payment, "complete")
    return move(payment, "release", cancelled=now, code="AUTH_EXPIRED")


def cancelled(payment: Payment, now: datetime, environment: Environment) -> Payment:
    """No longer to be paid, or given back whole."""
    return move(numbered(payment, now, environment), "cancel", cancelled=now, code="ORDER_IS_CANCELED")


def _ended(payment: Payment, transaction: Transaction, now: datetime) -> Payment:
    if transaction.type == "REFUND":
        return with_event(
            payment, DomainEvent("notifyRefund", now, "REFUND_RESULT", transaction.id, transaction.scenario)
        )
    payment = with_event(
        payment, DomainEvent("notifyCapture", now, "CAPTURE_RESULT", transaction.id, transaction.scenario)
    )
    over = captured(payment) == payment.order.amount.value or any(t.last and t.done for t in payment.captures)
    if payment.state == "AUTHORIZED" and over and not payment.capturing:
        return move(payment, "complete")
    return payment


def _spent(payment: Payment, kind: TransactionType) -> int:
    return sum(t.amount.value for t in payment.transactions if t.type == kind and t.status != "FAIL")
