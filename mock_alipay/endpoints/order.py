"""What a merchant asks for in createPaymentSession and pay, as far as the payment's life depends on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mock_alipay.life.buyer import CARD
from mock_alipay.payment import Order, money


def order_of(body: Mapping[str, Any]) -> Order:
    """The order in a body that its schema has accepted."""
    method: str = body["paymentMethod"]["paymentMethodType"]
    expires = body.get("paymentExpiryTime")
    return Order(
        amount=money(body["paymentAmount"]),
        method=method,
        notify_url=body.get("paymentNotifyUrl"),
        # Other methods know no authorization: what is paid is the merchant's.
        held=method == CARD and body.get("paymentFactor", {}).get("captureMode") == "MANUAL",
        expires=moment(expires) if expires else None,
    )


def moment(written: str) -> datetime | None:
    """A DateTime of the wire; None for a day that no calendar has."""
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None
