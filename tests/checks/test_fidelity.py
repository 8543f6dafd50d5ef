"""The same merchant page before the official SDK, of two versions, and before the drop-in: equal traces.

The unmodified SDK finds the gateway under the hosts of its own pages. Run ``npm ci --prefix tests/browser`` before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from tests.browser import test_cashier_payment, test_checkout_page, test_element
from tests.browser.buyer import Buyer, Checkout
from tests.browser.chromium import hosts, started
from tests.browser.fixtures import merchant
from tests.browser.merchant import Merchant
from tests.browser.outcomes import Row
from tests.live import Live, live
from tests.markdown import PROJECT
from tests.shop import Shop, open_shop

__all__ = ["merchant"]

NEWEST = "1.47.2"
VERSIONS = ["1.12.0", NEWEST]
HOSTS = ["ac.alipay.com", "checkout.antom.com", "imgs-sea-global.alipay.com"]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A gateway with HTTPS."""
    with live(tls_folder=tmp_path_factory.mktemp("home") / "tls") as running:
        yield running


@pytest.fixture(scope="module")
def browser(gateway: Live) -> Iterator[Browser]:
    """A Chromium for which the gateway is at the hosts of the official SDK, which draws a lot to identify it."""
    flags = ("--ignore-certificate-errors", "--disable-3d-apis")
    with started(*flags, mapped=hosts(HOSTS, gateway.config.tls_port)) as browser:
        yield browser


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """A shop that serves the official SDKs."""
    with open_shop() as shop:
        for version in VERSIONS:
            file = PROJECT / f"tests/browser/node_modules/ams-checkout-{version}/dist/umd/ams-checkout.min.js"
            if not file.exists():
                pytest.skip("the official SDK is not installed: npm ci --prefix tests/browser")
            shop.pages[f"/{file.parts[-4]}.js"] = ("text/javascript", file.read_bytes())
        yield shop


@pytest.fixture
def buyer(browser: Browser, merchant: Merchant) -> Iterator[Buyer]:
    """A buyer's browser. What the official SDK writes to the console, and calls elsewhere, is not ours."""
    buyer = Buyer(browser, merchant)
    yield buyer
    buyer.context.close()


def official(version: str) -> str:
    """The script tag of the official SDK."""
    return f'<script src="/ams-checkout-{version}.js"></script>'


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("row", test_cashier_payment.ROWS.values(), ids=test_cashier_payment.ROWS)
def test_amscashierpayment(buyer: Buyer, merchant: Merchant, version: str, row: Row) -> None:
    """The official SDK has the trace that tests/browser requires of the drop-in."""
    test_cashier_payment.play(buyer.shop(official(version)), merchant, row)


@pytest.mark.parametrize("row", test_element.ROWS.values(), ids=test_element.ROWS)
def test_amselement(buyer: Buyer, merchant: Merchant, row: Row) -> None:
    """As above, for AMSElement, which 1.12.0 does not have."""
    test_element.play(buyer.shop(official(NEWEST)), merchant, row)


@pytest.mark.parametrize("steps", test_checkout_page.ROWS)
def test_amscheckoutpage(buyer: Buyer, merchant: Merchant, steps: str) -> None:
    """As above, for AMSCheckoutPage, also of 1.47.2 only. The one known difference: an empty event on a redirect."""
    redirect = [["onEventCallback", {}]]
    test_checkout_page.play(buyer.shop(official(NEWEST)), merchant, steps, redirect=redirect)


EXPORTS = """(blank) => Object.getOwnPropertyNames(window)
    .filter((name) => !blank.includes(name) && /^[A-Z]|Enum$/.test(name)).sort()
    .map((name) => [name, typeof window[name], JSON.stringify(window[name])])"""


def test_the_exports(buyer: Buyer) -> None:
    """The drop-in exports all classes and enums of the official SDK, with the same values."""
    blank = buyer.shop("").page.evaluate("Object.getOwnPropertyNames(window)")
    real, ours = (buyer.shop(head).page.evaluate(EXPORTS, blank) for head in (official(NEWEST), None))
    assert len(real) > 30
    assert [] == [export for export in real if export not in ours]
    assert {"AMSPaymentElement"} == {name for name, *_ in ours} - {name for name, *_ in real}


