"""What outlives one call: aggregates in a bounded store."""

from mock_alipay.storage.aggregates import Aggregate, Key, MemoryStore

__all__ = ["Aggregate", "Key", "MemoryStore"]
