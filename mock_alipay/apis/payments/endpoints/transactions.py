"""Rules shared by capture and refund: repeats, currency, and the reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_alipay.apis.context import Outcome
from mock_alipay.apis.payments import captures_refunds
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Money, Transaction, TransactionType
from mock_alipay.clock.clocks import wire_time
from mock_alipay.errors import Refusal


def repeated(payment: Payment, kind: TransactionType, request_id: str, amount: Money) -> Transaction | None:
    """The earlier transaction with the same request id, if any; REPEAT_REQ_INCONSISTENT when its amount differs."""
    known = next((t for t in payment.transactions if (t.type, t.request_id) == (kind, request_id)), None)
    if known is not None and known.amount != amount:
        message = f"{kind.lower()}RequestId {request_id} was already used for {known.amount}, got {amount}"
        raise Refusal("REPEAT_REQ_INCONSISTENT", message)
    return known


def check_currency(payment: Payment, amount: Money) -> None:
    """Refuse with CURRENCY_NOT_SUPPORT an amount that is not in the payment's currency."""
    if amount.currency != payment.order.amount.currency:
        raise Refusal("CURRENCY_NOT_SUPPORT", f"expected {payment.order.amount.currency}, got {amount}")


def outcome_of(payment: Payment, transaction: Transaction, more: Mapping[str, Any] | None = None) -> Outcome[Payment]:
    """The reply. A transaction that has succeeded has fields, ``more`` among them; others have only a result."""
    if transaction.status == "FAIL":
        return Outcome(transaction.code)
    if transaction.done is None:
        return Outcome(captures_refunds.in_process_code(transaction.type))
    kind = transaction.type.lower()
    fields = {
        f"{kind}RequestId": transaction.request_id,
        f"{kind}Id": transaction.id,
        "paymentId": payment.payment_id,
        f"{kind}Amount": transaction.amount.wire,
        f"{kind}Time": wire_time(transaction.done),
    }
    return Outcome("SUCCESS", fields={**fields, **(more or {})})
