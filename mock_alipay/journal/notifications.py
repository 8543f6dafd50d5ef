"""Notifications with every attempt to deliver them, bounded by count and by bytes."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple

from mock_alipay.journal.calls import Readers, fitting
from mock_alipay.journal.faults import NotificationFault
from mock_alipay.storage.bounded import Bounded

logger = logging.getLogger("mock_alipay")

MAX_NOTIFICATIONS = 10_000
MAX_BYTES = 64 * 1024 * 1024

NotificationStatus = Literal["PENDING", "ACCEPTED", "GIVEN_UP", "DROPPED", "REFUSED"]
"""``PENDING``: will be sent, or sent again; ``GIVEN_UP``: never acknowledged, and no attempt is left; ``DROPPED``: the
scenario keeps it back; ``REFUSED``: there is no URL for it, or one that the gateway does not send to."""

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


class NotificationJournal(Bounded[Notification]):
    """The latest notifications; the oldest make room for new ones."""

    def __init__(self, max_notifications: int = MAX_NOTIFICATIONS, max_bytes: int = MAX_BYTES) -> None:
        super().__init__(max_notifications, max_bytes, lambda one: (one.key,))
        self._numbers = itertools.count(1)
        self._warned = False

    def next_id(self) -> str:
        """An id for a notification."""
        return str(next(self._numbers))

    def keep(self, notification: Notification) -> list[Notification]:
        """Add a notification, or put it in place of what it was before; those that had to make room for it."""
        gone = self.put(notification.id, notification, notification.size)
        if not self._warned and any(one.status == "PENDING" for one in gone):
            self._warned = True
            logger.warning(
                "more than %d notifications, or %d MiB of them: the oldest are forgotten, delivered or not",
                self.most,
                self.max_bytes // 2**20,
            )
        return gone

    def newest_first(self, fits: Callable[[Notification], bool], *, after: int = 0) -> Iterator[Notification]:
        """The notifications that ``fits`` picks; ``after``: with an id greater than this."""
        return filter(fits, itertools.takewhile(lambda n: n.number > after, reversed(self)))
