"""What capture and refund have in common: repeats, currencies, and a reply by how far the money has come."""

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
    """The transaction that the same id has already made; REPEAT_REQ_INCONSISTENT when it was of another amount."""
    known = next((t for t in payment.transactions if (t.type, t.request_id) == (kind, request_id)), None)
    if known is not None and known.amount != amount:
        asked = f"{kind.lower()}RequestId {request_id} was used before for {known.amount}, not {amount}"
        raise Refusal("REPEAT_REQ_INCONSISTENT", asked)
    return known


def check_currency(payment: Payment, amount: Money) -> None:
    """CURRENCY_NOT_SUPPORT when an amount is not in the payment's currency."""
    if amount.currency != payment.order.amount.currency:
        raise Refusal("CURRENCY_NOT_SUPPORT", f"the payment is in {payment.order.amount.currency}, not {amount}")


def outcome_of(payment: Payment, made: Transaction, more: Mapping[str, Any] | None = None) -> Outcome[Payment]:
    """The reply, with ``more`` fields where the transaction has succeeded: before that there is the result alone."""
    if made.status == "FAIL":
        return Outcome(made.code)
    if made.done is None:
        return Outcome(captures_refunds.in_process_code(made.type))
    kind = made.type.lower()
    fields = {
        f"{kind}RequestId": made.request_id,
        f"{kind}Id": made.id,
        "paymentId": payment.payment_id,
        f"{kind}Amount": made.amount.wire,
        f"{kind}Time": wire_time(made.done),
    }
    return Outcome("SUCCESS", fields={**fields, **(more or {})})
