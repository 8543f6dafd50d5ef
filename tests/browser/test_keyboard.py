"""The cashier page with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.buyer import Buyer, Cashier
from tests.browser.merchant import Merchant
from tests.browser.outcomes import CANCEL, END, START

FOCUSED = """() => document.activeElement.labels?.[0]?.textContent.trim() || document.activeElement.dataset.testid"""
ORDER_OF_TABS = [
    *("fill-pay", "fill-decline", "fill-challenge"),
    *("Card number", "Expiry date", "Security code", "Name on card", "pay"),
    *("decline-reason", "decline", "pending", "cancel"),
]
CARD = [("Card number", "4054695723100768"), ("Expiry date", "1239"), ("Security code", "123")]


def press(page: Page, target: str, keys: str) -> None:
    """Tab to an element, by its label or test id, and type."""
    for _ in range(2 * len(ORDER_OF_TABS)):
        if target == page.evaluate(FOCUSED):
            break
        page.keyboard.press("Tab")
    assert target == page.evaluate(FOCUSED)
    for key in {"down": ["ArrowDown"], "escape": ["Escape"]}.get(keys, list(keys)):
        page.keyboard.press({"\n": "Enter"}.get(key, key))


def test_tab_follows_the_reading_order(buyer: Buyer, merchant: Merchant) -> None:
    """The Tab key visits everything once, from top to bottom."""
    page = buyer.open(merchant.hosted(merchant.session()))
    Cashier(page).state("open")
    visited = []
    for _ in ORDER_OF_TABS:
        page.keyboard.press("Tab")
        visited.append(page.evaluate(FOCUSED))
    assert ORDER_OF_TABS == visited


FLOWS = {
    "pays, typing": ([*CARD, ("Name on card", "A Buyer\n")], None),
    "pays, with a test card": ([("fill-pay", " "), ("pay", "\n")], None),
    "declines": ([("decline-reason", "down"), ("decline", "\n")], "fail"),
    "leaves it pending": ([("pending", "\n")], "processing"),
    "cancels": ([("cancel", "\n")], None),
    "passes the check": ([("fill-challenge", " "), ("pay", "\n"), ("One-time code", "123456\n")], None),
    "leaves the check": ([("fill-challenge", " "), ("pay", "\n"), ("challenge-cancel", "\n")], "open"),
}


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_by_keyboard(buyer: Buyer, merchant: Merchant, name: str) -> None:
    """Every outcome can be reached without a mouse; paid and cancelled payments return to the shop."""
    steps, state = FLOWS[name]
    page = buyer.open(merchant.hosted(merchant.session()))
    Cashier(page).state("open")
    for target, keys in steps:
        if target in ("One-time code", "challenge-cancel"):
            Cashier(page).state("challenge")
        press(page, target, keys)
    if state:
        Cashier(page).state(state)
    else:
        page.wait_for_url(merchant.address(merchant.thanks))


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        (("Card number", "4054695723100769"), "Card number", "Card number: "),
        (("Expiry date", "1339"), "Expiry date", "Expiry date: month 13 does not exist."),
        (("Security code", "99"), "Security code", "Security code: "),
    ],
)
def test_focus_goes_to_the_first_wrong_field(
    buyer: Buyer, merchant: Merchant, wrong: tuple[str, str], field: str, message: str
) -> None:
    """The alert says what is wrong, and the field is marked and described by its error."""
    page = buyer.open(merchant.hosted(merchant.session()))
    page.get_by_test_id("fill-pay").click()
    page.get_by_label(wrong[0]).fill(wrong[1])
    page.get_by_test_id("pay").click()
    expect(page.get_by_test_id("error")).to_contain_text(message)
    expect(page.get_by_label(field)).to_be_focused()
    expect(page.get_by_label(field)).to_have_attribute("aria-invalid", "true")
    assert page.get_by_label(field).get_attribute("aria-describedby")


def test_the_pop_up_keeps_the_focus(buyer: Buyer, merchant: Merchant) -> None:
    """Focus moves into the dialog, stays in it, and returns to the merchant's page when Escape closes it."""
    checkout = buyer.shop()
    page = checkout.page
    page.evaluate("document.querySelector('main').append(Object.assign(document.createElement('button'), {id: 'buy'}))")
    page.locator("#buy").focus()
    checkout.create("AMSCashierPayment")
    checkout.call("createComponent", {"sessionData": merchant.session().data})
    checkout.cashier.state("open")
    for key in ["Tab"] * 16 + ["Shift+Tab"] * 16:
        page.wait_for_function("document.activeElement.closest('[role=dialog]')")  # focus changes process
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    expect(page.locator("#buy")).to_be_focused()
    checkout.traces([START, ["createComponent resolves", "undefined"], END, ["onClose", {}], CANCEL])
