"""Ids, session data and random numbers, all derived from one seed.

Each value is a pure function of the seed and of its purpose (client id, paymentRequestId, number of earlier ones), so
it does not depend on the order in which parallel calls arrive.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from mock_alipay.clock.clocks import GATEWAY_ZONE

IdKind = Literal["payment", "capture", "refund"]

_KINDS: Mapping[IdKind, str] = {
    "payment": "1940108001001",
    "capture": "1940108070001",
    "refund": "1940108013001",
}
"""The digits after the date, by kind of id (OLDSDK mocks, OAS samples)."""


class SessionSecrets(NamedTuple):
    """A session's opaque parts: its id (64 base64 characters), and the first part of its data (88 characters)."""

    id: str
    data: str


class IdGenerator:
    """Generates what a real gateway draws at random."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def session(self, client_id: str, payment_request_id: str, nth: int) -> SessionSecrets:
        """The nth session of a payment. Both parts share their first 32 bytes, as in the sample of PAGE."""
        drawn = self._draw(64, "session", client_id, payment_request_id, nth)
        session_id = base64.b64encode(drawn[:32] + drawn[48:])
        return SessionSecrets(session_id.decode(), base64.b64encode(drawn).decode())

    def transaction_id(self, kind: IdKind, moment: datetime, *purpose: str | int) -> str:
        """A paymentId, captureId or refundId: 35 characters that begin with the date, as in the documented samples."""
        drawn = int.from_bytes(self._draw(16, "id", kind, *purpose), "big") % 10**14
        return f"{moment.astimezone(GATEWAY_ZONE):%Y%m%d}{_KINDS[kind]}{drawn:014}"

    def share(self, *purpose: str | int) -> float:
        """A number from 0 to 1, evenly distributed."""
        return int.from_bytes(self._draw(8, "share", *purpose), "big") / 2**64

    def _draw(self, size: int, *purpose: str | int) -> bytes:
        return hashlib.blake2b(repr((self._seed, *purpose)).encode(), digest_size=size).digest()
