"""The closed sets of names that the contract, scenarios and payments share."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, NamedTuple

MAX_MESSAGE = 256
"""Characters of ``resultMessage`` (PAGE)."""

TypeMode = Literal["documented", "strict"]
"""Whether documented Booleans and Integers may be native JSON, or strings only."""

RequiredMode = Literal["documented", "observed"]
"""Whether fields that documentation requires and official demos leave out must be there, or may be absent."""

BuyerAction = Literal["pay", "decline", "leave", "pending", "challenge"]
"""What a buyer can do; ``pending``: done, but the outcome is not known yet; ``challenge``: faces 3-D Secure."""

NotificationName = Literal["notifyPayment", "notifyCapture", "notifyRefund"]
"""What the gateway tells a merchant by itself."""


class Act(NamedTuple):
    """Something a buyer does, so long after what happened before it."""

    action: BuyerAction
    after: timedelta = timedelta()
    code: str = ""
    """Why a payment is declined; the empty text for the usual reason."""
