"""The dashboard's scenarios, its bar, and what it shows when there is nothing."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.buyer import Buyer
from tests.browser.dashboard import Dashboard, call, call_id, calls
from tests.browser.fixtures import NewBuyer
from tests.browser.merchant import Merchant
from tests.live import live
from tests.shop import Shop


def test_the_scenarios(buyer: Buyer, merchant: Merchant) -> None:
    """All are listed with description and file, and the filter finds them."""
    board = Dashboard(buyer).open("scenarios")
    all_ = merchant.mock.scenarios()
    expect(board.counted).to_have_text(f"{len(all_)} scenarios")
    for words, name in (("502 proxy", "bad-gateway"), ("BAD-GATEWAY", "bad-gateway"), ("pays-late.yaml", "pays-late")):
        board.filter.fill(words)
        row = board.row(name, "scenarios")
        expect(row).to_contain_text(next(each.description for each in all_ if each.name == name))
        expect(row).to_contain_text(f"{name}.yaml")
        expect(board.counted).to_have_text(f"1 of {len(all_)} scenarios")
    board.filter.fill("")
    expect(board.counted).to_have_text(f"{len(all_)} scenarios")


def test_a_scenario_is_played(buyer: Buyer, merchant: Merchant) -> None:
    """For the next call, or until changed, for the client id that is chosen; "Clear" forgets it."""
    board = Dashboard(buyer).open("scenarios", id="card-not-supported")
    now = board.page.get_by_role("region", name="Set now")
    expect(now).to_contain_text("Nothing.")
    board.button("Play for the next call").click()
    expect(now).to_contain_text("set for the next call")
    expect(now).to_contain_text(f"for {merchant.client_id}")
    assert "CARD_NOT_SUPPORTED" == call(merchant, "order-1").code
    expect(now).to_contain_text("Nothing.")
    assert "SUCCESS" == call(merchant, "order-2").code
    board.button("Play until changed").click()
    expect(now).to_contain_text("set until changed")
    expect(board.row("card-not-supported", "scenarios")).to_contain_text("set until changed")
    assert ["CARD_NOT_SUPPORTED"] * 2 == [call(merchant, order).code for order in ("order-3", "order-4")]
    board.button("Clear").click()
    expect(now).to_contain_text("Nothing.")
    assert "SUCCESS" == call(merchant, "order-5").code


def test_the_client_id_filters_all_views(buyer: Buyer, merchant: Merchant) -> None:
    """The combobox names those with calls, payments or keys; what is chosen stays in the address."""
    others = merchant.mock.for_client(f"{merchant.client_id}_2")
    own = call_id(call(merchant, "order-own"))
    foreign = merchant.gateway.create(
        merchant.body(paymentRequestId="order-foreign"), client_id=f"{merchant.client_id}_2"
    )
    try:
        board = Dashboard(buyer, everyone=True).open(q="order-")
        expect(board.row(call_id(foreign))).to_be_visible()
        board.choose("Client id", merchant.client_id)
        expect(board.row(call_id(foreign))).to_have_count(0)
        expect(board.row(own)).to_be_visible()
        board.view("Payments")
        expect(board.rows("payments")).to_have_count(1)
        assert f"clientId={merchant.client_id}" in board.page.url
        board.choose("Client id", f"{merchant.client_id}_2")
        expect(board.row("order-foreign", "payments")).to_be_visible()
        board.page.go_back()
        expect(board.row("order-own", "payments")).to_be_visible()
    finally:
        others.reset()


def test_the_clock(buyer: Buyer, merchant: Merchant) -> None:
    """The button tells how far it is ahead; time, steps, "Freeze" and "Run" are for the client id."""
    board = Dashboard(buyer).open()
    clock = board.page.locator("button", has_text="Clock")
    expect(clock).to_have_text("Clock")
    clock.click()
    expect(board.page.get_by_role("group", name="Clock")).to_contain_text(":")
    for step, ahead in (("+1 min", "+1 min"), ("+1 h", "+1 h 1 min"), ("+25 h", "+26 h 1 min")):
        board.button(step).click()
        expect(clock).to_have_text(f"Clock {ahead}")
    board.button("Freeze").click()
    expect(clock).to_contain_text("frozen")
    frozen = merchant.mock.clock.now()
    assert frozen == merchant.mock.clock.now()
    assert merchant.mock.clock.state.frozen
    assert not merchant.mock.for_client("SANDBOX_of_nobody").clock.state.frozen
    board.button("Run").click()
    expect(clock).not_to_contain_text("frozen")
    board.page.keyboard.press("Escape")
    expect(board.button("Freeze")).to_have_count(0)


def test_reset_asks_once(buyer: Buyer, merchant: Merchant) -> None:
    """It says what will be forgotten; "Cancel" keeps it, "Reset" forgets what is of the client id."""
    calls(merchant, 2)
    board = Dashboard(buyer).open()
    dialog = board.page.get_by_role("alertdialog")
    board.button("Reset").click()
    for words in (merchant.client_id, "2 calls", "2 payments", "0 notifications", "Keys that were added stay."):
        expect(dialog).to_contain_text(words)
    expect(dialog.get_by_role("button")).to_have_text(["Reset", "Cancel"])
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    expect(board.rows()).to_have_count(2)
    board.button("Reset").click()
    dialog.get_by_role("button", name="Reset").click()
    expect(dialog).to_have_count(0)
    expect(board.rows()).to_have_count(0)
    assert 0 == merchant.mock.count()


@pytest.mark.parametrize(("locale", "words", "lang"), [("en-US", "Calls", "en"), ("zh-CN", "调用", "zh-CN")])
def test_language_and_theme_are_kept(new_buyer: NewBuyer, locale: str, words: str, lang: str) -> None:
    """The language is the browser's, then the one chosen; the theme the system's, then the one chosen."""
    board = Dashboard(new_buyer(locale=locale, color_scheme="dark"))
    page, root = board.page, board.page.locator("html")
    page.goto(board.address())
    expect(page.get_by_role("region", name=words, exact=True)).to_be_visible()
    expect(root).to_have_attribute("lang", lang)
    background = "() => getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    name = {"en": "Language", "zh-CN": "语言"}[lang]
    other = {"en": "zh-CN", "zh-CN": "en"}[lang]
    board.choose(name, other)
    expect(root).to_have_attribute("lang", other)
    page.reload()
    expect(root).to_have_attribute("lang", other)
    board.choose({"en": "Theme", "zh-CN": "主题"}[other], "light")
    page.wait_for_function(f"dark => ({background})() !== dark", arg=dark)
    light = page.evaluate(background)
    page.reload()
    board.live.wait_for()
    assert light == page.evaluate(background)


TABLES = """async () => {
    const { TABLES } = await import("/__admin/ui/words.js");
    const shape = (value) => {
        if (typeof value === "function") return `function of ${value.length}`;
        if (Array.isArray(value)) return value.map(shape);
        if (typeof value === "object") {
            return Object.fromEntries(Object.keys(value).sort().map((key) => [key, shape(value[key])]));
        }
        return value === "" ? "empty" : typeof value;
    };
    return Object.values(TABLES).map(shape);
}"""


def test_both_tables_of_words_are_complete(buyer: Buyer) -> None:
    """They have the same keys and parameters, and no text is empty."""
    board = Dashboard(buyer).open()
    english, chinese = board.page.evaluate(TABLES)
    assert english == chinese
    assert '"empty"' not in json.dumps(english)


@pytest.mark.parametrize("view", ["calls", "payments", "notifications", "scenarios"])
def test_chinese_views_have_no_english(new_buyer: NewBuyer, merchant: Merchant, view: str) -> None:
    """No word of the English table's views, fields and buttons is left on the screen."""
    merchant.session()
    board = Dashboard(new_buyer(locale="zh-CN"))
    board.page.goto(board.address(view))
    expect(board.live).to_have_text("实时")
    shown = board.page.locator("body").inner_text()
    assert not {"Calls", "Payments", "Filter", "Reset", "Clock", "expires", "Loading"} & set(shown.split())


