"""The dashboard for everyone: axe-core in every view, and everything by keyboard."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import Page, expect

from tests.browser.buyer import Buyer
from tests.browser.dashboard import Dashboard, calls
from tests.browser.dashboard_states import DASHBOARD, fill
from tests.browser.fixtures import NewBuyer
from tests.browser.merchant import ORDER, Merchant
from tests.browser.test_accessibility import AUDIT, AXE, SIDEWAYS
from tests.browser.test_dashboard_live import BEYOND
from tests.live import live
from tests.shop import Shop

WIDTHS = (1280, 768, 390)


def violations(page: Page) -> list[object]:
    """What axe-core finds in both themes at all widths, and whether the page scrolls sideways."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci --prefix tests/browser")
    page.evaluate(AXE.read_text("utf-8"))
    found: list[object] = []
    for width, theme in itertools.product(WIDTHS, ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")
        found += [(width, theme, each) for each in page.evaluate(AUDIT)]
        if page.evaluate(SIDEWAYS):
            found.append((width, theme, "scrolls sideways"))
    return found


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
@pytest.mark.parametrize("name", DASHBOARD)
def test_axe_finds_nothing(new_buyer: NewBuyer, merchant: Merchant, name: str, language: str) -> None:
    """No violation in either theme, at the widths of a desk, a tablet and a phone."""
    fill(merchant)
    buyer = new_buyer(locale=language, reduced_motion="reduce")
    page = DASHBOARD[name].open(buyer)
    expect(page.locator("html")).to_have_attribute("lang", {"en-US": "en", "zh-CN": "zh-CN"}[language])
    assert [] == violations(page)
    if "gone" in name:
        buyer.complaints.clear()  # Chromium reports each 404


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_axe_finds_nothing_at_first(new_buyer: NewBuyer, shop: Shop, language: str) -> None:
    """Nor in an empty journal, and in the form that asks for the token."""
    with live(BEYOND) as gateway, Merchant(gateway, shop, "SANDBOX_MOCK_MERCHANT") as merchant:
        buyer = new_buyer(locale=language)
        buyer.own.add(gateway.config.url)
        page = buyer.context.new_page()
        page.goto(f"{gateway.config.url}/")
        page.get_by_test_id("token").wait_for()
        assert [] == violations(page)
        page.get_by_test_id("token").fill(str(BEYOND.admin_token))
        page.keyboard.press("Enter")
        page.locator(".first dl").wait_for()
        assert [] == violations(page)
        page.close()
        buyer.complaints[:] = [each for each in buyer.complaints if "401" not in each]  # Chromium reports each 401
        merchant.mock.close()


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
