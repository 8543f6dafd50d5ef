"""Notifications with every attempt to deliver them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple

from mock_alipay.journal.calls import Readers, fitting
from mock_alipay.journal.faults import NotificationFault

NotificationStatus = Literal["PENDING", "ACCEPTED", "GIVEN_UP", "DROPPED", "REFUSED"]
"""``PENDING``: will be sent, or sent again; ``GIVEN_UP``: never acknowledged, and no attempt is left; ``DROPPED``: the
scenario keeps it back; ``REFUSED``: there is no URL for it, or one that the gateway does not send to, or it could not
be composed."""

_OVERHEAD = 2_000
"""About what a notification's own objects take, in bytes; an attempt takes half of it."""


class Attempt(NamedTuple):
    """One delivery, and what came of it."""

    time: datetime
    """By the client's clock; what stands in ``request-time`` unless that is real."""
    http_status: int | None
    """None when no answer came."""
    answer: bytes
    """The beginning of the answer's body."""
    complaint: str | None
    """Why it does not count as acknowledged; None when it does."""
    took: float
    """Seconds of real time."""
    by_hand: bool = False
    forbidden: bool = False
    """Whether nothing may be sent there at all."""
    headers: Mapping[str, str] = MappingProxyType({})
    """Those that went out, the signature's among them."""


class Notification(NamedTuple):
    """A message to a merchant."""

    id: str
    client_id: str
    family: str
    name: str
    """Its name within the family."""
    id_field: str
    request_id: str | None
    created: datetime
    """By the client's clock."""
    url: str | None
    body: bytes
    status: NotificationStatus = "PENDING"
    due: datetime | None = None
    """When the next attempt is made, or may be made at the earliest while it waits; None when no attempt is left."""
    waits_for: str | None = None
    """What has to be sent for the same aggregate before it; None once that has been."""
    fault: NotificationFault | None = None
    scenario: str | None = None
    before_reply: bool = False
    """Whether it is sent before the reply to the call that causes it."""
    problem: str | None = None
    """Why it is not sent at all."""
    attempts: tuple[Attempt, ...] = ()

    @property
    def number(self) -> int:
        """Ids count up; this is the count."""
        return int(self.id)

    @property
    def key(self) -> tuple[str, str, str]:
        """What is delivered one after the other: the notifications of one aggregate, whose key this is."""
        return self.client_id, self.family, self.request_id or f"notification {self.id}"

    @property
    def held(self) -> bool:
        """Whether it waits for another notification."""
        return self.status == "PENDING" and self.waits_for is not None

    @property
    def handled(self) -> bool:
        """Whether the merchant has been told, or will not be."""
        return bool(self.attempts) or self.status != "PENDING"

    @property
    def size(self) -> int:
        """Bytes that it holds, roughly."""
        answers = sum(len(attempt.answer) + _OVERHEAD // 2 for attempt in self.attempts)
        return len(self.body) + len(self.url or "") + answers + _OVERHEAD


FILTERS: Readers = {
    "clientId": lambda n: n.client_id,
    "family": lambda n: n.family,
    "notification": lambda n: n.name,
    "status": lambda n: n.status,
    "scenario": lambda n: n.scenario,
}
"""What a notification can be looked up by, beside the ``id_field`` of its family."""


def wanted(filters: Mapping[str, str]) -> Callable[[Notification], bool]:
    """A predicate on notifications: all ``filters`` must fit."""
    return fitting(FILTERS, filters)
