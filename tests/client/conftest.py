"""A ``Mock`` of the shared gateway, as a client id of the test's own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from mock_alipay.client import Mock
from tests.live import Live


@pytest.fixture
def whom() -> str:
    """A client id that nobody else has."""
    return f"SANDBOX_{uuid.uuid4().hex}"


@pytest.fixture
def mock(gateway: Live, whom: str) -> Iterator[Mock]:
    """The shared gateway in the hands of one client id."""
    with Mock(gateway.config.url, client_id=whom) as mock:
        yield mock
