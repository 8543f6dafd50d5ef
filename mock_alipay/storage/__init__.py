"""State that outlives a single call."""

from mock_alipay.storage.aggregates import Aggregate, Aggregates, Key
from mock_alipay.storage.counters import Counters
from mock_alipay.storage.due import DueTimes
from mock_alipay.storage.journal import Journal
from mock_alipay.storage.memory import MemoryStorage
from mock_alipay.storage.rates import RateWindows
from mock_alipay.storage.settings import Settings

__all__ = [
    "Aggregate",
    "Aggregates",
    "Counters",
    "DueTimes",
    "Journal",
    "Key",
    "MemoryStorage",
    "RateWindows",
    "Settings",
]
