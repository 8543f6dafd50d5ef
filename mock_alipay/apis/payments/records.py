"""The parts of a payment: money, session, order, captures and refunds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from mock_alipay.contracts.names import BuyerAction

TransactionType = Literal["CAPTURE", "REFUND"]
TransactionStatus = Literal["SUCCESS", "PROCESSING", "FAIL"]


class Money(NamedTuple):
    """An amount in the currency's smallest unit."""

    currency: str
    value: int

    @property
    def wire(self) -> dict[str, str]:
        """The Amount object of a body."""
        return {"currency": self.currency, "value": str(self.value)}

    def __str__(self) -> str:
        return f"{self.currency} {self.value}"


def money(amount: Mapping[str, str]) -> Money:
    """The Money of an Amount that the schema has accepted."""
    return Money(amount["currency"], int(amount["value"]))


class Session(NamedTuple):
    """A payment session, which createPaymentSession returns for the front end."""

    id: str
    data: str
    created: datetime
    expires: datetime
    expiry_text: str
    """``paymentSessionExpiryTime`` of the reply, in the UTC offset of the request."""
    normal_url: str | None = None
    """The URL of the hosted page; None unless productScene is CHECKOUT_PAYMENT."""


class Order(NamedTuple):
    """The parts of the merchant's request on which later changes of the payment depend."""

    amount: Money
    method: str
    """paymentMethodType."""
    notify_url: str | None = None
    held: bool = False
    """Whether the payment is authorized only and captured by the merchant (paymentFactor.captureMode MANUAL)."""
    expires: datetime | None = None
    """When the unpaid order closes (paymentExpiryTime)."""


class PastAct(NamedTuple):
    """What the buyer has done."""

    action: BuyerAction
    time: datetime
    code: str = ""
    """The result code that followed; empty while there is none."""


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
    """When a transaction in process gets its final result."""
    code: str = "SUCCESS"
    """The result code; of a transaction in process, the final one."""
    last: bool = False
    """isLastCapture."""
    capture_id: str | None = None
    """The capture that a refund names, if any."""
    notify_url: str | None = None
    """refundNotifyUrl."""
    scenario: str = ""
    """The scenario of the call that created it."""
