"""The storage implementations that these tests run against; they use only the documented interface."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mock_alipay.storage import MemoryStorage

Make = Callable[..., MemoryStorage]
"""Makes an empty storage; its limits are ``most`` and ``max_bytes``."""


@pytest.fixture(params=[MemoryStorage], ids=["memory"])
def make(request: pytest.FixtureRequest) -> Make:
    """Each implementation."""
    implementation: Make = request.param
    return implementation
