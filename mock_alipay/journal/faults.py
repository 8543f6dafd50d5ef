"""Faults that scenarios inject into replies and notifications."""

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
"""Faults that can be injected into a reply."""

NotificationFault = Literal["bad-signature", "no-signature", "wrong-key", "stale-time", "truncate"]
"""Faults that can be injected into a notification."""


@dataclass(frozen=True, slots=True)
class WireFault:
    """An injected fault; ``status`` is the HTTP status of a ``status`` fault, otherwise 0."""

    kind: WireFaultKind
    status: int = 0
