"""How one notification of a scenario is sent, or is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mock_alipay.contracts.names import bare, family_of
from mock_alipay.journal.faults import NotificationFault
from mock_alipay.scenarios.parsing import At, Fillings, delay, wording


@dataclass(frozen=True, slots=True)
class NotificationStep:
    """What is out of the ordinary with a notification."""

    delay: tuple[float, float] | None = None
    """Seconds, from and to, by the product's clock; None for the usual time."""
    drop: bool = False
    copies: int = 1
    after: str | None = None
    """Held back until one of that name, of the same family, has been sent for the aggregate."""
    before_reply: bool = False
    """Sent before the reply of the call that causes it."""
    result: str | None = None
    message: str | None = None
    set: Fillings = ()
    fault: NotificationFault | None = None


NotificationSteps = Mapping[str, tuple[NotificationStep, ...]]
"""By the ids of notifications."""


def read(name: str, written: Mapping[str, Any], at: At) -> NotificationStep:
    """A notice of the notification with this id; what is wrong with it is told by ``at``, key by key."""
    message, filled = wording(written, at)
    after = bare(written["after"]) if "after" in written else None
    with at("after"):
        if after == bare(name):
            raise ValueError(f"{after} cannot wait for itself")
    return NotificationStep(
        delay=delay(written, at),
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
    """Ids of which each waits for the next and the last for the first, so that none would ever be sent; or none."""
    for name in notification_steps:
        way = [name]
        while (awaited := _awaited(way[-1], notification_steps)) is not None and awaited not in way:
            way.append(awaited)
        if awaited == name and len(way) > 1:
            return way
    return []


def _awaited(name: str, notification_steps: NotificationSteps) -> str | None:
    first = notification_steps.get(name)
    return f"{family_of(name)}/{first[0].after}" if first and first[0].after else None
