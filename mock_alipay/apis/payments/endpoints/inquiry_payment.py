"""inquiryPayment: the status of a payment (the inquiryPayment page; lengths and names as in the SDKs)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.payments.model import Payment, State
from mock_alipay.apis.payments.records import Transaction
from mock_alipay.clock.clocks import wire_time
from mock_alipay.contracts.result_codes import Result
from mock_alipay.errors import Refusal

_STATUS: Mapping[State, str] = {"AUTHORIZED": "SUCCESS", "EXPIRED": "FAIL"}
"""The paymentStatus of states that are no documented paymentStatus."""


def inquiry_payment(body: Mapping[str, Any], context: Context[Payment]) -> Outcome[Payment]:
    """Return the payment. ``result`` is about the call; ``paymentStatus`` is about the payment.

    Refusal: ORDER_NOT_EXIST, also before the first buyer action: then there is a session, but no payment yet.
    """
    payment = context.aggregate
    if payment is None:
        raise Refusal("ORDER_NOT_EXIST", f"unknown payment {body.get('paymentId') or body['paymentRequestId']}")
    if payment.payment_id is None:
        raise Refusal("ORDER_NOT_EXIST", "no payment yet: the buyer has not acted in the session")
    return Outcome("SUCCESS", fields=_fields(payment, context))


def status_of(payment: Payment) -> str:
    """The paymentStatus on the wire."""
    return _STATUS.get(payment.state, payment.state)


def _fields(payment: Payment, context: Context[Payment]) -> dict[str, Any]:
    status, results = status_of(payment), context.environment.contract.results
    fields: dict[str, Any] = {
        "paymentStatus": status,
        "paymentResultCode": payment.code,
        "paymentResultMessage": results[payment.code].message,
        "paymentRequestId": payment.payment_request_id,
        "paymentId": payment.payment_id,
        "paymentMethodType": payment.order.method,
        "paymentAmount": payment.order.amount.wire,
        "paymentCreateTime": wire_time(payment.begun or payment.created),
    }
    if payment.transactions:
        # Absent without transactions: the documented sample has null, but the Python SDK raises on null.
        fields["transactions"] = [_transaction(t, results) for t in payment.transactions]
    if status == "SUCCESS" and payment.paid is not None:
        fields["paymentTime"] = wire_time(payment.paid)
    if payment.state in ("AUTHORIZED", "SUCCESS", "FAIL"):
        fields |= payment.details
    if payment.state == "AUTHORIZED":
        fields["authExpiryTime"] = wire_time(payment.closes)
    if payment.state == "PROCESSING":
        fields["redirectActionForm"] = redirect(payment, context)
    return fields


def redirect(payment: Payment, context: Context[Payment]) -> dict[str, str]:
    """The redirectActionForm that sends the buyer to the checkout page."""
    url = context.checkout_url(payment.payment_id or "")
    return {"actionFormType": "RedirectActionForm", "method": "GET", "redirectUrl": url}


def _transaction(transaction: Transaction, results: Mapping[str, Result]) -> dict[str, Any]:
    code = transaction.code if transaction.status != "PROCESSING" else f"{transaction.type}_IN_PROCESS"
    fields: dict[str, Any] = {
        "transactionType": transaction.type,
        "transactionStatus": transaction.status,
        "transactionId": transaction.id,
        "transactionRequestId": transaction.request_id,
        "transactionAmount": transaction.amount.wire,
        "transactionResult": results[code].composed(None),
    }
    if transaction.done is not None:
        fields["transactionTime"] = wire_time(transaction.done)
    return fields
