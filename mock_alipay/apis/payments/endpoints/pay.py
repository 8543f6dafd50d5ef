"""pay (Checkout Payment): creates a payment and returns the URL for the buyer (PAYTAB, OAS)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.payments import buyer
from mock_alipay.apis.payments.endpoints.inquiry_payment import redirect
from mock_alipay.apis.payments.endpoints.opening import new_payment
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import money
from mock_alipay.clock.clocks import wire_time
from mock_alipay.contracts.validation import parse
from mock_alipay.errors import Refusal


def pay(body: Mapping[str, Any], context: Context[Payment]) -> Outcome[Payment]:
    """Create a payment in process; a repeat of a paymentRequestId gets the payment's current status.

    Refusals: REPEAT_REQ_INCONSISTENT, ORDER_IS_CANCELED, ORDER_IS_CLOSED, the result code of a declined payment, and
    PARAM_ILLEGAL when paymentExpiryTime is not within the next 48 hours.
    """
    if context.aggregate is not None:
        _check_repeat(body, context.aggregate)
        return _outcome(context.aggregate, context)
    payment = buyer.submit(new_payment(body, context), context.now, context.environment)
    if context.overrides.result == "SUCCESS":
        payment = buyer.pay(payment, context.now, context.environment)
    return _outcome(payment, context)._replace(aggregate=payment)


def _check_repeat(body: Mapping[str, Any], known: Payment) -> None:
    """Check that a repeat has the same paymentAmount and paymentMethodId (IDEM)."""
    if known.session is not None:
        how = "by createPaymentSession"
    elif known.order.amount != money(body["paymentAmount"]):
        how = "with another paymentAmount"
    elif parse(known.request)["paymentMethod"].get("paymentMethodId") != body["paymentMethod"].get("paymentMethodId"):
        how = "with another paymentMethod.paymentMethodId"
    else:
        return
    raise Refusal("REPEAT_REQ_INCONSISTENT", f"paymentRequestId {known.payment_request_id} was already used {how}")


def _outcome(payment: Payment, context: Context[Payment]) -> Outcome[Payment]:
    match payment.state:
        case "CANCELLED":
            raise Refusal("ORDER_IS_CANCELED")
        case "FAIL":
            raise Refusal(payment.code)
        case "SUCCESS" | "AUTHORIZED":
            more = {"paymentTime": wire_time(payment.paid or context.now), **payment.details}
            # Unlike other replies, those of pay have no acquirerReferenceNo.
            more.pop("acquirerReferenceNo", None)
            code = "SUCCESS"
        case _:
            form = redirect(payment, context)
            more = {"normalUrl": form["redirectUrl"], "redirectActionForm": form}
            code = "PAYMENT_IN_PROCESS"
    fields = {
        "paymentRequestId": payment.payment_request_id,
        "paymentId": payment.payment_id,
        "paymentAmount": payment.order.amount.wire,
        "paymentCreateTime": wire_time(payment.begun or payment.created),
        **more,
    }
    return Outcome(code, fields=fields)