def test_an_empty_journal_teaches(new_buyer: NewBuyer, shop: Shop) -> None:
    """Client id, keys, URLs and a command can be copied, and the first call takes their place."""
    with live() as gateway, Merchant(gateway, shop, "SANDBOX_MOCK_MERCHANT") as merchant:
        buyer = new_buyer()
        buyer.merchant, buyer.own = merchant, {merchant.address(""), gateway.config.url}
        board = Dashboard(buyer, everyone=True).open()
        env = merchant.mock.env
        calls_ = board.region()
        for value in (env["clientId"], env["merchantPrivateKey"], env["gatewayPublicKey"], env["url"]):
            expect(calls_.get_by_text(value, exact=True)).to_be_visible()
        expect(calls_.get_by_role("button", name="Copy")).to_have_count(5)
        expect(calls_).to_contain_text(f"mock-alipay call createPaymentSession --url {gateway.config.url}")
        for view, words in (("Payments", "No payments yet"), ("Notifications", "No notifications yet")):
            board.view(view)
            expect(board.page.get_by_text(words)).to_be_visible()
        board.view("Calls")
        calls(merchant, 1)
        expect(board.rows()).to_have_count(1)
        buyer.context.close()


def test_no_matches_tell_the_filter(buyer: Buyer, merchant: Merchant) -> None:
    """Which filter hides all, and "Clear" takes it away."""
    calls(merchant, 1)
    board = Dashboard(buyer).open(q="no-such-order status:F")
    expect(board.region()).to_contain_text("no-such-order status:F")
    board.button("Clear").click()
    expect(board.rows()).to_have_count(1)
    assert "q=" not in board.page.url
