"""A payment as the gateway knows it: records without rules. What may become of one says ``life``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from mock_alipay.contracts.names import Act, NotificationName

State = Literal["OPEN", "EXPIRED", "PROCESSING", "PENDING", "AUTHORIZED", "SUCCESS", "FAIL", "CANCELLED"]
"""Where a payment stands; ``life.moves`` says what leads from one to another.

``OPEN`` and ``EXPIRED`` are sessions that no buyer has paid in, the others what inquiryPayment calls paymentStatus,
where ``AUTHORIZED`` (the money is held, but not captured yet) is told as SUCCESS.
"""

TransactionType = Literal["CAPTURE", "REFUND"]
TransactionStatus = Literal["SUCCESS", "PROCESSING", "FAIL"]

NO_DETAILS: Mapping[str, Any] = MappingProxyType({})

_TRANSACTION_SIZE = 600
"""Bytes that a capture or refund takes, roughly."""


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


class DomainEvent(NamedTuple):
    """What the merchant is to be told."""

    name: NotificationName
    time: datetime
    notify_type: str
    transaction_id: str | None = None
    scenario: str = ""
    """The scenario of the call that caused it; the payment's own when empty."""


class Payment(NamedTuple):
    """The one aggregate: everything the gateway knows under a client's paymentRequestId."""

    client_id: str
    payment_request_id: str
    version: int
    """Counts commits from 1; a commit based on an older version is refused."""
    request: bytes
    """The body that created the payment, to tell a repeat from an inconsistent one."""
    created: datetime
    order: Order
    closes: datetime
    """When an open session expires, an unpaid order closes, or money that is held is released."""
    session: Session | None = None
    """None for a payment that the merchant began with pay."""
    scenario: str = ""
    """The scenario that it began in."""
    state: State = "OPEN"
    payment_id: str | None = None
    """None until the buyer acts, or the order is closed or cancelled."""
    begun: datetime | None = None
    """paymentCreateTime."""
    paid: datetime | None = None
    """paymentTime."""
    cancelled: datetime | None = None
    """cancelTime."""
    code: str = ""
    """paymentResultCode, once there is a result."""
    details: Mapping[str, Any] = NO_DETAILS
    """Fields about the buyer's side: the card, or the wallet's user."""
    buyer: tuple[Act, ...] = ()
    """What the scripted buyer is still to do."""
    acts: datetime | None = None
    """When the first of that is due."""
    transactions: tuple[Transaction, ...] = ()
    domain_events: tuple[DomainEvent, ...] = ()
    """What this version has to tell; taken off when it is committed."""

    @property
    def captures(self) -> list[Transaction]:
        """The captures, in the order in which they came."""
        return [t for t in self.transactions if t.type == "CAPTURE"]

    @property
    def refunds(self) -> list[Transaction]:
        """The refunds, in the order in which they came."""
        return [t for t in self.transactions if t.type == "REFUND"]

    @property
    def acquirer(self) -> dict[str, Any]:
        """acquirerReferenceNo, where it has one."""
        name = "acquirerReferenceNo"
        return {name: self.details[name]} if name in self.details else {}

    @property
    def size(self) -> int:
        """Bytes that it takes, roughly."""
        return len(self.request) + len(self.transactions) * _TRANSACTION_SIZE

    @property
    def key(self) -> tuple[str, str]:
        """Under what it is stored."""
        return self.client_id, self.payment_request_id

    @property
    def aliases(self) -> tuple[str, ...]:
        """Everything but the paymentRequestId under which a client may ask for it, each as ``field:value``."""
        if self.payment_id is None:
            return ()
        found = [f"paymentId:{self.payment_id}"]
        for transaction in self.transactions:
            kind = transaction.type.lower()
            found += (f"{kind}RequestId:{transaction.request_id}", f"{kind}Id:{transaction.id}")
        return tuple(found)


class Outcome(NamedTuple):
    """What the gateway decided: a result, the reply's other fields, a payment to keep."""

    code: str
    message: str | None = None
    """Replaces the code's own message."""
    fields: Mapping[str, Any] = NO_DETAILS
    payment: Payment | None = None
