"""Ids, session data and chance: all from one seed, so the same seed gives the same.

Everything is a pure function of the seed and of what it is for (client id, paymentRequestId, how
many came before), never of the order in which parallel calls arrive.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionSecrets:
    """A session's opaque parts: its id of 64 base64 characters, its data's first part of 88."""

    id: str
    data: str


class Invent:
    """Makes up what a real gateway would draw at random."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def session(self, client_id: str, payment_request_id: str, nth: int) -> SessionSecrets:
        """The nth session of a payment; both parts share their first 32 bytes, as PAGE's sample does."""
        drawn = self._draw(96, "session", client_id, payment_request_id, nth)
        shared, tail, rest = drawn[:32], drawn[32:48], drawn[48:80]
        return SessionSecrets(base64.b64encode(shared + tail).decode(), base64.b64encode(shared + rest).decode())

    def between(self, low: float, high: float, *purpose: str | int) -> float:
        """A number from ``low`` to ``high``."""
        share = int.from_bytes(self._draw(8, "between", *purpose), "big") / 2**64
        return low + (high - low) * share

    def noise(self, size: int, *purpose: str | int) -> bytes:
        """Bytes that mean nothing."""
        return self._draw(size, "noise", *purpose)

    def _draw(self, size: int, *purpose: str | int) -> bytes:
        return hashlib.shake_256(repr((self._seed, *purpose)).encode()).digest(size)
