"""axe-core finds nothing on the pages. Run ``npm ci --prefix tests/browser`` before."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import started
from tests.browser.dashboard_states import DASHBOARD, fill
from tests.browser.fixtures import NewBuyer, merchant, new_buyer, shop
from tests.browser.merchant import Merchant
from tests.browser.states import STATES
from tests.browser.test_dashboard_live import BEYOND
from tests.live import live
from tests.markdown import PROJECT
from tests.shop import Shop

__all__ = ["merchant", "new_buyer", "shop"]

AXE = PROJECT / "tests/browser/node_modules/axe-core/axe.min.js"
AUDIT = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .map(({id, nodes}) => [id, ...nodes.map((node) => node.html)])"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for these tests: other modules start theirs with other flags."""
    with started() as browser:
        yield browser


@pytest.fixture(autouse=True)
def installed() -> None:
    """Skip where axe-core is not installed."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci --prefix tests/browser")


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
@pytest.mark.parametrize("name", STATES)
def test_the_cashier(new_buyer: NewBuyer, merchant: Merchant, name: str, language: str) -> None:
    """No violation in either theme, and no sideways scrolling on a screen of 320 pixels."""
    buyer = new_buyer(locale=language, viewport={"width": 320, "height": 640})
    page = buyer.context.new_page()
    STATES[name].open(merchant, page)
    assert {"en-US": "en", "zh-CN": "zh-CN"}[language] == page.locator("html").get_attribute("lang")
    page.evaluate(AXE.read_text("utf-8"))
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert [] == page.evaluate(AUDIT), theme
    assert 0 == page.evaluate(SIDEWAYS)
    if name == "unknown session":
        buyer.complaints.clear()  # Chromium reports each 404


WIDTHS = (1280, 768, 390)


def violations(page: Page) -> list[object]:
    """What axe-core finds in both themes at all widths, and whether the page scrolls sideways."""
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


@pytest.mark.parametrize(
    ("name", "language"),
    [
        *((name, "en-US") for name in DASHBOARD),
        *((name, "zh-CN") for name in ("calls", "call, faults", "payment, paid")),
    ],
)
def test_the_dashboard(new_buyer: NewBuyer, merchant: Merchant, name: str, language: str) -> None:
    """No violation in either theme, at the widths of a desk, a tablet and a phone."""
    fill(merchant)
    buyer = new_buyer(locale=language, reduced_motion="reduce")
    page = DASHBOARD[name].open(buyer)
    expect(page.locator("html")).to_have_attribute("lang", {"en-US": "en", "zh-CN": "zh-CN"}[language])
    assert [] == violations(page)
    if "gone" in name:
        buyer.complaints.clear()  # Chromium reports each 404


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_the_dashboard_at_first(new_buyer: NewBuyer, shop: Shop, language: str) -> None:
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