Calls = list[list[Any]]
MISUSES: dict[str, Calls] = {
    "no session data": [["AMSCashierPayment"], ["mountComponent", {}, "#payment"]],
    "empty session data": [["AMSCashierPayment"], ["createComponent", {"sessionData": ""}]],
    "broken session data": [["AMSCashierPayment"], ["createComponent", {"sessionData": "a&&SG&&111&&!"}]],
    "session data of three parts": [["AMSCashierPayment"], ["createComponent", {"sessionData": "a&&SG&&111"}]],
    "session of an Element": [["AMSCashierPayment"], ["createComponent", {"sessionData": "ELEMENT_PAYMENT"}]],
    "two components": [
        ["AMSCashierPayment"],
        ["createComponent", {"sessionData": "CASHIER_PAYMENT"}],
        ["createComponent", {"sessionData": "CASHIER_PAYMENT"}],
    ],
    "no such place": [["AMSCashierPayment"], ["mountComponent", {"sessionData": "CASHIER_PAYMENT"}, "#nowhere"]],
    "submit before mount": [["AMSCashierPayment"], ["submit", {}]],
    "validate before mount": [["AMSCashierPayment"], ["validateFields"]],
    "callback is no function": [["AMSCashierPayment", {"onError": "log"}]],
    "Element without session data": [["AMSElement"]],
    "no such place for an Element": [
        ["AMSElement", {"sessionData": "ELEMENT_PAYMENT"}],
        ["mount", {"type": "payment"}, "#nowhere"],
    ],
    "Element: submit before mount": [["AMSElement", {"sessionData": "ELEMENT_PAYMENT"}], ["submitPayment"]],
    "Element: validate before mount": [["AMSElement", {"sessionData": "ELEMENT_PAYMENT"}], ["validateFields"]],
    "Element: mount twice": [
        ["AMSElement", {"sessionData": "ELEMENT_PAYMENT"}],
        ["mount", {"type": "payment"}, "#payment"],
        ["mount", {"type": "payment"}, "#payment"],
    ],
    "checkout page without session data": [["AMSCheckoutPage"], ["mountComponent", {}, "#payment"]],
    "no such place for a checkout page": [
        ["AMSCheckoutPage"],
        ["mountComponent", {"sessionData": "CHECKOUT_PAYMENT"}, "#nowhere"],
    ],
}


SESSIONS: dict[str, dict[str, Any]] = {
    "CASHIER_PAYMENT": {},
    "WALLET": {"paymentMethod": {"paymentMethodType": "ALIPAY_CN"}},
    "ELEMENT_PAYMENT": {"scene": "ELEMENT_PAYMENT"},
    "CHECKOUT_PAYMENT": {"scene": "CHECKOUT_PAYMENT"},
}
EXPIRED: dict[str, Calls] = {
    "card": [["AMSCashierPayment"], ["mountComponent", {"sessionData": "CASHIER_PAYMENT"}, "#payment"]],
    "wallet": [["AMSCashierPayment"], ["mountComponent", {"sessionData": "WALLET"}, "#payment"]],
    "Element": [["AMSElement", {"sessionData": "ELEMENT_PAYMENT"}], ["mount", {"type": "payment"}, "#payment"]],
}


def with_sessions(merchant: Merchant, value: Any) -> Any:
    """Calls in which sessions replace the names of their kinds."""
    if isinstance(value, list):
        return [with_sessions(merchant, part) for part in value]
    if isinstance(value, dict) and value.get("sessionData") in SESSIONS:
        return {**value, "sessionData": merchant.session(**SESSIONS[value["sessionData"]]).data}
    return value


_SETTLED = """count => {
    const names = shop.trace.map(([name, value]) => value?.code ?? name);
    const isLoading = names.includes("SDK_START_OF_LOADING") && !names.includes("SDK_END_OF_LOADING");
    const outcome = shop.trace.filter(([name]) => / (resolves|rejects)$/.test(name));
    return outcome.length >= count && !(isLoading && outcome.some(([name]) => name.endsWith("resolves")));
}"""
"""Whether so many calls have their outcomes, and a component that was made has told that it is loaded."""


def make(checkout: Checkout, calls: Calls) -> None:
    """Create a component and call its methods, each when the one before has its outcome."""
    (component, *options), *methods = calls
    checkout.create(component, **(options[0] if options else {}))
    for count, (method, *parameters) in enumerate(methods, 1):
        checkout.call(method, *parameters)
        checkout.page.wait_for_function(_SETTLED, arg=count)


@pytest.mark.parametrize("name", MISUSES)
def test_misuse(buyer: Buyer, merchant: Merchant, name: str) -> None:
    """The drop-in refuses what the official SDK refuses, with the same events and errors."""
    calls = with_sessions(merchant, MISUSES[name])
    real, ours = buyer.shop(official(NEWEST)), buyer.shop()
    make(real, calls)
    make(ours, calls)
    ours.traces(real.trace)


@pytest.mark.parametrize("name", EXPIRED)
def test_an_expired_session(buyer: Buyer, merchant: Merchant, name: str) -> None:
    """A session that has expired before it is mounted."""
    calls = with_sessions(merchant, EXPIRED[name])
    merchant.mock.clock.advance("1h")
    real, ours = buyer.shop(official(NEWEST)), buyer.shop()
    for checkout in (real, ours):
        make(checkout, calls)
        checkout.cashier.state("expired")
    ours.traces(real.trace)


def test_playwright_routes(buyer: Buyer, merchant: Merchant) -> None:
    """Routes for the hosts of the official SDK lead to the gateway as well; they cannot stream, so the page polls."""

    def route(request: Route) -> None:
        path = request.request.url.partition("/")[2].partition("/")[2].partition("/")[2]
        request.fulfill(response=request.fetch(url=f"{merchant.gateway.config.url}/{path}"))

    buyer.context.route(re.compile(rf"^https://({'|'.join(map(re.escape, HOSTS))})/"), route)
    buyer.context.route("**/cashier/sessions/*/events", lambda events: events.abort())
    test_cashier_payment.play(buyer.shop(official(NEWEST)), merchant, test_cashier_payment.ROWS["success"])
