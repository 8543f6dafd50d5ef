"""The order in a body of createPaymentSession or pay, and the payment that it creates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mock_alipay.apis.context import Context
from mock_alipay.apis.payments.methods import is_held, method_of
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Order, Session, money
from mock_alipay.clock.clocks import wire_time
from mock_alipay.errors import Fault, Refusal


def new_payment(body: Mapping[str, Any], context: Context[Payment], session: Session | None = None) -> Payment:
    """A payment before any buyer action. PARAM_ILLEGAL when paymentExpiryTime is not within the next 48 hours."""
    order, overrides, now = order_of(body, context), context.overrides, context.now
    closes = now if session is None else session.expires
    return Payment(
        client_id=context.client_id,
        payment_request_id=body["paymentRequestId"],
        version=context.aggregate.version if context.aggregate else 0,
        request=context.raw,
        created=now,
        order=order,
        closes=closes if order.expires is None else min(closes, order.expires),
        session=session,
        scenario=overrides.scenario,
        buyer=overrides.buyer,
        acts=now + overrides.buyer[0].after if overrides.buyer else None,
    )


def order_of(body: Mapping[str, Any], context: Context[Payment]) -> Order:
    """The order in a body that its schema has accepted."""
    method = method_of(body)
    expires = body.get("paymentExpiryTime")
    return Order(
        amount=money(body["paymentAmount"]),
        method=method,
        notify_url=body.get("paymentNotifyUrl"),
        held=is_held(body, method),
        expires=_expiry(expires, context) if expires else None,
    )


def _expiry(requested: str, context: Context[Payment]) -> datetime:
    latest = context.now + context.environment.limits.longest_order_lifetime
    try:
        expires = datetime.fromisoformat(requested)
    except ValueError:
        expires = None
    if expires is None or not context.now < expires <= latest:
        expected = f"a time after now and not later than {wire_time(latest, UTC)}"
        raise Refusal("PARAM_ILLEGAL", faults=[Fault("paymentExpiryTime", expected, requested)])
    return expires
