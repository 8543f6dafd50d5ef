"""The payment aggregate: its data. The modules beside this one have its rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from mock_alipay.apis.aggregate import DomainEvent
from mock_alipay.apis.environment import Environment
from mock_alipay.apis.payments.methods import CARD
from mock_alipay.apis.payments.records import Order, PastAct, Session, Transaction
from mock_alipay.contracts.names import Act
from mock_alipay.storage import Key

FAMILY = "payments"

State = Literal["OPEN", "EXPIRED", "PROCESSING", "PENDING", "AUTHORIZED", "SUCCESS", "FAIL", "CANCELLED"]
"""The states of a payment; ``state_machine`` has the transitions.

``OPEN`` and ``EXPIRED`` are unpaid sessions. The others are the paymentStatus of inquiryPayment, where ``AUTHORIZED``
(the money is held, but not captured yet) is shown as SUCCESS.
"""

UNPAID = frozenset({"OPEN", "PROCESSING", "PENDING"})
ENDING = frozenset({"OPEN", "PROCESSING", "AUTHORIZED"})
"""States that end at ``closes``."""

PUBLIC_LENGTH = 42
"""The leading characters that paymentSessionId and paymentSessionData share, as in the sample of PAGE."""

MAX_HISTORY = 8
"""More than a buyer does in one payment; a buyer can leave any number of times."""

_NO_CAPTURE = frozenset({"notifyCapture"})
_NOTHING_MORE = frozenset({"notifyCapture", "notifyRefund"})

NO_DETAILS: Mapping[str, Any] = MappingProxyType({})

_TRANSACTION_SIZE = 600
"""The estimated size of a capture or refund in bytes."""


class Payment(NamedTuple):
    """The aggregate of the family: everything that the gateway keeps under a client's paymentRequestId."""

    client_id: str
    payment_request_id: str
    version: int
    """Counts commits from 1; a commit based on an older version is refused."""
    request: bytes
    """The body that created the payment; a repeat with another body is inconsistent."""
    created: datetime
    order: Order
    closes: datetime
    """When an open session expires, an unpaid order closes, or held money is released."""
    session: Session | None = None
    """None for a payment created with pay."""
    scenario: str = ""
    """The scenario of the call that created it."""
    state: State = "OPEN"
    payment_id: str | None = None
    """None until the first buyer action, or until it expires or is cancelled."""
    begun: datetime | None = None
    """paymentCreateTime."""
    paid: datetime | None = None
    """paymentTime."""
    cancelled: datetime | None = None
    """cancelTime."""
    code: str = ""
    """paymentResultCode; empty until there is one."""
    details: Mapping[str, Any] = NO_DETAILS
    """Reply fields about the buyer: the card, or the wallet's user."""
    buyer: tuple[Act, ...] = ()
    """The remaining scripted buyer actions."""
    acts: datetime | None = None
    """When the first of them is due."""
    challenged: bool = False
    """Whether a 3-D Secure check is under way."""
    acted: int = 0
    """How many buyer actions there were."""
    history: tuple[PastAct, ...] = ()
    """The latest of them, at most ``MAX_HISTORY``."""
    transactions: tuple[Transaction, ...] = ()
    domain_events: tuple[DomainEvent, ...] = ()
    """The events that this version adds; ``committed`` removes them."""

    @property
    def captures(self) -> list[Transaction]:
        """The captures, oldest first."""
        return [t for t in self.transactions if t.type == "CAPTURE"]

    @property
    def refunds(self) -> list[Transaction]:
        """The refunds, oldest first."""
        return [t for t in self.transactions if t.type == "REFUND"]

    @property
    def acquirer(self) -> dict[str, Any]:
        """The reply field acquirerReferenceNo; empty without one."""
        name = "acquirerReferenceNo"
        return {name: self.details[name]} if name in self.details else {}

    @property
    def size(self) -> int:
        """Its estimated size in bytes."""
        return len(self.request) + len(self.transactions) * _TRANSACTION_SIZE

    @property
    def family(self) -> str:
        """The name of its family."""
        return FAMILY

    @property
    def request_id(self) -> str:
        """The id that the client chose: paymentRequestId."""
        return self.payment_request_id

    @property
    def key(self) -> Key:
        """The key under which it is stored."""
        return self.client_id, FAMILY, self.payment_request_id

    @property
    def aliases(self) -> tuple[str, ...]:
        """The other ids by which a client can name it, each as ``field:value``."""
        if self.payment_id is None:
            return ()
        aliases = [f"paymentId:{self.payment_id}"]
        for transaction in self.transactions:
            kind = transaction.type.lower()
            aliases += (f"{kind}RequestId:{transaction.request_id}", f"{kind}Id:{transaction.id}")
        return tuple(aliases)

    @property
    def capturing(self) -> bool:
        """Whether a capture is in process."""
        return any(t.status == "PROCESSING" for t in self.captures)

    @property
    def public_ids(self) -> tuple[str, ...]:
        """The ids in the addresses of its pages: the beginning of its session's id, and paymentId."""
        session, payment_id = self.session, self.payment_id
        if session is None:
            return (payment_id,) if payment_id else ()
        public = session.id[:PUBLIC_LENGTH]
        return (public, payment_id) if payment_id else (public,)

    @property
    def session_id(self) -> str | None:
        """paymentSessionId; None for a payment created with pay."""
        return self.session and self.session.id

    @property
    def page_id(self) -> str:
        """The id in the addresses of its pages: paymentSessionId, else paymentId."""
        return self.session_id or self.payment_id or ""

    @property
    def unexpected(self) -> Collection[str]:
        """The notifications that it can no longer cause."""
        if self.state in ("EXPIRED", "FAIL", "CANCELLED"):
            return _NOTHING_MORE
        # A paid payment without a capture is one by wallet, or a card payment of 0.
        captured = self.order.method == CARD and (self.state != "SUCCESS" or bool(self.captures))
        return () if captured else _NO_CAPTURE

    def notify_url(self, event: DomainEvent) -> str | None:
        """The URL in the request (PAGE: it takes precedence over the merchant's configured URL)."""
        if event.name != "notifyRefund":
            return self.order.notify_url
        return next((t.notify_url for t in self.refunds if t.id == event.transaction_id), None)

    def due(self) -> datetime | None:
        """When its next scheduled change is due; None when there is none."""
        ends = self.closes if self.state in ENDING else None
        if not self.transactions and self.acts is None:
            # A shortcut for the call that opens a session.
            return ends
        times = [t.settles for t in self.transactions if t.settles is not None]
        # An authorization does not end while a capture is in process.
        if ends is not None and not self.capturing:
            times.append(ends)
        if self.acts is not None and self.state in UNPAID:
            times.append(self.acts)
        return min(times, default=None)

    def advance(self, now: datetime, environment: Environment) -> Payment:
        """The payment as it stands at ``now``: see ``timeline``."""
        from mock_alipay.apis.payments import timeline  # imports this module

        return timeline.advance(self, now, environment)

    def turned_back(self, now: datetime) -> Payment:
        """The payment after the clock was set back to ``now``: see ``timeline``."""
        from mock_alipay.apis.payments import timeline

        return timeline.reopened(self, now)

    def committed(self) -> Payment:
        """The next version, without domain events."""
        # Three times as fast as _replace; every call that opens a session does this.
        client_id, request_id, version, *others, _ = self
        return Payment._make((client_id, request_id, version + 1, *others, ()))
