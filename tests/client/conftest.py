"""A ``Mock`` of the shared gateway, as a client id of the test's own."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

from mock_alipay.client import Mock
from tests.live import Live, sample
from tests.shop import Shop, open_shop


@pytest.fixture
def whom() -> str:
    """A client id that nobody else has."""
    return f"SANDBOX_{uuid.uuid4().hex}"


@pytest.fixture
def mock(gateway: Live, whom: str) -> Iterator[Mock]:
    """The shared gateway in the hands of one client id."""
    with Mock(gateway.config.url, client_id=whom) as mock:
        yield mock


@pytest.fixture(scope="session")
def webhook() -> Iterator[Shop]:
    """A shop that all tests of a process share: each has a path of its own, which ``whom`` makes."""
    with open_shop() as shop:
        yield shop


Open = Callable[..., str]


@pytest.fixture
def opened(gateway: Live, webhook: Shop, whom: str) -> Open:
    """Opens a session that a wallet will pay in, and gives its paymentRequestId; changes as ``sample`` takes them."""

    def create(payment_request_id: str = "p", **changes: object) -> str:
        usual = {"paymentMethod": {"paymentMethodType": "ALIPAY_CN"}, "paymentNotifyUrl": webhook.url(f"/{whom}")}
        answer = gateway.create(sample(payment_request_id, **{**usual, **changes}), client_id=whom)
        assert "SUCCESS" == answer.code, answer.message
        return payment_request_id

    return create
