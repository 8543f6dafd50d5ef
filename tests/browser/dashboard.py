"""The dashboard in a watched browser, driven by roles, labels and test ids."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from mock_alipay.client import Mock
from tests.browser.buyer import Buyer
from tests.browser.merchant import Merchant
from tests.live import Answer

ROWS = {
    "calls": "call-row",
    "payments": "payment-row",
    "notifications": "notification-row",
    "scenarios": "scenario-row",
}
VIEWS = {"calls": "Calls", "payments": "Payments", "notifications": "Notifications", "scenarios": "Scenarios"}
MARKUP = "<img/src=x/onerror=alert(1)><script>alert(1)</script>\"'`&amp;"
WAIT = 20_000
expect.set_options(timeout=WAIT)  # tests of other processes need the processor, too


class Dashboard:
    """A tab with the dashboard, of the client id of a merchant or of all (``everyone``)."""

    def __init__(self, buyer: Buyer, *, everyone: bool = False) -> None:
        self.buyer, self.merchant = buyer, buyer.merchant
        self.client_id = None if everyone else self.merchant.client_id
        self.page: Page = buyer.context.new_page()
        self.page.set_default_timeout(WAIT)

    def address(self, view: str = "calls", **parameters: Any) -> str:
        """The address of a view, or of an entry (``id``)."""
        query = {"view": view, **parameters, **({"clientId": self.client_id} if self.client_id else {})}
        return f"{self.merchant.gateway.config.url}/?{urlencode(query)}"

    def open(self, view: str = "calls", **parameters: Any) -> Dashboard:
        """Go to a view, or to an entry (``id``), and wait until it is live and loaded."""
        self.page.goto(self.address(view, **parameters))
        self.ready(view)
        return self

    def ready(self, view: str = "calls") -> None:
        """Wait until the page is live and its list is loaded."""
        expect(self.live).to_have_text("Live")
        expect(self.region(view)).to_have_attribute("aria-busy", "false")

    @property
    def live(self) -> Locator:
        """The word that says whether the page is live."""
        return self.page.get_by_test_id("live")

    @property
    def filter(self) -> Locator:
        """The field of the filter."""
        return self.page.get_by_role("searchbox", name="Filter")

    @property
    def counted(self) -> Locator:
        """How many rows there are."""
        return self.page.get_by_test_id("counted")

    def region(self, view: str = "calls") -> Locator:
        """The region of a view."""
        return self.page.get_by_role("region", name=VIEWS[view], exact=True)

    def rows(self, view: str = "calls") -> Locator:
        """The rows of a view, in their order."""
        return self.region(view).get_by_test_id(ROWS[view])

    def row(self, entry: str, view: str = "calls") -> Locator:
        """The row of an entry."""
        return self.page.locator(f"[data-testid={ROWS[view]}][data-id={json.dumps(entry)}]")

    def entry(self, name: str) -> Locator:
        """The region of an entry, such as "Call 12"."""
        return self.page.get_by_role("region", name=name, exact=True)

    def button(self, name: str) -> Locator:
        """A button by its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        """A link by its name."""
        return self.page.get_by_role("link", name=name, exact=True)

    def view(self, name: str) -> None:
        """Go to a view by its link."""
        self.page.get_by_role("navigation", name="Views").get_by_role("link", name=name).click()

    def choose(self, name: str, value: str) -> None:
        """Choose in a combobox of the bar."""
        self.page.get_by_role("combobox", name=name, exact=True).select_option(value)

    def ids(self, view: str = "calls") -> list[str]:
        """The ids of the rows, from top to bottom."""
        return [row.get_attribute("data-id") or "" for row in self.rows(view).all()]

    def faults(self) -> list[tuple[str, str, str]]:
        """Of each fault of the entry: data-path, the line above it, and its words."""
        script = """all => all.map((each) => {
            let line = each;
            while (!line.classList.contains("line")) line = line.previousElementSibling;
            return [each.dataset.path, line.textContent.trim(), each.textContent.trim()]; })"""
        found: list[list[str]] = self.page.get_by_test_id("fault").evaluate_all(script)
        return [(path, line, text) for path, line, text in found]


def call(merchant: Merchant, order_id: str, *, scenario: str | None = None, path: str = "", **changes: Any) -> Answer:
    """A createPaymentSession by a merchant, whatever its result; ``path``: another address."""
    how = {"path": path} if path else {}
    extra = {"mock-scenario": scenario} if scenario else {}
    body = merchant.body(paymentRequestId=order_id, **changes)
    return merchant.gateway.create(body, extra=extra, client_id=merchant.client_id, **how)


def calls(merchant: Merchant, count: int, start: int = 1) -> list[str]:
    """The ids of so many successful calls, oldest first."""
    return [call_id(call(merchant, f"order-{number}")) for number in range(start, start + count)]


def call_id(answer: Answer) -> str:
    """The id of a call in the journal."""
    return answer.headers["mock-call-id"]


def notification_ids(mock: Mock) -> list[str]:
    """The ids of the notifications of a client id, oldest first."""
    return [each.id for each in reversed(mock.notifications())]
