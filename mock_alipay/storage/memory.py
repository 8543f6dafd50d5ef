"""The storage in the memory of this process."""

from __future__ import annotations

from typing import Any

from mock_alipay.storage.aggregates import Aggregates
from mock_alipay.storage.counters import Counters
from mock_alipay.storage.due import DueTimes
from mock_alipay.storage.journal import Journal
from mock_alipay.storage.marks import Marks
from mock_alipay.storage.rates import RateWindows
from mock_alipay.storage.settings import Settings


class MemoryStorage:
    """The parts of the storage; each component gets the parts that it needs.

    Every method of a part is atomic. Those that read or write shared state are async, so that a storage shared by
    several processes can replace this one; snapshots of settings, new ids and journal entries need no round trip. The
    storage knows keys, versions, sizes and client ids, but no domain types.
    """

    def __init__(self, most: int = 10_000, max_bytes: int = 64 * 1024 * 1024, what: str = "aggregates") -> None:
        """``most`` and ``max_bytes``: the limits of each part; ``what``: the name of aggregates in log messages."""
        self.aggregates: Aggregates[Any] = Aggregates(most, max_bytes, what)
        self.aggregates_due = DueTimes(most)
        self.calls: Journal[Any] = Journal(most, max_bytes)
        self.notifications: Journal[Any] = Journal(most, max_bytes, lambda notification: (notification.key,))
        self.notifications_due = DueTimes(most)
        self.clocks: Settings[Any] = Settings(most)
        self.scenarios: Settings[Any] = Settings(min(most, 1_000), len)
        self.selections: Settings[Any] = Settings(most)
        self.steps = Counters(most)
        self.rates = RateWindows(most)
        self.played_acts = Marks(most)
        self.keys: Settings[Any] = Settings(most, len)

    async def usage(self) -> dict[str, tuple[int, int]]:
        """The number of entries in each part, and its limit."""
        return {
            "aggregates": ((await self.aggregates.held())[0], self.aggregates.most),
            "aggregates_due": (await self.aggregates_due.held(), self.aggregates_due.most),
            "calls": ((await self.calls.held())[0], self.calls.most),
            "notifications": ((await self.notifications.held())[0], self.notifications.most),
            "notifications_due": (await self.notifications_due.held(), self.notifications_due.most),
            "clocks": (await self.clocks.held(), self.clocks.most),
            "loaded_scenarios": (await self.scenarios.held(), self.scenarios.most),
            "selections": (await self.selections.held(), self.selections.most),
            "steps": (await self.steps.held(), self.steps.most),
            "rates": (await self.rates.held(), self.rates.most),
            "played_acts": (await self.played_acts.held(), self.played_acts.most),
            "added_keys": (await self.keys.held(), self.keys.most),
        }
