"""Fixtures of tests in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.buyer import Buyer
from tests.browser.chromium import started
from tests.browser.merchant import Merchant
from tests.live import Live
from tests.shop import Shop, open_shop

NewBuyer = Callable[..., Buyer]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process. Its event loop ends with the package: other tests need their own."""
    with started() as browser:
        yield browser


@pytest.fixture(scope="session")
def shop() -> Iterator[Shop]:
    """One shop for all tests of a process; each merchant has its own paths."""
    with open_shop() as shop:
        yield shop


@pytest.fixture
def merchant(gateway: Live, shop: Shop, request: pytest.FixtureRequest) -> Iterator[Merchant]:
    """A merchant whose client id is made of the names of the module and the test."""
    name = f"SANDBOX_{request.node.path.stem}_{request.node.name}"
    with Merchant(gateway, shop, re.sub(r"\W+", "_", name)[:100]) as merchant:
        yield merchant


@pytest.fixture
def new_buyer(browser: Browser, merchant: Merchant) -> Iterator[NewBuyer]:
    """Open browsers for this test, with options of Playwright's contexts. At its end none may have a complaint."""
    buyers: list[Buyer] = []

    def new(**options: Any) -> Buyer:
        buyers.append(Buyer(browser, merchant, **options))
        return buyers[-1]

    yield new
    for buyer in buyers:
        buyer.context.close()
    assert "" == "\n".join(complaint for buyer in buyers for complaint in buyer.complaints)


@pytest.fixture
def buyer(new_buyer: NewBuyer) -> Buyer:
    """A browser with default options."""
    return new_buyer()
