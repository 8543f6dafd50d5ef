"""Notifications and their delivery attempts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple

from mock_alipay.journal.calls import Readers, fitting
from mock_alipay.journal.faults import NotificationFault

NotificationStatus = Literal["PENDING", "ACCEPTED", "GIVEN_UP", "DROPPED", "REFUSED"]
"""``PENDING``: an attempt is due; ``GIVEN_UP``: never acknowledged, and no attempt is left; ``DROPPED``: dropped by the
scenario; ``REFUSED``: it has no URL, its URL is not allowed, or it could not be composed."""

_OVERHEAD = 2_000
"""Approximate bytes of a notification's objects; an attempt takes half of that."""


class Attempt(NamedTuple):
    """A delivery attempt and its outcome."""

    time: datetime
    """By the client id's clock; sent as ``request-time`` unless real request times are configured."""
    http_status: int | None
    """None without a response."""
    answer: bytes
    """The beginning of the response body."""
    complaint: str | None
    """Why the response is not an acknowledgement; None if it is one."""
    took: float
    """Seconds of real time."""
    by_hand: bool = False
    """Whether it is a manual resend."""
    forbidden: bool = False
    """Whether the address is not allowed, so that nothing was sent."""
    headers: Mapping[str, str] = MappingProxyType({})
    """Headers as sent, including the signature."""


class Notification(NamedTuple):
    """A webhook to a merchant."""

    id: str
    client_id: str
    family: str
    name: str
    """Name within the family."""
    id_field: str
    request_id: str | None
    created: datetime
    """By the client id's clock."""
    url: str | None
    body: bytes
    status: NotificationStatus = "PENDING"
    due: datetime | None = None
    """Time of the next attempt, or the earliest time while ``waits_for`` is set; None if no attempt is left."""
    waits_for: str | None = None
    """Name of a notification of the same aggregate that must be sent first; None once it has been sent."""
    fault: NotificationFault | None = None
    scenario: str | None = None
    before_reply: bool = False
    """Whether it is sent before the reply to the call that causes it."""
    problem: str | None = None
    """Why it is never sent."""
    attempts: tuple[Attempt, ...] = ()

    @property
    def number(self) -> int:
        """The id as a number; ids increase by one."""
        return int(self.id)

    @property
    def key(self) -> tuple[str, str, str]:
        """Key of the aggregate; notifications with the same key are delivered one after the other."""
        return self.client_id, self.family, self.request_id or f"notification {self.id}"

    @property
    def held(self) -> bool:
        """Whether it waits for another notification."""
        return self.status == "PENDING" and self.waits_for is not None

    @property
    def handled(self) -> bool:
        """Whether an attempt has been made or none will be."""
        return bool(self.attempts) or self.status != "PENDING"

    @property
    def size(self) -> int:
        """Approximate memory in bytes."""
        answers = sum(len(attempt.answer) + _OVERHEAD // 2 for attempt in self.attempts)
        return len(self.body) + len(self.url or "") + answers + _OVERHEAD


FILTERS: Readers = {
    "clientId": lambda n: n.client_id,
    "family": lambda n: n.family,
    "notification": lambda n: n.name,
    "status": lambda n: n.status,
    "scenario": lambda n: n.scenario,
}
"""Filters for notifications by wire name, in addition to the ``id_field`` of the notification's family."""


def wanted(filters: Mapping[str, str]) -> Callable[[Notification], bool]:
    """A predicate that is true for notifications that match all ``filters``."""
    return fitting(FILTERS, filters)
