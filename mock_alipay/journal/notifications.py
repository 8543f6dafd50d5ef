"""Notifications with every attempt to deliver them, bounded by count and by bytes."""

from __future__ import annotations

import itertools
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple

from mock_alipay.journal.calls import Readers, fitting
from mock_alipay.journal.faults import NotificationFault

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
    "notification": lambda n: n.name,
    "status": lambda n: n.status,
    "scenario": lambda n: n.scenario,
}
"""What a notification can be looked up by, beside the ``id_field`` of its family."""


def wanted(filters: Mapping[str, str]) -> Callable[[Notification], bool]:
    """A predicate on notifications: all ``filters`` must fit."""
    return fitting(FILTERS, filters)


class NotificationJournal:
    """The latest notifications; the oldest make room for new ones."""

    def __init__(self, max_notifications: int = MAX_NOTIFICATIONS, max_bytes: int = MAX_BYTES) -> None:
        self._max_notifications = max_notifications
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, Notification] = OrderedDict()
        self._together: dict[tuple[str, str, str], list[str]] = {}
        """For each aggregate the ids of its notifications, the oldest first."""
        self._numbers = itertools.count(1)
        self._warned = False

    def next_id(self) -> str:
        """An id for a notification."""
        return str(next(self._numbers))

    def keep(self, notification: Notification) -> list[Notification]:
        """Add a notification, or put it in place of what it was before; those that had to make room for it."""
        before = self._kept.get(notification.id)
        self._bytes += notification.size - (before.size if before else 0)
        self._kept[notification.id] = notification
        if before is None:
            self._together.setdefault(notification.key, []).append(notification.id)
        gone = []
        while len(self._kept) > self._max_notifications or (self._bytes > self._max_bytes and len(self._kept) > 1):
            gone.append(self._let_go())
        return gone

    @property
    def size(self) -> int:
        """Bytes that all notifications hold, roughly."""
        return self._bytes

    def get(self, notification_id: str) -> Notification | None:
        """The notification with this id, if it is still kept."""
        return self._kept.get(notification_id)

    def together(self, key: tuple[str, str, str]) -> list[Notification]:
        """The notifications of one aggregate, the oldest first."""
        return [self._kept[one] for one in self._together.get(key, ())]

    def newest_first(self, fits: Callable[[Notification], bool], *, after: int = 0) -> Iterator[Notification]:
        """The notifications that ``fits`` picks; ``after``: with an id greater than this."""
        newer = itertools.takewhile(lambda n: n.number > after, reversed(self._kept.values()))
        return filter(fits, newer)

    def forget(self, client_id: str | None = None) -> int:
        """Drop the notifications of one client id or all; how many there were."""
        doomed = [n for n in self._kept.values() if client_id in (None, n.client_id)]
        for notification in doomed:
            self._drop(notification)
        return len(doomed)

    def _drop(self, notification: Notification) -> None:
        del self._kept[notification.id]
        self._bytes -= notification.size
        others = self._together[notification.key]
        others.remove(notification.id)
        if not others:
            del self._together[notification.key]

    def _let_go(self) -> Notification:
        oldest = next(iter(self._kept.values()))
        self._drop(oldest)
        if oldest.status == "PENDING" and not self._warned:
            self._warned = True
            logger.warning(
                "more than %d notifications, or %d MiB of them: the oldest are forgotten, delivered or not",
                self._max_notifications,
                self._max_bytes // 2**20,
            )
        return oldest

    def __iter__(self) -> Iterator[Notification]:
        return iter(self._kept.values())

    def __len__(self) -> int:
        return len(self._kept)
