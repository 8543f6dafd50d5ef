"""What outlives one call: aggregates in a bounded store."""

from mock_alipay.storage.aggregates import Aggregate, MemoryStore

__all__ = ["Aggregate", "MemoryStore"]
