"""The dashboard against strangers: text of merchants, other origins, frames."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.buyer import Buyer
from tests.browser.dashboard import MARKUP, ROWS, Dashboard
from tests.browser.fixtures import NewBuyer
from tests.browser.merchant import Merchant
from tests.live import Live, live, signed_headers
from tests.shop import Answer, Shop

HREF = "javascript:alert(1)//"
SENT = MARKUP[:40]
WATCH = """window.seen = [];
const note = (event) => seen.push([event.type, event.violatedDirective, event.message, event.reason].join(" "));
for (const type of ["securitypolicyviolation", "error", "unhandledrejection"]) addEventListener(type, note, true);
window.alert = (text) => seen.push("alert " + text);"""
STRANGE = """() => {
    const strange = "img, iframe, svg, [onerror], [style*=url], a[href^=javascript i], script:not([type=module])";
    return [...document.querySelectorAll(strange)].map((each) => each.outerHTML);
}"""


@pytest.fixture
def stranger(new_buyer: NewBuyer, shop: Shop) -> Iterator[Buyer]:
    """A browser at a gateway of its own, full of markup."""
    with live() as gateway, Merchant(gateway, shop, f"SANDBOX_{SENT}".replace(",", "")) as merchant:
        buyer = new_buyer()
        buyer.merchant, buyer.own = merchant, {merchant.address(""), gateway.config.url}
        buyer.context.add_init_script(WATCH)
        shop.says(
            "/injected", Answer(500, f"{MARKUP} {HREF}".encode()), Answer(200, json.dumps({MARKUP: MARKUP}).encode())
        )
        fill(gateway, merchant, shop)
        yield buyer
        buyer.context.close()
        asked = [urlsplit(request.url).path for request in buyer.requests]
        assert not [path for path in asked if not path.startswith("/__admin/") and path != "/"]


def fill(gateway: Live, merchant: Merchant, shop: Shop) -> None:
    """Put markup into each field that the dashboard shows."""
    merchant.mock.load(
        "injected",
        {
            "description": f"{MARKUP} {HREF}",
            "createPaymentSession": {"result": "PARAM_ILLEGAL", "message": MARKUP},
        },
    )
    order = merchant.body()["order"] | {
        "orderDescription": f"{MARKUP} {HREF}",
        "merchant": {"referenceMerchantId": SENT[:32], "merchantName": MARKUP},
    }
    body = merchant.body(
        paymentRequestId=SENT,
        order=order,
        paymentNotifyUrl=shop.url("/injected"),
        paymentRedirectUrl="tea://" + quote(HREF),
    )
    strange = {"user-agent": MARKUP, "x-tea": HREF, f"x-{'tea' * 5}": MARKUP}
    how: dict[str, Any] = {"client_id": merchant.client_id}
    assert "SUCCESS" == gateway.create(body, extra=strange, **how).code
    gateway.create(
        {**body, MARKUP: {MARKUP: MARKUP}, "productCode": {MARKUP: 1}, HREF: 5, "paymentRequestId": SENT + "2"},
        extra=strange,
        **how,
    )
    gateway.create({**body, "paymentRequestId": SENT + "3"}, extra={**strange, "mock-scenario": "injected"}, **how)
    gateway.create(MARKUP.encode() * 3, extra={**strange, "mock-scenario": MARKUP}, **how)
    target = "/ams/sandbox/api/v1/payments/" + quote(MARKUP, safe="")
    gateway.request(
        "POST", target, b"{}", {**signed_headers(b"{}", path=target, client_id=merchant.client_id), **strange}
    )
    merchant.mock.payment(SENT).pay(wait=True)
    merchant.mock.clock.advance("PT10M")


def entries(board: Dashboard, view: str) -> Iterator[Locator]:
    """Open all entries of a view, one after another."""
    for entry in board.ids(view)[:12]:
        board.row(entry, view).first.click()
        region = board.page.locator(".entry")
        expect(region).to_have_attribute("aria-busy", "false")
        expect(board.page.get_by_text("Loading", exact=True)).to_have_count(0)
        for summary in board.page.locator("summary").all():
            summary.click()
        for button in board.page.get_by_role("button", name="Show all").all():
            button.click()
        yield region


@pytest.mark.parametrize("view", ROWS)
def test_text_of_strangers_is_text(stranger: Buyer, view: str) -> None:
    """In rows and entries: no script runs, no request leaves, no element appears, the policy reports nothing."""
    board = Dashboard(stranger).open(view, **({"q": "injected"} if view == "scenarios" else {}))
    expect(board.rows(view).first).to_be_visible()
    opened = 0
    for region in entries(board, view):
        opened += 1
        expect(region).to_contain_text(MARKUP if view == "scenarios" else SENT)
        assert [] == board.page.evaluate(STRANGE)
    assert {"calls": 5, "payments": 1, "notifications": 1, "scenarios": 1}[view] <= opened
    expect(board.region(view)).to_contain_text(MARKUP if view == "scenarios" else SENT)
    board.button("Reset").click()
    expect(board.page.get_by_role("alertdialog")).to_contain_text(SENT)
    assert [] == board.page.evaluate(STRANGE)
    assert [] == board.page.evaluate("seen")
    assert [] == stranger.complaints


@pytest.mark.parametrize("name", ["q", "id", "clientId", "view", MARKUP])
def test_the_address_is_a_strangers_text(stranger: Buyer, name: str) -> None:
    """What stands in it is shown as text."""
    for value in (MARKUP, HREF):
        board = Dashboard(stranger, everyone=True)
        view = "payments" if name == "id" else "calls"
        board.page.goto(
            f"{stranger.merchant.gateway.config.url}/?view={view}&{quote(name)}={quote(value)}#{quote(MARKUP)}"
        )
        expect(board.live).to_have_text("Live")
        board.page.locator("main").wait_for()
        assert [] == board.page.evaluate(STRANGE)
        assert [] == board.page.evaluate("seen")
        board.page.close()
    stranger.complaints[:] = [each for each in stranger.complaints if "404" not in each]  # Chromium reports each 404


def test_addresses_are_links_only_to_the_web(stranger: Buyer) -> None:
    """The URL of a webhook is a link that tells no referrer; other schemes are text."""
    board = Dashboard(stranger).open("notifications")
    board.rows("notifications").first.click()
    link = board.page.get_by_role("link", name="/injected")
    expect(link).to_have_attribute("rel", "noreferrer")
    hrefs = board.page.locator("a[href]").evaluate_all("all => all.map((each) => each.protocol)")
    assert {"http:"} == set(hrefs)


def test_the_page_cannot_be_framed(new_buyer: NewBuyer, merchant: Merchant) -> None:
    """Neither by another site nor by its own origin."""
    buyer = new_buyer()
    url = merchant.gateway.config.url
    page = buyer.open(merchant.page("", body=f'<iframe src="{url}/"></iframe><iframe src="{url}/__admin/ui"></iframe>'))
    for frame in page.frames[1:]:
        frame.wait_for_load_state()
        assert 0 == frame.get_by_test_id("live").count()
        assert "chrome-error://" in frame.url
    assert 2 == len(page.frames[1:])
    buyer.complaints.clear()  # Chromium reports each frame


ACTS = """async (url) => {
    const read = (reply) => reply.type === "opaque" ? "opaque" : reply.text();
    const send = (path, options) => fetch(url + path, options).then(read, () => "refused");
    const said = [];
    const paths = ["/__admin/calls", "/", "/__admin/ui/dashboard.js", "/__admin/events"];
    for (const path of paths) said.push(await send(path));
    for (const mode of ["cors", "no-cors"]) {
        const sent = {method: "POST", mode, body: "{}"};
        said.push(await send("/__admin/reset", sent));
        said.push(await send("/__admin/reset", {...sent, headers: {"content-type": "text/plain"}}));
    }
    said.push(await send("/__admin/scenario", {method: "PUT", body: '{"scenario": "pays-late"}'}));
    const form = Object.assign(document.createElement("form"), {method: "post", target: "sink"});
    form.action = url + "/__admin/reset";
    document.body.append(Object.assign(document.createElement("iframe"), {name: "sink"}), form);
    form.submit();
    return said;
}"""


def test_another_origin_can_neither_read_nor_act(new_buyer: NewBuyer, merchant: Merchant) -> None:
    """By requests with or without CORS, and by a form; a link to the page works."""
    buyer = new_buyer()
    merchant.session()
    url = merchant.gateway.config.url
    page = buyer.open(
        merchant.page("", body=f'<a href="{url}/?view=payments&amp;clientId={merchant.client_id}">look</a>')
    )
    said = page.evaluate(ACTS, url)
    assert {"refused", "opaque"} >= set(said), said
    assert ["refused"] * 4 == said[:4]
    page.wait_for_load_state("networkidle")
    assert 1 == len(merchant.mock.payments())
    page.get_by_role("link", name="look").click()
    expect(page.get_by_test_id("payment-row")).to_have_count(1)
    buyer.complaints.clear()  # Chromium reports each refusal
