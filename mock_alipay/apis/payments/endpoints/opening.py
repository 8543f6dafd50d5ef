"""The order in a body of createPaymentSession or pay, and the payment that it creates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mock_alipay.apis.context import Context
from mock_alipay.apis.payments.model import CARD, Payment
from mock_alipay.apis.payments.records import Order, Session, money
from mock_alipay.clock.clocks import wire_time
from mock_alipay.errors import Fault, Refusal

_LAST = 2**31
"""The position of a method without paymentMethodOrder; smaller positions are shown first (OAS)."""


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
        # Other methods have no authorization.
        held=method == CARD and body.get("paymentFactor", {}).get("captureMode") == "MANUAL",
        expires=_expiry(expires, context) if expires else None,
    )


def method_of(body: Mapping[str, Any]) -> str:
    """The paymentMethodType that the payment is made with.

    Without a paymentMethod the buyer chooses on the hosted page or in the Payment Element. A fake buyer takes the
    method that is shown first, else the first saved one, else CARD (OURS).
    """
    if "paymentMethod" in body:
        return str(body["paymentMethod"]["paymentMethodType"])
    offered = body.get("availablePaymentMethod", {}).get("paymentMethodTypeList", [])
    shown = sorted(offered, key=_position)
    methods = [*shown, *body.get("savedPaymentMethods", [])]
    return next((method["paymentMethodType"] for method in methods if "paymentMethodType" in method), CARD)


def _position(method: Mapping[str, Any]) -> tuple[int, str]:
    # Compared as text: ``int`` accepts at most 4,300 digits.
    order = method.get("paymentMethodOrder", _LAST)
    digits = (order if isinstance(order, str) else str(int(order))).lstrip("0")
    return len(digits), digits


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
