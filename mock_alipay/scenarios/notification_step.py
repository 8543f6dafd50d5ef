"""How a scenario sends one notification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mock_alipay.contracts.names import bare, family_of
from mock_alipay.journal.faults import NotificationFault
from mock_alipay.scenarios.delay import Delay
from mock_alipay.scenarios.parsing import At, Fillings, delay_of_notification, wording


@dataclass(frozen=True, slots=True)
class NotificationStep:
    """Changes to one notification; the defaults change nothing."""

    delay: Delay | None = None
    """By the gateway's clock; None for the default delay."""
    drop: bool = False
    copies: int = 1
    after: str | None = None
    """The notification is held back until one of this name, of the same family, was sent for the aggregate."""
    before_reply: bool = False
    """Sent before the reply to the call that causes it."""
    result: str | None = None
    message: str | None = None
    set: Fillings = ()
    fault: NotificationFault | None = None


NotificationSteps = Mapping[str, tuple[NotificationStep, ...]]
"""By the ids of notifications."""


def read(name: str, written: Mapping[str, Any], at: At) -> NotificationStep:
    """Parse one step of the notification with this id; ``at`` collects the problems of each key."""
    message, filled = wording(written, at)
    after = bare(written["after"]) if "after" in written else None
    with at("after"):
        if after == bare(name):
            raise ValueError(f"{after} cannot wait for itself")
    return NotificationStep(
        delay=delay_of_notification(written, at),
        drop=written.get("drop", False),
        copies=written.get("duplicate", 1),
        after=after,
        before_reply="before" in written,
        result=written.get("result"),
        message=message,
        set=filled,
        fault=written.get("fault"),
    )


def circle(notification_steps: NotificationSteps) -> list[str]:
    """Ids that wait for each other in a circle, so that none would ever be sent; an empty list if there is none."""
    for name in notification_steps:
        chain = [name]
        while (awaited := _awaited(chain[-1], notification_steps)) is not None and awaited not in chain:
            chain.append(awaited)
        if awaited == name and len(chain) > 1:
            return chain
    return []


def _awaited(name: str, notification_steps: NotificationSteps) -> str | None:
    first = notification_steps.get(name)
    return f"{family_of(name)}/{first[0].after}" if first and first[0].after else None
