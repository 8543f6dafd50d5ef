"""The dashboard's events: restart, hidden tabs, many tabs, a burst, and the token."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mock_alipay.config.config import Config
from mock_alipay.testing.background import running
from tests.browser.buyer import Buyer
from tests.browser.dashboard import Dashboard, calls
from tests.browser.fixtures import NewBuyer
from tests.browser.merchant import Merchant
from tests.live import Live, live

TOKEN = "a-long-token-of-a-test"
BEYOND = Config(host="0.0.0.0", admin_token=TOKEN, seed=1)
HIDE = """hidden => {
    Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
    Object.defineProperty(document, "visibilityState", {configurable: true, get: () => hidden ? "hidden" : "visible"});
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def hide(page: Page) -> None:
    """Tell a page that it is hidden, and wait until its stream of events is closed."""
    with page.expect_event("requestfailed", lambda request: "/__admin/events" in request.url):
        page.evaluate(HIDE, True)


def at(gateway: Any, buyer: Buyer, merchant: Merchant) -> Merchant:
    """Move a browser to another gateway; the merchant there."""
    buyer.own.add(gateway.config.url)
    buyer.merchant = Merchant(Live(gateway.config, gateway.components, None), merchant.shop, merchant.client_id)
    return buyer.merchant


def test_a_restart(buyer: Buyer, merchant: Merchant) -> None:
    """The page says "Reconnecting", and then shows the new run without a reload."""
    config = Config(seed=1, port=0, tls_port=None)
    with running(config) as gateway:
        first = at(gateway, buyer, merchant)
        old = calls(first, 3)
        board = Dashboard(buyer).open(id=old[2])
        expect(board.rows()).to_have_count(3)
        board.page.evaluate("window.same = true")
    expect(board.live).to_have_text("Reconnecting")
    expect(board.rows()).to_have_count(3)
    with running(dataclasses.replace(config, port=gateway.config.port)) as again:
        second = at(again, buyer, merchant)
        new = calls(second, 1, start=71)
        expect(board.live).to_have_text("Live")
        expect(board.rows()).to_have_count(1)
        expect(board.row(new[0])).to_contain_text("order-71")
        expect(board.page.get_by_text(f"Call {old[2]} is no longer in the journal")).to_be_visible()
        assert board.page.evaluate("window.same")
        new += calls(second, 1, start=72)
        expect(board.rows().first).to_have_attribute("data-id", new[1])
        board.page.close()
        first.mock.close()
        second.mock.close()
    buyer.complaints.clear()  # Chromium reports connections that are refused, and the 404


def test_a_hidden_tab(buyer: Buyer, merchant: Merchant) -> None:
    """It is "Paused", without a connection; when it is shown again it has what happened meanwhile."""
    board = Dashboard(buyer).open()
    hide(board.page)
    expect(board.live).to_have_text("Paused")
    new = calls(merchant, 3)
    merchant.mock.wait(count=3)
    expect(board.rows()).to_have_count(0)
    board.page.evaluate(HIDE, False)
    expect(board.live).to_have_text("Live")
    expect(board.rows()).to_have_count(3)
    assert new[::-1] == board.ids()


def test_seven_tabs(buyer: Buyer, merchant: Merchant) -> None:
    """Browsers allow six connections to a host: hidden tabs have none, and the seventh works as the first does."""
    tabs: list[Dashboard] = []
    for _ in range(7):
        for board in tabs[-1:]:
            hide(board.page)
        tabs.append(Dashboard(buyer).open())
    new = calls(merchant, 2)
    expect(tabs[6].rows()).to_have_count(2)
    tabs[6].row(new[0]).click()
    expect(tabs[6].entry(f"Call {new[0]}")).to_have_attribute("aria-busy", "false")
    hide(tabs[6].page)
    tabs[0].page.bring_to_front()
    tabs[0].page.evaluate(HIDE, False)
    expect(tabs[0].live).to_have_text("Live")
    expect(tabs[0].rows()).to_have_count(2)


def test_a_burst_loses_nothing(buyer: Buyer, merchant: Merchant) -> None:
    """After 400 calls as fast as they go, each has its row."""
    board = Dashboard(buyer).open()
    new = calls(merchant, 400)
    expect(board.counted).to_have_text("400 calls")
    expect(board.rows().first).to_have_attribute("data-id", new[-1])
    seen: set[str] = set()
    for place in range(0, 400 * 60, 600):
        board.page.evaluate("top => { document.querySelector('.scroll').scrollTop = top; }", place)
        for row in (place // 60, place // 60 + 9):
            expect(board.row(new[-1 - row])).to_be_attached()
        seen |= set(board.ids())
    assert set(new) == seen


def test_a_gap_is_asked_anew(buyer: Buyer, merchant: Merchant) -> None:
    """What happened while the connection was lost is shown when it is back."""
    board = Dashboard(buyer).open()
    buyer.context.set_offline(True)
    hide(board.page)
    board.page.evaluate(HIDE, False)
    expect(board.live).to_have_text("Reconnecting")
    new = calls(merchant, 2)
    buyer.context.set_offline(False)
    expect(board.live).to_have_text("Live")
    expect(board.rows()).to_have_count(2)
    assert new[::-1] == board.ids()
    buyer.complaints.clear()  # Chromium reports that it is offline


@pytest.fixture
def guarded(new_buyer: NewBuyer, merchant: Merchant) -> Any:
    """A browser and a merchant at a gateway that asks for a token."""
    with live(BEYOND) as gateway:
        buyer = new_buyer()
        at(gateway, buyer, merchant)
        yield buyer
        buyer.context.close()
        buyer.merchant.mock.close()
        buyer.complaints[:] = [each for each in buyer.complaints if "401" not in each]  # Chromium reports each 401


def test_the_token_of_the_printed_line(guarded: Buyer) -> None:
    """It is taken out of the address at once, kept for this tab only, and never sent as a part of an address."""
    (new,) = calls(guarded.merchant, 1)
    board = Dashboard(guarded)
    board.page.goto(f"{board.address()}#token={TOKEN}")
    board.ready()
    expect(board.row(new)).to_be_visible()
    assert TOKEN not in board.page.evaluate("location.href + history.length + JSON.stringify(localStorage)")
    board.page.reload()
    board.ready()
    expect(board.row(new)).to_be_visible()
    assert not [request.url for request in guarded.requests if TOKEN in request.url]
    other = Dashboard(guarded)
    other.page.goto(board.address())
    expect(other.page.get_by_test_id("token")).to_be_visible()


def test_the_page_asks_for_the_token(guarded: Buyer) -> None:
    """A wrong token is refused in the form; with the right one everything works, acts, too."""
    (new,) = calls(guarded.merchant, 1)
    board = Dashboard(guarded)
    board.page.goto(board.address(id=new))
    field = board.page.get_by_label("Admin token")
    expect(field).to_be_focused()
    expect(board.page.get_by_test_id("token")).to_have_attribute("type", "password")
    expect(board.row(new)).to_have_count(0)
    board.page.keyboard.type("wrong")
    board.page.keyboard.press("Enter")
    expect(board.page.get_by_role("alert").filter(has_text="does not accept")).to_be_visible()
    field.fill(TOKEN)
    board.page.keyboard.press("Enter")
    board.ready()
    expect(board.entry(f"Call {new}")).to_contain_text("createPaymentSession")
    board.page.goto(board.address("payments", id="order-1"))
    board.button("Pay").click()
    expect(board.entry("Payment order-1")).to_contain_text("SUCCESS")
