"""capture: captures an authorized amount, in full or in parts (CAP: the capture page of 2024-04-25)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.payments import captures_refunds
from mock_alipay.apis.payments.endpoints.transactions import check_currency, outcome_of, repeated
from mock_alipay.apis.payments.methods import CARD
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Money, money
from mock_alipay.errors import Refusal


def capture(body: Mapping[str, Any], context: Context[Payment]) -> Outcome[Payment]:
    """Make a capture; a repeat of a captureRequestId gets the reply of the first.

    Refusals: AUTH_NOT_FOUND, AUTH_CANCELLED, AUTH_EXPIRED, ORDER_IS_CANCELED, ORDER_STATUS_INVALID,
    CURRENCY_NOT_SUPPORT, CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT, PAYMENT_COUNT_EXCEED_LIMIT, REPEAT_REQ_INCONSISTENT.
    """
    payment, amount = context.aggregate, money(body["captureAmount"])
    if payment is None:
        raise Refusal("AUTH_NOT_FOUND", f"unknown payment {body['paymentId']}")
    request_id = body["captureRequestId"]
    known = repeated(payment, "CAPTURE", request_id, amount)
    if known is not None:
        return outcome_of(payment, known, payment.acquirer)
    _check(payment, amount, context)
    new = captures_refunds.new_transaction("CAPTURE", request_id, amount, payment=payment, context=context)
    new = new._replace(last=_is_last(body))
    changed = captures_refunds.with_transaction(payment, new, context.now)
    return outcome_of(changed, new, payment.acquirer)._replace(aggregate=changed)


def _check(payment: Payment, amount: Money, context: Context[Payment]) -> None:
    _check_state(payment, context)
    check_currency(payment, amount)
    most = context.environment.limits.most_captures
    if len(payment.captures) >= most:
        raise Refusal("PAYMENT_COUNT_EXCEED_LIMIT", f"the payment already has {most} captures, the most allowed")
    held = captures_refunds.balance(payment).held
    if amount.value > held:
        left = payment.order.amount._replace(value=held)
        raise Refusal(
            "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT",
            f"expected at most {left}, which is left of {payment.order.amount}, got {amount}",
        )


def _check_state(payment: Payment, context: Context[Payment]) -> None:
    released = payment.state == "CANCELLED" and payment.code == "AUTH_EXPIRED"
    # While an earlier capture is in process the authorization lasts longer, but allows no new capture.
    if released or (payment.state == "AUTHORIZED" and payment.closes <= context.now):
        raise Refusal("AUTH_EXPIRED", "the authorization was not captured in time; use a new paymentRequestId")
    if payment.state == "CANCELLED":
        raise Refusal("AUTH_CANCELLED" if payment.order.held and payment.paid else "ORDER_IS_CANCELED")
    if payment.order.method != CARD:
        raise Refusal("AUTH_NOT_FOUND", f"paymentMethodType {payment.order.method} does not support capture")
    if any(t.last and t.status != "FAIL" for t in payment.captures):
        raise Refusal("ORDER_STATUS_INVALID", "the last capture is already made (isLastCapture)")
    if payment.state == "SUCCESS" and captures_refunds.captured(payment) < payment.order.amount.value:
        raise Refusal("AUTH_EXPIRED", "the authorization has expired; the amount that was not captured is released")
    if payment.state != "AUTHORIZED":
        shown = "already captured" if payment.captures else payment.state
        raise Refusal("ORDER_STATUS_INVALID", f"expected an authorized payment, this one is {shown}")


def _is_last(body: Mapping[str, Any]) -> bool:
    """Whether this is the last capture; the SDKs have two fields for it."""
    return str(body.get("isLastCapture")).lower() == "true" or body.get("captureType") == "FINAL"
