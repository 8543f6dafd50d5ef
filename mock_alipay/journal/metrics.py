"""Counts calls and notifications since the start of the process."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection

from mock_alipay.journal.calls import CallRecord
from mock_alipay.journal.events import Event
from mock_alipay.journal.notifications import Notification

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Upper bounds of the histogram in seconds; a call takes about 1 ms, on a busy machine some tens of ms."""

OTHER = "other"
MAX_UNDOCUMENTED = 1_000
MAX_CODE_LENGTH = 64
"""Scenarios can set arbitrary result codes; undocumented codes beyond these limits are counted as ``OTHER``."""

Endpoint = tuple[str | None, str | None]
"""Family and name; None if the call reached no endpoint."""

CallKey = tuple[str | None, str | None, str | None, int | None]
"""Family and name of the endpoint, result code, HTTP status; None where the call has none."""


class Metrics:
    """Counters; they never decrease, and a reset does not clear them."""

    def __init__(self, codes: Collection[str] = ()) -> None:
        """``codes`` are the documented result codes, which are always counted separately."""
        self._codes = frozenset([*codes, None])
        self._undocumented = 0
        self.calls: Counter[CallKey] = Counter()
        self.durations: defaultdict[Endpoint, list[int]] = defaultdict(lambda: [0] * (len(BOUNDS) + 1))
        """Calls per endpoint and bucket, not cumulative; the last bucket is above all bounds."""
        self.seconds: defaultdict[Endpoint, float] = defaultdict(float)
        """Total duration of an endpoint's calls, without scripted delays."""
        self.attempts: Counter[tuple[str, str]] = Counter()
        """Delivery attempts by notification name and outcome, "accepted" or "not accepted"."""
        self.notifications: Counter[tuple[str, str]] = Counter()
        """Notifications that reached a final status, by name and status."""

    def record(self, event: Event) -> None:
        """Count a call or a notification; ignores other events."""
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
        """The key under which a new undocumented code is counted."""
        family, endpoint, code, status = key
        if self._undocumented >= MAX_UNDOCUMENTED or len(code or "") > MAX_CODE_LENGTH:
            return family, endpoint, OTHER, status
        self._undocumented += 1
        return key

    def _notification(self, notification: Notification) -> None:
        name, status = notification.name, notification.status
        last = notification.attempts[-1] if notification.attempts else None
        accepted = last is not None and last.complaint is None
        final = status != "PENDING"
        if any(attempt.complaint is None for attempt in notification.attempts[:-1]):
            # Counted at its first acknowledgement, whichever attempts end later: resends, or one that was in progress.
            final = False
        elif last is not None and last.by_hand:
            # A notification with a final status can be resent manually; only its acknowledgement is another end.
            final = accepted
        elif status == "DROPPED":
            last = None  # withdrawn without another attempt
        if last is not None and not last.forbidden:
            self.attempts[name, "accepted" if accepted else "not accepted"] += 1
        if final:
            self.notifications[name, status] += 1
