"""cancel: ends an unpaid payment, or gives the whole amount of a paid one back (the cancel pages)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.payments import captures_refunds
from mock_alipay.apis.payments.methods import CARD
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.state_machine import possible
from mock_alipay.clock.clocks import wire_time
from mock_alipay.errors import Refusal


def cancel(body: Mapping[str, Any], context: Context[Payment]) -> Outcome[Payment]:
    """Cancel the payment; a repeat gets the same reply.

    Refusals: ORDER_NOT_EXIST, ORDER_STATUS_INVALID, CANCEL_WINDOW_EXCEED, PROCESS_FAIL after a refund.
    """
    payment = context.aggregate
    if payment is None:
        raise Refusal("ORDER_NOT_EXIST", f"unknown payment {body.get('paymentId') or body['paymentRequestId']}")
    if payment.state == "CANCELLED":
        if payment.code == "AUTH_EXPIRED":
            raise Refusal("ORDER_STATUS_INVALID", "the authorization has expired; its money is already released")
        return Outcome("SUCCESS", fields=_fields(payment))
    _check(payment, context)
    changed = captures_refunds.cancelled(payment, context.now, context.environment)
    return Outcome("SUCCESS", fields=_fields(changed), aggregate=changed)


def _check(payment: Payment, context: Context[Payment]) -> None:
    if not possible(payment, "cancel"):
        raise Refusal("ORDER_STATUS_INVALID", f"a payment in state {payment.state} cannot be cancelled")
    if payment.paid is None:
        return
    if payment.refunds and any(t.status != "FAIL" for t in payment.refunds):
        raise Refusal("PROCESS_FAIL", "a payment with a full or partial refund cannot be cancelled")
    if payment.captures and any(t.status != "FAIL" for t in payment.captures):
        raise Refusal("ORDER_STATUS_INVALID", "the payment is captured; refund it instead")
    method = payment.order.method
    until = context.environment.limits.cancel_until(method, payment.paid)
    if until is None:
        raise Refusal("ORDER_STATUS_INVALID", f"a payment by {method} cannot be cancelled; refund it instead")
    if context.now >= until:
        shown = "7 days after the payment" if method == CARD else wire_time(until)
        raise Refusal("CANCEL_WINDOW_EXCEED", f"a cancel was possible until {shown}; refund the payment instead")


def _fields(payment: Payment) -> dict[str, Any]:
    return {
        "paymentId": payment.payment_id,
        "paymentRequestId": payment.payment_request_id,
        "cancelTime": wire_time(payment.cancelled) if payment.cancelled else None,
    }
