"""The records that cross the house's borders, and the wire's own words.

Those that every call makes are named tuples: a frozen dataclass takes twice as long to make.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

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
            return f"{self.path}: missing, it is required"
        return f"{self.path}: expected {self.expected}, got {self.found}"


@dataclass(frozen=True, slots=True)
class WireFault:
    """A scripted fault; ``status`` is the HTTP status of a ``status`` fault, else 0."""

    kind: WireFaultKind
    status: int = 0


class Call(NamedTuple):
    """What a merchant sent, as it stood on the wire."""

    received: datetime
    method: str
    target: str
    """Origin-form request target with its query, as sent and therefore as signed."""
    reply_target: str
    """The target that this client verifies the reply over (see ``edge.target``)."""
    headers: Mapping[str, str]
    """Lower-case names; the values of a repeated header joined by a comma and a blank."""
    body: bytes


class Session(NamedTuple):
    """A payment session: what createPaymentSession hands to the front end."""

    id: str
    data: str
    created: datetime
    expires: datetime
    expiry_text: str
    """``paymentSessionExpiryTime`` as replied, in the offset that the request used."""


class Payment(NamedTuple):
    """The one aggregate: everything the gateway knows under a client's paymentRequestId."""

    client_id: str
    payment_request_id: str
    version: int
    """Counts commits from 1; a commit based on an older version is refused."""
    request: bytes
    """The body that created the session, to tell a repeat from an inconsistent one."""
    session: Session


class Outcome(NamedTuple):
    """What the gateway decided: a result, the reply's other fields, a payment to keep."""

    code: str
    message: str | None = None
    """Replaces the code's own message."""
    fields: Mapping[str, Any] = MappingProxyType({})
    payment: Payment | None = None


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
