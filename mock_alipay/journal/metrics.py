"""Counts calls and notifications since the start, for whoever watches a gateway over time."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection

from mock_alipay.journal.calls import CallRecord
from mock_alipay.journal.events import Event
from mock_alipay.journal.notifications import Notification

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Seconds: a call takes about a millisecond, on a busy machine some tens of them."""

OTHER = "other"
MOST_STRANGE = 1_000
LONGEST_CODE = 64
"""Scenarios may set codes of their own, another for each call and of any length; beyond these all are ``OTHER``."""

Endpoint = tuple[str | None, str | None]
"""Family and name, as far as a call has reached one."""

CallKey = tuple[str | None, str | None, str | None, int | None]
"""Family and name of the endpoint, result code and the HTTP status that is sent, as far as there are any."""


class Metrics:
    """What has been counted; nothing is ever taken back, by a reset neither."""

    def __init__(self, codes: Collection[str] = ()) -> None:
        """``codes``: the documented ones, which are always told apart."""
        self._codes = frozenset([*codes, None])
        self._strange = 0
        self.calls: Counter[CallKey] = Counter()
        self.durations: defaultdict[Endpoint, list[int]] = defaultdict(lambda: [0] * (len(BOUNDS) + 1))
        """For each endpoint, calls up to each bound and above the one before; the last are those above all."""
        self.seconds: defaultdict[Endpoint, float] = defaultdict(float)
        """How long the calls of an endpoint took together, the scripted delay not counted."""
        self.attempts: Counter[tuple[str, str]] = Counter()
        """Attempts to deliver, by notification and by what the merchant made of it."""
        self.notifications: Counter[tuple[str, str]] = Counter()
        """Notifications that came to an end, by name and status; PENDING is none."""

    def record(self, event: Event) -> None:
        """Count a call or a notification."""
        if event.kind == "call":
            self._call(event.subject)
        elif event.kind == "notification":
            self._notification(event.subject)

    def _call(self, entry: CallRecord) -> None:
        key = (entry.family, entry.endpoint, entry.result_code, entry.http_status)
        if key not in self.calls and entry.result_code not in self._codes:
            key = self._bounded(key)
        self.calls[key] += 1
        endpoint = key[:2]
        self.durations[endpoint][bisect_left(BOUNDS, entry.took)] += 1
        self.seconds[endpoint] += entry.took

    def _bounded(self, key: CallKey) -> CallKey:
        """What a call with a code that is new and not documented counts as."""
        family, endpoint, code, status = key
        if self._strange >= MOST_STRANGE or len(code or "") > LONGEST_CODE:
            return family, endpoint, OTHER, status
        self._strange += 1
        return key

    def _notification(self, notification: Notification) -> None:
        name, status = notification.name, notification.status
        last = notification.attempts[-1] if notification.attempts else None
        accepted = last is not None and last.complaint is None
        ended = status != "PENDING"
        if last is not None and last.by_hand:
            # One that has come to its end is sent by hand, too: of such only the first acceptance is another end.
            ended = accepted and all(attempt.complaint for attempt in notification.attempts[:-1])
        elif status == "DROPPED":
            last = None  # taken back, whatever was sent before
        if last is not None and not last.forbidden:
            self.attempts[name, "accepted" if accepted else "not accepted"] += 1
        if ended:
            self.notifications[name, status] += 1
