"""What tests of the edge share."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.live import Live, live


@pytest.fixture
def client_id() -> str:
    """A client id that no other test uses."""
    return f"C-{uuid.uuid4()}"


@pytest.fixture
def own() -> Iterator[Live]:
    """A gateway of the test's own, for what concerns all client ids."""
    with live() as running:
        yield running
