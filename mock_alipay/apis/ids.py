"""Ids, session data and chance: all from one seed, so the same seed gives the same.

Everything is a pure function of the seed and of what it is for (client id, paymentRequestId, how
many came before), never of the order in which parallel calls arrive.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mock_alipay.clock.clocks import GATEWAY_ZONE

IdKind = Literal["payment", "capture", "refund"]

_KINDS: Mapping[IdKind, str] = {
    "payment": "1940108001001",
    "capture": "1940108070001",
    "refund": "1940108013001",
}
"""Digits that follow the date, by what the id is of (OLDSDK mocks, OAS samples)."""


@dataclass(frozen=True, slots=True)
class SessionSecrets:
    """A session's opaque parts: its id of 64 base64 characters, its data's first part of 88."""

    id: str
    data: str


class IdGenerator:
    """Makes up what a real gateway would draw at random."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def session(self, client_id: str, payment_request_id: str, nth: int) -> SessionSecrets:
        """The nth session of a payment; both parts share their first 32 bytes, as PAGE's sample does."""
        drawn = self._draw(96, "session", client_id, payment_request_id, nth)
        shared, tail, rest = drawn[:32], drawn[32:48], drawn[48:80]
        return SessionSecrets(base64.b64encode(shared + tail).decode(), base64.b64encode(shared + rest).decode())

    def transaction_id(self, kind: IdKind, moment: datetime, *purpose: str | int) -> str:
        """A paymentId, captureId or refundId: 35 characters, the date first, as in the documented samples."""
        drawn = int.from_bytes(self._draw(16, "id", kind, *purpose), "big") % 10**14
        return f"{moment.astimezone(GATEWAY_ZONE):%Y%m%d}{_KINDS[kind]}{drawn:014}"

    def between(self, low: float, high: float, *purpose: str | int) -> float:
        """A number from ``low`` to ``high``."""
        share = int.from_bytes(self._draw(8, "between", *purpose), "big") / 2**64
        return low + (high - low) * share

    def _draw(self, size: int, *purpose: str | int) -> bytes:
        return hashlib.shake_256(repr((self._seed, *purpose)).encode()).digest(size)
