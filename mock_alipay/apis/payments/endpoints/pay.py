"""pay (Checkout Payment): begins a payment and says where the buyer goes on (PAYTAB, OAS)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.payments import buyer
from mock_alipay.apis.payments.endpoints.inquiry_payment import redirect
from mock_alipay.apis.payments.endpoints.opening import begun
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import money
from mock_alipay.clock.clocks import wire_time
from mock_alipay.contracts.validation import parse
from mock_alipay.errors import Refusal


def pay(body: Mapping[str, Any], context: Context[Payment]) -> Outcome[Payment]:
    """A payment in process, or how the one of the same paymentRequestId stands.

    Refusals: REPEAT_REQ_INCONSISTENT, ORDER_IS_CANCELED, ORDER_IS_CLOSED, the reason of a declined payment, and
    PARAM_ILLEGAL when paymentExpiryTime is not within the next 48 hours.
    """
    if context.aggregate is not None:
        _check_repeat(body, context.aggregate)
        return _told(context.aggregate, context)
    started = buyer.submit(begun(body, context), context.now, context.environment)
    if context.overrides.result == "SUCCESS":
        started = buyer.pay(started, context.now, context.environment)
    return _told(started, context)._replace(aggregate=started)


def _check_repeat(body: Mapping[str, Any], known: Payment) -> None:
    """Amount and paymentMethodId must be the same when a paymentRequestId comes again (IDEM)."""
    if known.session is not None:
        how = "by createPaymentSession"
    elif known.order.amount != money(body["paymentAmount"]):
        how = "with another paymentAmount"
    elif parse(known.request)["paymentMethod"].get("paymentMethodId") != body["paymentMethod"].get("paymentMethodId"):
        how = "with another paymentMethod.paymentMethodId"
    else:
        return
    raise Refusal("REPEAT_REQ_INCONSISTENT", f"paymentRequestId {known.payment_request_id} was used {how}")


def _told(payment: Payment, context: Context[Payment]) -> Outcome[Payment]:
    match payment.state:
        case "CANCELLED":
            raise Refusal("ORDER_IS_CANCELED")
        case "FAIL":
            raise Refusal(payment.code)
        case "SUCCESS" | "AUTHORIZED":
            more = {"paymentTime": wire_time(payment.paid or context.now), **payment.details}
            # Other replies have it, those of pay do not.
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
