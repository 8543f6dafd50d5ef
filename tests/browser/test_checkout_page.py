"""AMSCheckoutPage, and the cashier on its own at normalUrl."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.buyer import Buyer, Cashier, Checkout
from tests.browser.merchant import Merchant
from tests.browser.outcomes import BALANCE, CANCEL, PAID, SUCCESSFUL, Webhooks, ended, event

SCENE = "CHECKOUT_PAYMENT"
DECLINED = ended("SDK_PAYMENT_FAIL", BALANCE)
FAILED = [BALANCE]
ROWS: dict[str, tuple[list[Any], bool, Webhooks]] = {
    "fill-pay pay": ([SUCCESSFUL], True, PAID),
    "decline": ([DECLINED], False, FAILED),
    "decline back": ([DECLINED, event("SDK_PAYMENT_CLICK_BACK_TO_MERCHANT")], False, FAILED),
    "cancel": ([CANCEL], False, []),
    "pending": ([], False, []),
    "pay": ([], False, []),
}


def play(checkout: Checkout, merchant: Merchant, steps: str, *, redirect: list[Any]) -> None:
    """Mount the page, do the steps, and compare the trace; ``redirect``: what the SDK fires then."""
    trace, leaves, webhooks = ROWS[steps]
    checkout.create("AMSCheckoutPage")
    checkout.page.locator("#payment").evaluate("(place) => { place.style.height = '800px'; }")
    checkout.call("mountComponent", {"sessionData": merchant.session(SCENE).data}, "#payment")
    mounted = checkout.trace
    checkout.act(steps)
    checkout.traces([*mounted, *trace, *([*redirect, ["page", merchant.thanks]] if leaves else [])])
    assert webhooks == merchant.webhooks()


@pytest.mark.parametrize("steps", ROWS)
def test_an_outcome(buyer: Buyer, merchant: Merchant, steps: str) -> None:
    """It fires four events only, and success goes to paymentRedirectUrl."""
    play(buyer.shop(), merchant, steps, redirect=[])


@pytest.mark.parametrize(
    ("steps", "state", "webhooks"),
    [
        ("fill-pay pay", None, PAID),
        ("cancel", None, []),
        ("decline", "fail", FAILED),
        ("pending", "processing", []),
        ("fill-challenge pay code=123456 challenge-submit", None, PAID),
        ("fill-challenge pay challenge-cancel", "open", []),
        ("pay", "open", []),
    ],
)
def test_the_hosted_page(buyer: Buyer, merchant: Merchant, steps: str, state: str | None, webhooks: Webhooks) -> None:
    """At normalUrl success and cancel return to the shop; the rest stays, with a link to the shop after an outcome."""
    session = merchant.session(SCENE)
    page = buyer.open(session.reply["normalUrl"])
    cashier = Cashier(page)
    cashier.act(steps)
    if state:
        cashier.state(state)
        if state != "open":
            expect(cashier.part("back")).to_have_attribute("href", merchant.address(merchant.thanks))
    else:
        page.wait_for_url(merchant.address(merchant.thanks))
    assert webhooks == merchant.webhooks()


def test_a_page_that_pay_leads_to(buyer: Buyer, merchant: Merchant) -> None:
    """The normalUrl of pay is the page of that payment."""
    body = merchant.body() | {"paymentMethod": {"paymentMethodType": "ALIPAY_CN"}, "env": {"terminalType": "WEB"}}
    del body["paymentFactor"]
    answer = merchant.gateway.create(body, path="/ams/sandbox/api/v1/payments/pay", client_id=merchant.client_id)
    page = buyer.open(answer.body["normalUrl"])
    Cashier(page).act("pay")
    page.wait_for_url("**/wallet/*")
    page.get_by_test_id("pay").click()
    page.wait_for_url(merchant.address(merchant.thanks))
    assert PAID == merchant.webhooks()
