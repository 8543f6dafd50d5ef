"""Faults that a scenario injects into replies and notifications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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

NotificationFault = Literal["bad-signature", "no-signature", "wrong-key", "stale-time", "truncate"]
"""What a scenario can do to a notification on its way out."""


@dataclass(frozen=True, slots=True)
class WireFault:
    """A scripted fault; ``status`` is the HTTP status of a ``status`` fault, else 0."""

    kind: WireFaultKind
    status: int = 0
