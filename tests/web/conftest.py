"""What tests of the edge share."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from mock_alipay.contracts.contract import Contract
from tests.live import Answer, Live, live, sample
from tests.shop import Shop, open_shop
from tests.web.asking import PATIENCE, Driver, Overtaken


@pytest.fixture
def client_id() -> str:
    """A client id that no other test uses."""
    return f"C-{uuid.uuid4()}"


@pytest.fixture(scope="module")
def closing() -> Iterator[Callable[[ExitStack], None]]:
    """Ends gateways while the next test runs, as a server takes a moment to stop; all have ended with the module."""
    with ThreadPoolExecutor(4) as threads:
        ends: list[Future[None]] = []
        yield lambda gateway: ends.append(threads.submit(gateway.close))
        for end in ends:
            end.result(PATIENCE)


@pytest.fixture
def own(closing: Callable[[ExitStack], None]) -> Iterator[Live]:
    """A gateway of the test's own, for what concerns all client ids."""
    gateway = ExitStack()
    yield gateway.enter_context(live())
    closing(gateway)


@pytest.fixture(scope="module")
def own_quiet() -> Iterator[Live]:
    """A gateway on which nothing is ever loaded."""
    with live() as running:
        yield running


@pytest.fixture
def slow_call(own: Live, monkeypatch: pytest.MonkeyPatch) -> Overtaken:
    """Calls of client id A to the gateway of the test's own that others overtake: their bodies take long to check."""
    check = Contract.check

    @contextlib.contextmanager
    def overtaken() -> Iterator[Future[Answer]]:
        come, go_on = threading.Event(), threading.Event()

        def slow(contract: Contract, endpoint: str, body: bytes) -> dict[str, Any]:
            if b'"slow"' in body:
                come.set()
                go_on.wait(PATIENCE)
            return check(contract, endpoint, body)

        monkeypatch.setattr(Contract, "check", slow)
        with ThreadPoolExecutor(1) as threads:
            answer = threads.submit(own.create, sample("slow", padding="x" * 20_000), client_id="A")
            try:
                assert come.wait(PATIENCE)
                yield answer
            finally:
                go_on.set()

    return overtaken


@pytest.fixture(scope="session")
def shop() -> Iterator[Shop]:
    """A shop that all tests of a process share: each has a path of its own."""
    with open_shop() as shop:
        yield shop


@pytest.fixture
def path() -> str:
    """A path of the shop that no other test uses, with a query as some have it."""
    return f"/{uuid.uuid4().hex}?shop=1"


@pytest.fixture
def driver(gateway: Live, shop: Shop, path: str, client_id: str) -> Driver:
    """Payments of one client id at the gateway that all share."""
    return Driver(gateway, shop, path, client_id)
