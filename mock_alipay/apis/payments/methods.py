"""The payment methods and the card in the request that created a payment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CARD = "CARD"
"""The paymentMethodType whose payments are captured."""

_LAST = 2**31
"""The position of a method without paymentMethodOrder; smaller positions are shown first (OAS)."""


def method_of(body: Mapping[str, Any]) -> str:
    """The paymentMethodType that the payment is made with.

    Without a paymentMethod the buyer chooses on the hosted page or in the Payment Element. A fake buyer takes the
    method that is shown first, else the first saved one, else CARD (OURS).
    """
    return methods_of(body)[0]


def methods_of(body: Mapping[str, Any]) -> list[str]:
    """The paymentMethodTypes that the buyer can choose, in the order in which they are shown; at least one."""
    if "paymentMethod" in body:
        return [str(body["paymentMethod"]["paymentMethodType"])]
    offered = body.get("availablePaymentMethod", {}).get("paymentMethodTypeList", [])
    shown = sorted(offered, key=_position)
    methods = [*shown, *body.get("savedPaymentMethods", [])]
    types = dict.fromkeys(method["paymentMethodType"] for method in methods if "paymentMethodType" in method)
    return list(types) or [CARD]


def is_held(body: Mapping[str, Any], method: str) -> bool:
    """Whether the payment is authorized only, and captured by the merchant; other methods have no authorization."""
    return method == CARD and body.get("paymentFactor", {}).get("captureMode") == "MANUAL"


def card_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The card in the request (paymentMethodMetaData); empty without one."""
    return (body.get("paymentMethod") or {}).get("paymentMethodMetaData") or {}


def _position(method: Mapping[str, Any]) -> tuple[int, str]:
    # Compared as text: ``int`` accepts at most 4,300 digits.
    order = method.get("paymentMethodOrder", _LAST)
    digits = (order if isinstance(order, str) else str(int(order))).lstrip("0")
    return len(digits), digits
