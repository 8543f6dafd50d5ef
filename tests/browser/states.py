"""Every state of the pages, reached without clicks where that is possible."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.merchant import ORDER, Merchant


def _busy(page: Page) -> None:
    page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")  # no reply
    page.get_by_test_id("fill-pay").click()
    page.get_by_test_id("pay").click()


def _wrong(page: Page) -> None:
    page.get_by_test_id("pay").click()  # an empty form


def _nothing(_: Page) -> None:
    pass


class State:
    """How a page gets into a state: the page, what happens before it opens, and what its buyer does."""

    def __init__(
        self,
        shown: str,
        before: Callable[[Merchant], object] = lambda merchant: None,
        after: Callable[[Page], None] = _nothing,
        page: str = "checkout",
    ) -> None:
        self.shown, self._before, self._after, self._page = shown, before, after, page

    def open(self, merchant: Merchant, page: Page) -> None:
        """Bring a page into this state, for a new session."""
        session = merchant.session(paymentRedirectUrl="tea-house://paid")  # success does not leave
        address = merchant.hosted(session, self._page)
        self._before(merchant)
        page.goto(address)
        page.locator("main[data-state]").wait_for()
        self._after(page)
        page.locator(f"main[data-state={self.shown}]").wait_for()


STATES = {
    "open": State("open"),
    "busy": State("open", after=_busy),
    "wrong form": State("open", after=_wrong),
    "challenge": State("challenge", lambda merchant: merchant.mock.payment(ORDER).challenge()),
    "success": State("success", lambda merchant: merchant.mock.payment(ORDER).pay()),
    "fail": State("fail", lambda merchant: merchant.mock.payment(ORDER).decline()),
    "processing": State("processing", lambda merchant: merchant.mock.payment(ORDER).pending()),
    "expired": State("expired", lambda merchant: merchant.mock.clock.advance("1h")),
    "unknown session": State("expired", lambda merchant: merchant.mock.reset()),
    "wallet": State("open", page="wallet"),
    "wallet, paid": State("success", lambda merchant: merchant.mock.payment(ORDER).pay(), page="wallet"),
}
