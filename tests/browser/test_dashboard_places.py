"""The dashboard's addresses and keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.buyer import Buyer
from tests.browser.dashboard import VIEWS, Dashboard, call, call_id, calls
from tests.browser.fixtures import NewBuyer
from tests.browser.merchant import ORDER, Merchant


def test_both_paths_show_the_page(buyer: Buyer, merchant: Merchant) -> None:
    """Other clients than browsers get the index; nothing of the page enters the journal."""
    gateway, page = merchant.gateway, Dashboard(buyer).page
    before = gateway.admin("GET", "/calls/count").body
    for path in ("/", "/__admin/ui", "/?view=payments", "/__admin/ui?view=payments"):
        page.goto(f"{gateway.config.url}{path}")
        expect(page.get_by_test_id("live")).to_have_text("Live")
        expect(
            page.get_by_role("region", name="Payments" if "payments" in path else "Calls", exact=True)
        ).to_be_visible()
    answer = gateway.request("GET", "/", headers={"accept": "application/json"})
    assert "json" in answer.headers["content-type"]
    assert before == gateway.admin("GET", "/calls/count").body


def test_back_and_reload(buyer: Buyer, merchant: Merchant) -> None:
    """View, entry and filter stand in the address, each entry is a step of Back, and a reload shows the same."""
    first, second = (call_id(call(merchant, order)) for order in ("order-1", "order-2"))
    board = Dashboard(buyer).open()
    page = board.page
    board.filter.fill("order-1")
    expect(board.rows()).to_have_count(1)
    board.row(first).click()
    expect(board.entry(f"Call {first}")).to_be_visible()
    assert {"view=calls", f"id={first}", "q=order-1"} <= set(page.url.partition("?")[2].split("&"))
    page.reload()
    board.ready()
    expect(board.entry(f"Call {first}")).to_be_visible()
    expect(board.filter).to_have_value("order-1")
    expect(board.rows()).to_have_count(1)
    board.view("Payments")
    board.row("order-2", "payments").click()
    expect(board.entry("Payment order-2")).to_be_visible()
    for region in ("Payments", f"Call {first}"):
        page.go_back()
        expect(board.entry(region)).to_be_visible()
    page.go_back()
    expect(board.entry(f"Call {first}")).to_have_count(0)
    page.go_forward()
    expect(board.entry(f"Call {first}")).to_be_visible()
    assert second not in page.url


@pytest.mark.parametrize("view", VIEWS)
def test_an_address_opens_an_entry(buyer: Buyer, merchant: Merchant, view: str) -> None:
    """A link leads to the same entry in a new tab."""
    merchant.session()
    merchant.mock.payment(ORDER).pay(wait=True)
    ids = {
        "calls": merchant.mock.calls()[0].id,
        "payments": ORDER,
        "notifications": merchant.mock.notifications()[0].id,
        "scenarios": "bad-gateway",
    }
    board = Dashboard(buyer).open(view, id=ids[view])
    expect(board.entry(f"{VIEWS[view][:-1]} {ids[view]}")).to_have_attribute("aria-busy", "false")
    expect(board.row(ids[view], view)).to_have_attribute("aria-current", "true")


@pytest.mark.parametrize(
    ("view", "id_", "words"),
    [
        ("calls", "999999999", "Call 999999999 is no longer in the journal"),
        ("notifications", "999999999", "Notification 999999999 is no longer in the journal"),
        ("payments", "no-such-order", "There is no payment no-such-order"),
        ("scenarios", "no-such-scenario", "There is no scenario no-such-scenario"),
    ],
)
def test_an_entry_that_is_gone(buyer: Buyer, merchant: Merchant, view: str, id_: str, words: str) -> None:
    """It is named, and the list is there."""
    merchant.session()
    board = Dashboard(buyer).open(view, id=id_)
    expect(board.page.get_by_text(words)).to_be_visible()
    if view != "notifications":
        expect(board.rows(view).first).to_be_visible()
    buyer.complaints.clear()  # Chromium reports each 404


@pytest.mark.parametrize("bad", ["view=teapots", "id=tea%3Ccup%3E", "clientId=a%20b", "colour=green", "id=1&id=x"])
def test_a_parameter_that_makes_no_sense(buyer: Buyer, merchant: Merchant, bad: str) -> None:
    """A line names it, and the rest works."""
    calls(merchant, 1)
    board = Dashboard(buyer, everyone=True)
    board.page.goto(f"{merchant.gateway.config.url}/?q={ORDER[:6]}&{bad}")
    board.ready()
    name = bad.partition("=")[0]
    expect(board.region().get_by_role("alert").first).to_contain_text(f"The address has {name}=")
    expect(board.rows().first).to_be_visible()
    buyer.complaints.clear()  # "id=1&id=x" opens a call that may not exist: Chromium reports each 404


def test_keys(buyer: Buyer, merchant: Merchant) -> None:
    """j, k and arrows move, Enter opens, Escape goes back to the place, / filters, 1 to 4 change the view, ? helps."""
    ids = calls(merchant, 5)[::-1]
    board = Dashboard(buyer).open()
    press = board.page.keyboard.press
    for key, at in (("j", 0), ("j", 1), ("ArrowDown", 2), ("k", 1), ("ArrowUp", 0), ("ArrowDown", 1)):
        press(key)
        expect(board.row(ids[at])).to_be_focused()
    press("Enter")
    expect(board.entry(f"Call {ids[1]}")).to_be_visible()
    press("Escape")
    expect(board.entry(f"Call {ids[1]}")).to_have_count(0)
    expect(board.row(ids[1])).to_be_focused()
    for key, view in (("2", "Payments"), ("3", "Notifications"), ("4", "Scenarios"), ("1", "Calls")):
        press(key)
        expect(board.entry(view)).to_be_visible()
    press("?")
    dialog = board.page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("next row")
    press("2")
    expect(board.entry("Calls")).to_be_visible()
    press("Escape")
    expect(board.page.locator("dialog")).to_have_count(0)
    press("/")
    expect(board.filter).to_be_focused()


PREVENTED = """([key, modifier]) => !document.body.dispatchEvent(
    new KeyboardEvent("keydown", {key, [modifier]: true, bubbles: true, cancelable: true}))"""


def test_keys_are_text_while_typing(buyer: Buyer, merchant: Merchant) -> None:
    """Nor do they fire with Ctrl, Alt or Meta."""
    calls(merchant, 2)
    board = Dashboard(buyer).open()
    board.filter.press_sequentially("j2?k/")
    expect(board.filter).to_have_value("j2?k/")
    expect(board.entry("Calls")).to_be_visible()
    expect(board.page.get_by_role("dialog")).to_have_count(0)
    board.filter.fill("")
    board.filter.blur()
    for modifier in ("ctrlKey", "altKey", "metaKey"):
        for key in ("2", "j", "/"):
            assert not board.page.evaluate(PREVENTED, [key, modifier]), (modifier, key)
    expect(board.entry("Calls")).to_be_visible()


def test_escape_keeps_the_place(new_buyer: NewBuyer, merchant: Merchant) -> None:
    """After a call far down, the list is where it was, on a phone, too."""
    ids = calls(merchant, 40)[::-1]
    for width in (1280, 390):
        board = Dashboard(new_buyer(viewport={"width": width, "height": 600})).open()
        for _ in range(31):
            board.page.keyboard.press("j")
        board.page.keyboard.press("Enter")
        expect(board.entry(f"Call {ids[30]}")).to_be_visible()
        if width == 390:
            expect(board.row(ids[30])).not_to_be_visible()
            board.link("Back").click()
        else:
            board.page.keyboard.press("Escape")
        expect(board.row(ids[30])).to_be_focused()
        expect(board.row(ids[30])).to_be_in_viewport()
