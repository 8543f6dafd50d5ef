"""A ``Mock`` of the shared gateway, for a client id of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mock_alipay.client import Mock
from tests.live import Live, letters, sample
from tests.shop import Shop, open_shop

Create = Callable[..., str]


@pytest.fixture
def client_id() -> str:
    """A client id that no other test has."""
    return f"SANDBOX_{letters()}"


@pytest.fixture
def mock(gateway: Live, client_id: str) -> Iterator[Mock]:
    """The shared gateway, for one client id."""
    with Mock(gateway.config.url, client_id=client_id) as mock:
        yield mock


@pytest.fixture(scope="session")
def webhook() -> Iterator[Shop]:
    """A merchant's server that all tests share; each test uses the path ``/{client_id}``."""
    with open_shop() as shop:
        yield shop


@pytest.fixture
def create(gateway: Live, webhook: Shop, client_id: str) -> Create:
    """Creates a session for a wallet payment and returns its paymentRequestId; changes as for ``sample``."""
    wallet = {"paymentMethod": {"paymentMethodType": "ALIPAY_CN"}, "paymentNotifyUrl": webhook.url(f"/{client_id}")}

    def create(payment_request_id: str = "p", **changes: object) -> str:
        reply = gateway.create(sample(payment_request_id, **{**wallet, **changes}), client_id=client_id)
        assert "SUCCESS" == reply.code, reply.message
        return payment_request_id

    return create
