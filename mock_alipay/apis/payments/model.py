"""A payment as the gateway knows it. What may become of one is told by the modules beside this."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.environment import Environment
from mock_alipay.apis.payments.records import Order, Session, Transaction
from mock_alipay.contracts.names import Act
from mock_alipay.storage import Key

FAMILY = "payments"
CARD = "CARD"
"""The paymentMethodType whose money is captured."""

State = Literal["OPEN", "EXPIRED", "PROCESSING", "PENDING", "AUTHORIZED", "SUCCESS", "FAIL", "CANCELLED"]
"""Where a payment stands; ``state_machine`` says what leads from one to another.

``OPEN`` and ``EXPIRED`` are sessions that no buyer has paid in, the others what inquiryPayment calls paymentStatus,
where ``AUTHORIZED`` (the money is held, but not captured yet) is told as SUCCESS.
"""

UNPAID = frozenset({"OPEN", "PROCESSING", "PENDING"})
ENDING = frozenset({"OPEN", "PROCESSING", "AUTHORIZED"})
"""States that last until ``closes``."""

_NO_CAPTURE = frozenset({"notifyCapture"})
_NOTHING_MORE = frozenset({"notifyCapture", "notifyRefund"})

NO_DETAILS: Mapping[str, Any] = MappingProxyType({})

_TRANSACTION_SIZE = 600
"""Bytes that a capture or refund takes, roughly."""


class Payment(NamedTuple):
    """The aggregate of the family: everything that the gateway knows under a client's paymentRequestId."""

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
    def family(self) -> str:
        """The name of its family."""
        return FAMILY

    @property
    def request_id(self) -> str:
        """The id that the client gave it."""
        return self.payment_request_id

    @property
    def key(self) -> Key:
        """Under what it is stored."""
        return self.client_id, FAMILY, self.payment_request_id

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

    @property
    def capturing(self) -> bool:
        """Whether a capture has not come to its end."""
        return any(t.status == "PROCESSING" for t in self.captures)

    @property
    def unexpected(self) -> Collection[str]:
        """The notifications that it will not cause any more, if it has not by now."""
        if self.state in ("EXPIRED", "FAIL", "CANCELLED"):
            return _NOTHING_MORE
        # What is paid without a capture is a wallet's, or nothing: a card that is only looked at.
        captured = self.order.method == CARD and (self.state != "SUCCESS" or bool(self.captures))
        return () if captured else _NO_CAPTURE

    def notify_url(self, event: DomainEvent) -> str | None:
        """The request's own URL (PAGE: it beats the one that is set for the merchant)."""
        if event.name != "notifyRefund":
            return self.order.notify_url
        return next((t.notify_url for t in self.refunds if t.id == event.transaction_id), None)

    def due(self) -> datetime | None:
        """When something happens next by itself; None when nothing does any more."""
        ends = self.closes if self.state in ENDING else None
        if not self.transactions and self.acts is None:
            # Every call that opens a session asks this.
            return ends
        moments = [t.settles for t in self.transactions if t.settles is not None]
        # Money on its way to the merchant is not released any more, unless it never arrives.
        if ends is not None and not self.capturing:
            moments.append(ends)
        if self.acts is not None and self.state in UNPAID:
            moments.append(self.acts)
        return min(moments, default=None)

    def advance(self, now: datetime, environment: Environment) -> Payment:
        """The payment as it stands at ``now``: see ``timeline``."""
        from mock_alipay.apis.payments import timeline  # which makes payments of this class

        return timeline.advance(self, now, environment)

    def turned_back(self, now: datetime) -> Payment:
        """The payment when the clock has been set back to ``now``: see ``timeline``."""
        from mock_alipay.apis.payments import timeline

        return timeline.reopened(self, now)

    def committed(self) -> Payment:
        """The next version, with nothing to tell."""
        # Every call that opens a session does this, and _replace takes three times as long.
        client_id, request_id, version, *others, _ = self
        return Payment._make((client_id, request_id, version + 1, *others, ()))
