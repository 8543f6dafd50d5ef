"""Headers and sizes of what browsers load, text from merchants, and card numbers."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from mock_alipay.journal.events import Event
from mock_alipay.journal.log_lines import json_line, notification_json, notification_text, text_line
from tests.browser.buyer import Buyer, Cashier
from tests.browser.merchant import ORDER, Merchant
from tests.browser.outcomes import PAID
from tests.live import Live

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'"
)
CARD = {
    "Card number": "4054695723100768",
    "Expiry date": "12/39",
    "Security code": "739",
    "Name on card": "Zuzana Nováková",
}
PAGES = ["/cashier", "/checkout/{id}", "/wallet/{id}", "/checkout/unknown", "/wallet/unknown"]
MARKUP = "<img src=x onerror=alert(1)> \"'`&amp; \u202e\u2067תה\u2069 ${{}}"


@pytest.mark.parametrize("page", PAGES)
def test_the_policy_of_pages(gateway: Live, merchant: Merchant, page: str) -> None:
    """The Content-Security-Policy is exactly this, nothing forbids framing, and types are not guessed."""
    answer = gateway.request("GET", page.format(id=merchant.session().quoted))
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert POLICY == headers["content-security-policy"]
    assert "nosniff" == headers["x-content-type-options"]
    assert not {"x-frame-options", "access-control-allow-origin"} & headers.keys()
    assert 404 if page.endswith("unknown") else 200 == answer.status


def test_the_first_paint(buyer: Buyer, merchant: Merchant) -> None:
    """The cashier needs at most 4 requests and 60 kB until it shows the payment."""
    page = buyer.open(merchant.hosted(merchant.session()))
    Cashier(page).state("open")
    loaded = [request for request in buyer.requests if not request.url.endswith("/events")]
    sizes = [request.sizes() for request in loaded]
    assert 4 >= len(loaded), [request.url for request in loaded]
    assert 60_000 >= sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)


@pytest.mark.parametrize("path", ["/sdk/ams-checkout.js", "/sdk/ams-checkout.mjs"])
def test_the_drop_in_is_small(gateway: Live, path: str) -> None:
    """It is smaller than 40 kB, and a browser that has it gets 304."""
    answer = gateway.request("GET", path)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert 40_000 > len(answer.raw)
    assert "*" == headers["access-control-allow-origin"]
    assert 304 == gateway.request("GET", path, headers={"if-none-match": headers["etag"]}).status


@pytest.mark.parametrize("place", ["checkout", "wallet", "frame"])
def test_text_of_merchants_is_text(buyer: Buyer, merchant: Merchant, place: str) -> None:
    """Markup, quotes and right-to-left marks of names and ids are shown as they are."""
    name = MARKUP[:60]
    order = merchant.body()["order"] | {
        "orderDescription": name,
        "merchant": {"referenceMerchantId": name[:32], "merchantName": name},
    }
    session = merchant.session(paymentRequestId=name, order=order)
    if place == "frame":
        checkout = buyer.shop()
        checkout.mount("AMSCashierPayment", session)
        cashier = checkout.cashier
    else:
        cashier = Cashier(buyer.open(merchant.hosted(session, place)))
    cashier.state("open")
    expect(cashier.part("merchant")).to_have_text(name)
    expect(cashier.part("request-id")).to_contain_text(name)
    if place != "wallet":
        expect(cashier.main).to_contain_text(name)
    assert 0 == cashier.root.locator("img").count()


def test_other_addresses_are_shown_as_text(buyer: Buyer, merchant: Merchant) -> None:
    """A paymentRedirectUrl that is neither http nor https is never followed. (The gateway refuses javascript:.)"""
    url = "tea-house://paid?a=<b>"
    page = buyer.open(merchant.hosted(merchant.session(paymentRedirectUrl=url)))
    cashier = Cashier(page)
    cashier.act("fill-pay pay")
    cashier.state("success")
    expect(cashier.main).to_contain_text(url)
    expect(page.locator('a[href^="tea-house:"]')).to_have_count(0)
    assert "/checkout/" in page.url


def test_card_numbers_are_not_kept(buyer: Buyer, merchant: Merchant) -> None:
    """The number is nowhere in journal, log, events, metrics and the view; the other fields never leave the page."""
    gateway, session = merchant.gateway, merchant.session()
    texts: list[str] = []

    def seen(event: Event) -> None:
        if event.kind == "call":
            texts.extend((text_line(event.subject), json_line(event.subject)))
        elif event.kind == "notification":
            texts.extend((notification_text(event.subject), notification_json(event.subject)))
        texts.append(repr(event))

    page = buyer.open(merchant.hosted(session))
    for label, text in CARD.items():
        page.get_by_label(label).fill(text)
    with gateway.components.events.subscribed(seen):
        page.get_by_test_id("pay").click()
        page.wait_for_url("**/thanks*")
        assert PAID == merchant.webhooks()
    admin = ("/calls", "/payments", f"/payments/{ORDER}?clientId={merchant.client_id}", "/notifications", "/metrics")
    texts += [gateway.admin("GET", path).raw.decode() for path in admin]
    texts.append(gateway.request("GET", f"/cashier/sessions/{session.quoted}").raw.decode())
    assert [] == [text for text in texts if CARD["Card number"] in re.sub(r"\D", "", text)]
    sent = [json.loads(request.post_data) for request in buyer.requests if request.post_data]
    assert {"action": "submit", "card": CARD["Card number"]}.items() <= sent[0].items()
    assert {"action", "card", "method"} >= sent[0].keys()
