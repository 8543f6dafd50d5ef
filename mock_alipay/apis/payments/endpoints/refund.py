"""refund: refunds a payment, in full or in parts (the refund page; IDEM for repeats)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.payments import captures_refunds
from mock_alipay.apis.payments.endpoints.transactions import check_currency, outcome_of, repeated
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Money, money
from mock_alipay.apis.payments.state_machine import possible
from mock_alipay.errors import Fault, Refusal


def refund(body: Mapping[str, Any], context: Context[Payment]) -> Outcome[Payment]:
    """Make a refund; a repeat of a refundRequestId gets the reply of the first.

    Refusals: ORDER_NOT_EXIST, ORDER_IS_CANCELED, ORDER_IS_CLOSED, ORDER_STATUS_INVALID, CURRENCY_NOT_SUPPORT,
    REFUND_WINDOW_EXCEED, REFUND_AMOUNT_EXCEED, MULTIPLE_REFUNDS_NOT_SUPPORTED, REPEAT_REQ_INCONSISTENT,
    PARAM_ILLEGAL for a captureId that the payment does not have.
    """
    payment, amount = context.aggregate, money(body["refundAmount"])
    if payment is None:
        raise Refusal("ORDER_NOT_EXIST", f"unknown payment {body['paymentId']}")
    request_id = body["refundRequestId"]
    known = repeated(payment, "REFUND", request_id, amount)
    if known is not None:
        return outcome_of(payment, known)
    _check(payment, amount, body.get("captureId"), context)
    new = captures_refunds.new_transaction("REFUND", request_id, amount, payment=payment, context=context)
    new = new._replace(capture_id=body.get("captureId"), notify_url=body.get("refundNotifyUrl"))
    changed = captures_refunds.with_transaction(payment, new, context.now)
    return outcome_of(changed, new)._replace(aggregate=changed)


def _check(payment: Payment, amount: Money, capture_id: str | None, context: Context[Payment]) -> None:
    _check_state(payment)
    check_currency(payment, amount)
    limits = context.environment.limits
    if payment.paid is not None and context.now > payment.paid + limits.refund_window:
        raise Refusal("REFUND_WINDOW_EXCEED", f"the payment is more than {limits.refund_window.days} days old")
    if len(payment.refunds) >= limits.most_refunds:
        raise Refusal(
            "MULTIPLE_REFUNDS_NOT_SUPPORTED",
            f"the payment already has {limits.most_refunds} refunds, the most allowed",
        )
    left = captures_refunds.balance(payment).refundable
    if capture_id is not None:
        left = min(left, _left_of(payment, capture_id))
    if amount.value > left:
        rest = payment.order.amount._replace(value=left)
        raise Refusal(
            "REFUND_AMOUNT_EXCEED",
            f"expected at most {rest}, which is left of {payment.order.amount}, got {amount}",
        )


def _check_state(payment: Payment) -> None:
    if payment.state == "CANCELLED":
        raise Refusal("ORDER_IS_CANCELED")
    if payment.code == "ORDER_IS_CLOSED":
        raise Refusal("ORDER_IS_CLOSED")
    if not possible(payment, "refund"):
        raise Refusal("ORDER_STATUS_INVALID", f"a payment in state {payment.state} cannot be refunded")
    if payment.state == "AUTHORIZED" and not captures_refunds.captured(payment):
        raise Refusal(
            "ORDER_STATUS_INVALID", "the payment is authorized, but nothing is captured yet; cancel it instead"
        )


def _left_of(payment: Payment, capture_id: str) -> int:
    """The amount of one capture that is not refunded."""
    capture = next((t for t in payment.captures if t.id == capture_id), None)
    if capture is None:
        fault = Fault("captureId", "the captureId of one of the payment's captures", f'"{capture_id}"')
        raise Refusal("PARAM_ILLEGAL", faults=[fault])
    spent = sum(t.amount.value for t in payment.refunds if t.capture_id == capture_id and t.status != "FAIL")
    return capture.amount.value - spent if capture.status == "SUCCESS" else 0
