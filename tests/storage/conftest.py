"""The implementations that the contract of the storage holds for.

Tests of the contract ask what is documented only, wait for every answer, and keep what could be written down: an
implementation that several processes share passes them as it is added to these.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mock_alipay.storage import MemoryStorage

Make = Callable[..., MemoryStorage]
"""Makes an empty storage; its bounds are ``most`` and ``max_bytes``."""


@pytest.fixture(params=[MemoryStorage], ids=["memory"])
def make(request: pytest.FixtureRequest) -> Make:
    """Each implementation in turn."""
    found: Make = request.param
    return found
