"""The dashboard with the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.buyer import Buyer
from tests.browser.dashboard import Dashboard, calls
from tests.browser.fixtures import NewBuyer
from tests.browser.merchant import ORDER, Merchant

FOCUSED = (
    "() => { const at = document.activeElement; return at.ariaLabel || at.dataset.testid || at.textContent.trim(); }"
)


def tab_to(page: Page, name: str, *, back: bool = False) -> None:
    """Press Tab until an element has the focus: its label, test id or text."""
    for _ in range(60):
        if page.evaluate(FOCUSED) == name:
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"Tab does not reach {name}")


def test_the_bar_by_keyboard(buyer: Buyer, merchant: Merchant) -> None:
    """Tab visits views, bar, filter and one row; menus and dialogs open, act and give the focus back."""
    calls(merchant, 3)
    board = Dashboard(buyer).open()
    page = board.page
    for name in (
        "Calls",
        "Payments",
        "Notifications",
        "Scenarios",
        "Client id",
        "Clock",
        "Reset",
        "Language",
        "Theme",
        "Filter",
    ):
        tab_to(page, name)
    page.keyboard.press("Tab")
    expect(board.rows().first).to_be_focused()
    tab_to(page, "Clock", back=True)
    page.keyboard.press("Enter")
    tab_to(page, "+1 h")
    page.keyboard.press("Enter")
    expect(page.locator("button", has_text="Clock")).to_have_text("Clock +1 h")
    page.keyboard.press("Escape")
    tab_to(page, "Reset")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("alertdialog")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(board.button("Reset")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    tab_to(page, "Reset", back=True)
    page.keyboard.press("Space")
    expect(dialog).to_have_count(0)
    expect(board.rows()).to_have_count(0)


def test_a_payment_by_keyboard(buyer: Buyer, merchant: Merchant) -> None:
    """From the first view to a paid order and its notification, without a mouse."""
    merchant.session()
    board = Dashboard(buyer).open()
    page = board.page
    page.keyboard.press("2")
    expect(board.row(ORDER, "payments")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(board.button("Pay")).to_be_visible()
    tab_to(page, "Pay")
    page.keyboard.press("Enter")
    expect(board.entry(f"Payment {ORDER}").get_by_role("heading", level=2)).to_contain_text("SUCCESS")
    page.keyboard.press("Escape")
    expect(board.row(ORDER, "payments")).to_be_focused()
    page.keyboard.press("3")
    expect(board.rows("notifications").first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    tab_to(page, "Send again")
    page.keyboard.press("Enter")
    expect(board.rows("notifications").first).to_contain_text("2 attempts")


def test_the_focus_follows_on_a_phone(new_buyer: NewBuyer, merchant: Merchant) -> None:
    """An entry covers the list and takes the focus; Back gives it to the row."""
    ids = calls(merchant, 3)
    board = Dashboard(new_buyer(viewport={"width": 390, "height": 844})).open()
    board.row(ids[1]).click()
    expect(board.entry(f"Call {ids[1]}")).to_be_focused()
    board.page.keyboard.press("Tab")
    expect(board.link("Back")).to_be_focused()
    board.page.keyboard.press("Enter")
    expect(board.row(ids[1])).to_be_focused()
    box = board.page.get_by_role("navigation", name="Views").bounding_box()
    assert box
    assert 844 == box["y"] + box["height"], "the views are a bar at the bottom"
