"""Where payments are kept."""

from mock_alipay.store.memory import MemoryStore

__all__ = ["MemoryStore"]
