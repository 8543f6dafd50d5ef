"""cancel: ends a payment that is not paid yet, or gives a paid one back whole (the cancel pages)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.payments import captures_refunds
from mock_alipay.apis.payments.model import CARD, Payment
from mock_alipay.apis.payments.state_machine import possible
from mock_alipay.clock.clocks import wire_time
from mock_alipay.errors import Refusal


def cancel(body: Mapping[str, Any], context: Context[Payment]) -> Outcome[Payment]:
    """The payment is CANCELLED, now or since an earlier call.

    Refusals: ORDER_NOT_EXIST, ORDER_STATUS_INVALID, CANCEL_WINDOW_EXCEED, PROCESS_FAIL when something was refunded.
    """
    payment = context.aggregate
    if payment is None:
        raise Refusal("ORDER_NOT_EXIST", f"there is no payment {body.get('paymentId') or body['paymentRequestId']}")
    if payment.state == "CANCELLED":
        if payment.code == "AUTH_EXPIRED":
            raise Refusal("ORDER_STATUS_INVALID", "the authorization has expired, its money is released already")
        return Outcome("SUCCESS", fields=_fields(payment))
    _check(payment, context)
    changed = captures_refunds.cancelled(payment, context.now, context.environment)
    return Outcome("SUCCESS", fields=_fields(changed), aggregate=changed)


def _check(payment: Payment, context: Context[Payment]) -> None:
    if not possible(payment, "cancel"):
        raise Refusal("ORDER_STATUS_INVALID", f"the payment is {payment.state}, there is nothing to cancel")
    if payment.paid is None:
        return
    if payment.refunds and any(t.status != "FAIL" for t in payment.refunds):
        raise Refusal("PROCESS_FAIL", "the payment was refunded, whole or in part, and cannot be cancelled any more")
    if payment.captures and any(t.status != "FAIL" for t in payment.captures):
        raise Refusal("ORDER_STATUS_INVALID", "the payment is captured; refund it instead")
    method = payment.order.method
    until = context.environment.limits.cancel_until(method, payment.paid)
    if until is None:
        raise Refusal("ORDER_STATUS_INVALID", f"a payment by {method} cannot be cancelled; refund it instead")
    if context.now >= until:
        how = "7 days after the payment" if method == CARD else wire_time(until)
        raise Refusal("CANCEL_WINDOW_EXCEED", f"a cancel was possible until {how}; refund instead")


def _fields(payment: Payment) -> dict[str, Any]:
    return {
        "paymentId": payment.payment_id,
        "paymentRequestId": payment.payment_request_id,
        "cancelTime": wire_time(payment.cancelled) if payment.cancelled else None,
    }
