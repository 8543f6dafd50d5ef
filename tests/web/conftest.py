"""Fixtures of the tests of web/."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from mock_alipay.contracts.contract import Contract
from tests.live import Answer, Live, letters, live, sample
from tests.shop import Shop, open_shop
from tests.web.asking import PATIENCE, Driver, Overtaken, until


@pytest.fixture
def client_id() -> str:
    """A client id that no other test uses."""
    return f"C-{letters()}"


@pytest.fixture(scope="module")
def closing() -> Iterator[Callable[[ExitStack], None]]:
    """Stops gateways in the background while the next tests run; all are stopped when the module ends."""
    with ThreadPoolExecutor(4) as threads:
        ends: list[Future[None]] = []
        yield lambda gateway: ends.append(threads.submit(gateway.close))
        for end in ends:
            end.result(PATIENCE)


@pytest.fixture
def own(closing: Callable[[ExitStack], None]) -> Iterator[Live]:
    """A gateway for one test, for what concerns all client ids."""
    gateway = ExitStack()
    yield gateway.enter_context(live())
    closing(gateway)


@pytest.fixture(scope="module")
def shared() -> Iterator[Live]:
    """A gateway for the tests of a module."""
    with live() as running:
        yield running


@pytest.fixture
def idle(shared: Live) -> Live:
    """The gateway of the module, without listeners and reset."""
    until(lambda: shared.components.events.listeners == 0)
    assert 200 == shared.admin("POST", "/reset").status
    return shared


@pytest.fixture
def slow_call(own: Live, monkeypatch: pytest.MonkeyPatch) -> Overtaken:
    """Makes a call of client id A whose validation takes until the end of a block, so that other calls overtake it."""
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
    """A shop that all tests share: each uses its own path."""
    with open_shop() as shop:
        yield shop


@pytest.fixture
def path() -> str:
    """A path of the shop, with a query, that no other test uses."""
    return f"/{letters()}?shop=1"


@pytest.fixture
def driver(gateway: Live, shop: Shop, path: str, client_id: str) -> Driver:
    """Payments of a client id of the test's own at the shared gateway."""
    return Driver(gateway, shop, path, client_id)
