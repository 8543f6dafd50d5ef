"""Many tabs, double clicks, a gateway that stops, and sessions that do not exist."""

from __future__ import annotations

import dataclasses

import pytest
from playwright.sync_api import Browser, expect

from mock_alipay.config.config import Config
from mock_alipay.testing.background import running
from tests.browser.buyer import Buyer, Cashier
from tests.browser.merchant import ORDER, Merchant
from tests.browser.outcomes import BALANCE, MOUNTED, ended
from tests.live import Live, live
from tests.shop import Shop


def test_seven_tabs_of_one_browser(buyer: Buyer, merchant: Merchant) -> None:
    """Chromium opens six connections to a host: a seventh tab works all the same."""
    session = merchant.session()
    pages = [Cashier(buyer.open(merchant.hosted(session))) for _ in range(7)]
    for page in pages:
        page.state("open")
    pages[-1].act("decline")
    for page in pages:
        page.state("fail")


def test_two_tabs(buyer: Buyer, merchant: Merchant) -> None:
    """The first act wins; the other tab shows the outcome and fires no event of its own."""
    session = merchant.session()
    first, second = buyer.shop(), buyer.shop()
    for checkout in (first, second):
        checkout.mount("AMSCashierPayment", session, notRedirectAfterComplete=True)
        checkout.traces(MOUNTED)
    first.act("decline")
    second.cashier.state("fail")
    expect(second.cashier.part("pay")).to_have_count(0)
    first.traces([*MOUNTED, ended("SDK_PAYMENT_FAIL", BALANCE)])
    second.traces(MOUNTED)
    assert [BALANCE] == merchant.webhooks()


@pytest.mark.parametrize("button", ["pay", "decline", "pending"])
def test_a_double_click(buyer: Buyer, merchant: Merchant, button: str) -> None:
    """A double click acts once."""
    checkout = buyer.shop()
    checkout.mount("AMSCashierPayment", merchant.session(), notRedirectAfterComplete=True)
    checkout.act("fill-pay")
    checkout.cashier.part(button).dblclick()
    expect(checkout.cashier.main).not_to_have_attribute("data-state", "open")
    assert 1 == sum(request.url.endswith("/act") for request in buyer.requests)
    assert len(MOUNTED) + 1 == len(checkout.trace)


def test_a_gateway_that_stops(browser: Browser, shop: Shop) -> None:
    """The page says so in words. When the gateway is back with the same session, the page takes up again by itself."""
    config = Config(seed=4711)
    with live(config) as first:
        merchant = Merchant(first, shop, "SANDBOX_stops")
        session = merchant.session()
        page = Buyer(browser, merchant).open(merchant.hosted(session))
        Cashier(page).state("open")
        merchant.mock.close()
    expect(Cashier(page).main).to_contain_text("The gateway does not answer.")
    restarted = dataclasses.replace(config, port=first.config.port, tls_port=None)
    with (
        running(restarted) as second,
        Merchant(Live(second.config, second.components, None), shop, "SANDBOX_stops") as merchant,
    ):
        assert session.id == merchant.session().id  # the seed decides it
        merchant.mock.payment(ORDER).decline()
        Cashier(page).state("fail")
        page.context.close()


@pytest.mark.parametrize("path", ["/checkout/unknown", "/wallet/unknown", "/checkout/%3Cb%3E%2F..%2F"])
def test_an_unknown_session(buyer: Buyer, merchant: Merchant, path: str) -> None:
    """The page says that it does not know the session, in words."""
    page = buyer.context.new_page()
    response = page.goto(merchant.gateway.config.url + path)
    assert response
    assert 404 == response.status
    expect(page.get_by_role("heading")).to_contain_text("session")
    buyer.complaints.clear()  # Chromium reports each 404


def test_a_session_that_is_reset(buyer: Buyer, merchant: Merchant) -> None:
    """An open page tells that the session is gone."""
    page = buyer.open(merchant.hosted(merchant.session()))
    cashier = Cashier(page)
    cashier.state("open")
    merchant.mock.reset()
    expect(cashier.main).not_to_have_attribute("data-state", "open")
    expect(cashier.part("pay")).to_have_count(0)
    buyer.complaints.clear()
