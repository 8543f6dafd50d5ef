"""What a payment consists of: money, its session, its order, its captures and refunds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple

TransactionType = Literal["CAPTURE", "REFUND"]
TransactionStatus = Literal["SUCCESS", "PROCESSING", "FAIL"]


class Money(NamedTuple):
    """An amount in the currency's smallest unit."""

    currency: str
    value: int

    @property
    def wire(self) -> dict[str, str]:
        """As bodies carry it."""
        return {"currency": self.currency, "value": str(self.value)}

    def __str__(self) -> str:
        return f"{self.currency} {self.value}"


def money(amount: Mapping[str, str]) -> Money:
    """An Amount that its schema has accepted."""
    return Money(amount["currency"], int(amount["value"]))


class Session(NamedTuple):
    """A payment session: what createPaymentSession hands to the front end."""

    id: str
    data: str
    created: datetime
    expires: datetime
    expiry_text: str
    """``paymentSessionExpiryTime`` as replied, in the offset that the request used."""
    normal_url: str | None = None
    """The hosted page; None in other scenes than CHECKOUT_PAYMENT."""


class Order(NamedTuple):
    """What the merchant asked for, as far as the payment's life depends on it."""

    amount: Money
    method: str
    """paymentMethodType."""
    notify_url: str | None = None
    held: bool = False
    """Whether paying only holds the money, for the merchant to capture (paymentFactor.captureMode MANUAL)."""
    expires: datetime | None = None
    """When the order closes if it is not paid by then (paymentExpiryTime)."""


class Transaction(NamedTuple):
    """A capture or a refund."""

    type: TransactionType
    request_id: str
    """captureRequestId or refundRequestId."""
    id: str
    """captureId or refundId."""
    amount: Money
    created: datetime
    status: TransactionStatus = "SUCCESS"
    done: datetime | None = None
    """captureTime or refundTime; None until it has succeeded."""
    settles: datetime | None = None
    """When a transaction in process comes to its end, and ``code`` with which result."""
    code: str = "SUCCESS"
    last: bool = False
    """isLastCapture."""
    capture_id: str | None = None
    """Which capture a refund gives back, if the merchant said."""
    notify_url: str | None = None
    """refundNotifyUrl."""
    scenario: str = ""
    """The scenario of the call that made it."""
