"""Fifty pages at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.buyer import DROP_IN, Checkout
from tests.browser.chromium import started
from tests.browser.fixtures import NewBuyer, merchant, new_buyer, shop
from tests.browser.merchant import Merchant
from tests.browser.outcomes import MOUNTED, PAID, SUCCESSFUL

__all__ = ["merchant", "new_buyer", "shop"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium."""
    with started() as browser:
        yield browser


def test_fifty_pages_lose_no_event(new_buyer: NewBuyer, merchant: Merchant) -> None:
    """Fifty open pages, five in each of ten browser contexts, get each event of their own session."""
    pages: dict[str, Checkout] = {}
    for _ in range(10):
        frames = "".join(f'<iframe src="{merchant.page(DROP_IN.format(merchant.gateway.config.url))}"></iframe>' * 5)
        page = new_buyer().open(merchant.page("", body=frames, path="/frames"))
        for frame in page.main_frame.child_frames:
            order = f"order-{len(pages)}"
            pages[order] = Checkout(page, frame)
            session = merchant.session(paymentRequestId=order)
            pages[order].mount("AMSCashierPayment", session, notRedirectAfterComplete=True)
    for checkout in pages.values():
        checkout.traces(MOUNTED)
    for order in pages:
        merchant.mock.payment(order).pay()
    for checkout in pages.values():
        checkout.traces([*MOUNTED, SUCCESSFUL])
    assert 50 * PAID == merchant.webhooks()
