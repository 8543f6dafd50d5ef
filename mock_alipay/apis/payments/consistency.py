"""Whether the parts of a payment fit together, for payments that were loaded and not made here."""

from __future__ import annotations

from collections.abc import Iterator

from mock_alipay.apis.payments.model import FAMILY, MAX_HISTORY, Payment
from mock_alipay.apis.payments.records import Transaction, money
from mock_alipay.contracts.contract import Contract
from mock_alipay.errors import Refusal


def problems(payment: Payment, contract: Contract) -> Iterator[str]:
    """One sentence for each field that contradicts another one, or the contract; each begins with the field."""
    yield from _of_state(payment)
    yield from _of_request(payment, contract)
    if payment.version < 1:
        yield "version: expected a whole number from 1, got 0"
    if payment.domain_events:
        yield "domainEvents: expected none, because they have been notified"
    if payment.acts is not None and not payment.buyer:
        yield "acts: expected an act in buyer, which has none"
    if len(payment.history) > MAX_HISTORY:
        yield f"history: expected at most {MAX_HISTORY} acts, got {len(payment.history)}"
    codes = {"code": payment.code} if payment.code else {}
    codes |= {f"transactions[{at}].code": each.code for at, each in enumerate(payment.transactions)}
    for field, code in codes.items():
        if code not in contract.results:
            yield f"{field}: expected a documented result code, got {code[:60]}"
    for at, transaction in enumerate(payment.transactions):
        for problem in _of_transaction(payment, transaction):
            yield f"transactions[{at}].{problem}"


def _of_request(payment: Payment, contract: Contract) -> Iterator[str]:
    endpoint = f"{FAMILY}/{'createPaymentSession' if payment.session else 'pay'}"
    try:
        body = contract.check(endpoint, payment.request)
    except Refusal as refusal:
        yield from (f"request.{fault.text}" for fault in refusal.faults)
        return
    if body.get("paymentRequestId") != payment.payment_request_id:
        yield f"request.paymentRequestId: expected {payment.payment_request_id[:80]}, as in paymentRequestId"
    if money(body["paymentAmount"]) != payment.order.amount:
        yield f"order.amount: expected {money(body['paymentAmount'])}, as in the request, got {payment.order.amount}"


def _of_state(payment: Payment) -> Iterator[str]:
    state, begun = payment.state, payment.state != "OPEN"
    for field, value, needed in (
        ("session", payment.session, state in ("OPEN", "EXPIRED")),
        ("paymentId", payment.payment_id, begun),
        ("begun", payment.begun, begun),
        ("paid", payment.paid, state in ("AUTHORIZED", "SUCCESS")),
        ("cancelled", payment.cancelled, state == "CANCELLED"),
        ("code", payment.code, begun),
    ):
        if needed and not value:
            yield f"{field}: missing, it is required in the state {state}"
    if not begun and payment.payment_id is not None:
        yield "paymentId: expected none in the state OPEN, because nobody has paid yet"


def _of_transaction(payment: Payment, transaction: Transaction) -> Iterator[str]:
    currency = payment.order.amount.currency
    if transaction.amount.currency != currency:
        yield f"amount.currency: expected {currency}, got {transaction.amount.currency[:10]}"
    for field, value, status in (
        ("settles", transaction.settles, "PROCESSING"),
        ("done", transaction.done, "SUCCESS"),
    ):
        if transaction.status == status and value is None:
            yield f"{field}: missing, it is required with the status {status}"
        elif transaction.status != status and value is not None:
            yield f"{field}: expected with the status {status} only, the status is {transaction.status}"
