"""Counts calls and notifications since the start, for whoever watches a gateway over time."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

from mock_alipay.events import Event
from mock_alipay.journal import Entry
from mock_alipay.post import Notification

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Seconds: a call takes about a millisecond, on a busy machine some tens of them."""

NONE = "none"
"""In place of a word that a call or its reply does not have."""

OTHER = "other"
MOST_CODES = 1_000
"""Scenarios may set codes of their own, as many as there are calls; beyond these all count as ``OTHER``."""


@dataclass(slots=True)
class Latency:
    """How long calls took, the scripted delay not counted."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    """Calls up to each bound and above the one before; the last are those above all."""
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """Take a call in."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


class Tally:
    """What has been counted; nothing is ever taken back, by a reset neither."""

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, str, str]] = Counter()
        """By endpoint, result code and HTTP status."""
        self.latencies: dict[str, Latency] = {}
        """By endpoint."""
        self.notifications: Counter[tuple[str, str]] = Counter()
        """By name and by what came of an attempt: the status that it left."""

    def hear(self, event: Event) -> None:
        """Count a call or a notification."""
        if event.kind == "call":
            self._call(event.subject)
        elif event.kind == "notification":
            self._notification(event.subject)

    def _call(self, entry: Entry) -> None:
        endpoint = entry.endpoint or NONE
        key = (endpoint, entry.result_code or NONE, str(entry.http_status or NONE))
        if len(self.calls) >= MOST_CODES and key not in self.calls:
            key = (endpoint, OTHER, key[2])
        self.calls[key] += 1
        latency = self.latencies.get(endpoint)
        if latency is None:
            latency = self.latencies[endpoint] = Latency()
        latency.add(entry.took)

    def _notification(self, notification: Notification) -> None:
        self.notifications[notification.name, notification.status] += 1
