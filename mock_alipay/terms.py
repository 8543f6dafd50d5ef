"""The records that cross the house's borders, and the wire's own words.

Those that every call makes are named tuples: a frozen dataclass takes twice as long to make.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

MAX_MESSAGE = 256
"""Characters of ``resultMessage`` (PAGE)."""

SignatureMode = Literal["known", "required", "off"]
"""Which calls must be signed: by known client ids, by every call, or by none."""

TypeMode = Literal["documented", "strict"]
"""Whether documented Booleans and Integers may be native JSON, or strings only."""

Verdict = Literal["valid", "invalid", "unverified", "unchecked"]
"""What became of a call's signature; ``unverified``: its client id has no key here."""

WireFaultKind = Literal[
    "reset",
    "empty",
    "truncate",
    "garbage",
    "hang",
    "status",
    "bad-signature",
    "no-signature",
    "wrong-key",
    "stale-time",
]
"""What a scenario can do to a reply on its way out."""

BuyerAction = Literal["pay", "decline", "leave", "pending", "challenge"]
"""What a buyer can do; ``pending``: done, but the outcome is not known yet; ``challenge``: faces 3-D Secure."""

NotificationName = Literal["notifyPayment", "notifyCapture", "notifyRefund"]
"""What the gateway tells a merchant by itself."""

NotificationFault = Literal["bad-signature", "no-signature", "wrong-key", "stale-time", "truncate"]
"""What a scenario can do to a notification on its way out."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request: where, what was expected, what was found."""

    path: str
    expected: str
    found: str

    @property
    def text(self) -> str:
        """The fault as one sentence, as ``resultMessage`` and the log show it."""
        if self.found == "nothing":
            return f"{self.path}: missing, it is required{self.expected.removeprefix('a value')}"
        return f"{self.path}: expected {self.expected}, got {self.found}"


@dataclass(frozen=True, slots=True)
class WireFault:
    """A scripted fault; ``status`` is the HTTP status of a ``status`` fault, else 0."""

    kind: WireFaultKind
    status: int = 0


class Act(NamedTuple):
    """Something a buyer does, so long after what happened before it."""

    action: BuyerAction
    after: timedelta = timedelta()
    code: str = ""
    """Why a payment is declined; the empty text for the usual reason."""


class Call(NamedTuple):
    """What a merchant sent, as it stood on the wire."""

    received: datetime
    method: str
    target: str
    """Origin-form request target with its query, as sent and therefore as signed."""
    reply_target: str
    """The target that this client verifies the reply over (see ``web.request_target``)."""
    headers: Mapping[str, str]
    """Lower-case names; the values of a repeated header joined by a comma and a blank."""
    body: bytes


class Reply(NamedTuple):
    """What goes back to the merchant, and how: after ``delay`` seconds, with a fault or none."""

    status: int
    head: bytes
    """Header lines as they stand on the wire, each with its line end."""
    body: bytes
    delay: float = 0.0
    fault: WireFault | None = None

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Names and values."""
        pairs = (line.partition(b": ") for line in self.head.split(b"\r\n")[:-1])
        return [(name, value) for name, _, value in pairs]
