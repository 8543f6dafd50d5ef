"""Every view, entry and dialog of the dashboard, with something to see in each."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from mock_alipay.client import NotificationStatus
from tests.browser.buyer import Buyer
from tests.browser.dashboard import ROWS, WAIT, call
from tests.browser.merchant import ORDER, Merchant
from tests.shop import ACKNOWLEDGED, FAULTY


def fill(merchant: Merchant) -> None:
    """Calls, payments and notifications of all outcomes."""
    notify = merchant.body()["paymentNotifyUrl"].removeprefix(merchant.shop.url(""))
    merchant.shop.says(notify, FAULTY, ACKNOWLEDGED)
    for number, action in enumerate(("pay", "decline", "pending", "challenge", "leave")):
        call(merchant, f"order-{4700 + number}")
        getattr(merchant.mock.payment(f"order-{4700 + number}"), action)()
    call(merchant, "order-4708", scenario="bad-gateway")
    call(merchant, "order-4709", path="/ams/sandbox/api/v1/payments/cancle")
    merchant.session()
    merchant.mock.payment(ORDER).pay(wait=True)
    amount = {"currency": "USD", "value": 100}
    order = merchant.body()["order"] | {"orderAmount": amount}
    call(merchant, "order-4712", productCode=5, merchantRegon="US", order=order, paymentMethod={})
    merchant.mock.notifications.wait(status="PENDING")
    merchant.mock.scenario("pays-late", times=2)


class View:
    """A view or an entry: how its address is found, and what is done there."""

    def __init__(
        self, view: str, entry: Callable[[Merchant], str] = lambda _: "", do: str = "", more: str = "", shown: str = ""
    ) -> None:
        self._view, self._entry, self._do, self._more, self.shown = view, entry, do, more, shown

    def open(self, buyer: Buyer) -> Page:
        """Open it in a new tab. ``do``: a key, or the selector of a button."""
        merchant, page = buyer.merchant, buyer.context.new_page()
        page.set_default_timeout(WAIT)
        id_ = self._entry(merchant)
        query = f"view={self._view}&clientId={merchant.client_id}{self._more}" + (f"&id={id_}" if id_ else "")
        page.goto(f"{merchant.gateway.config.url}/?{query}")
        expect(page.locator(".live.live")).to_be_visible()
        expect(page.locator(".list")).to_have_attribute("aria-busy", "false")
        if id_:
            expect(page.locator(".entry")).to_have_attribute("aria-busy", "false")
        elif not self._more:
            expect(page.get_by_test_id(ROWS[self._view]).first).to_be_visible()
        if self._do.startswith("."):
            page.locator(self._do).click()
        elif self._do:
            page.keyboard.press(self._do)
        page.locator(self.shown or "main").first.wait_for()
        return page


def _call(place: int) -> Callable[[Merchant], str]:
    return lambda merchant: merchant.mock.calls()[place].id


def _notification(status: NotificationStatus) -> Callable[[Merchant], str]:
    return lambda merchant: merchant.mock.notifications(status=status)[0].id


DASHBOARD = {
    "calls": View("calls"),
    "call, faults": View("calls", _call(0), shown=".say"),
    "call, success": View("calls", _call(1)),
    "call, unknown path": View("calls", _call(2)),
    "call, injected fault": View("calls", _call(3)),
    "call, gone": View("calls", lambda _: "999999999"),
    "no matches": View("calls", more="&q=no-such-order", shown="button >> text=/Clear|清除/"),
    "bad parameter": View("calls", more="&colour=green", shown="[role=alert]"),
    "payments": View("payments"),
    "payment, open": View("payments", lambda _: "order-4704", shown=".joined"),
    "payment, paid": View("payments", lambda _: ORDER),
    "notifications": View("notifications"),
    "notification, accepted": View("notifications", _notification("ACCEPTED")),
    "notification, not accepted": View("notifications", _notification("PENDING")),
    "scenarios": View("scenarios"),
    "scenario": View("scenarios", lambda _: "pays-late"),
    "keys": View("calls", do="?", shown="dialog"),
    "reset": View("calls", do=".tools > .tool >> text=/Reset|重置/", shown="dialog li"),
    "clock": View("calls", do=".tools [popovertarget=clock]", shown="#clock"),
}
