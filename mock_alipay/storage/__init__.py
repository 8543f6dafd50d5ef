"""Where payments are kept."""

from mock_alipay.storage.aggregates import MemoryStore

__all__ = ["MemoryStore"]
