"""What a function that decides may see: the moment, the payment, and where ids come from."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from mock_alipay.invent import Invent
from mock_alipay.terms import Payment


class Context(NamedTuple):
    """Handed to every endpoint with the checked body; nothing in it can send, wait or roll dice."""

    now: datetime
    client_id: str
    payment: Payment | None
    """What the gateway knows under this call's paymentRequestId."""
    invent: Invent
    base_url: str
    """Where a browser on this machine reaches the gateway."""
    raw: bytes
    """The body as it was sent."""
