"""The ways in which a merchant's page gets the drop-in in place of the official SDK."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.buyer import Buyer, Checkout
from tests.browser.chromium import hosts, launched
from tests.browser.fixtures import NewBuyer
from tests.browser.merchant import Merchant
from tests.browser.outcomes import MOUNTED, REDIRECT, SUCCESSFUL, arrivals
from tests.live import live
from tests.shop import Shop

SCRIPTS = {
    "https://js.antom.com": "/v2/ams-checkout.js",
    "https://sdk.marmot-cloud.com": "/package/ams-checkout/1.13.0/dist/umd/ams-checkout.min.js",
}
CDN = [f'<script src="{origin}{path}"></script>' for origin, path in SCRIPTS.items()]
PATTERN = re.compile(r"/ams-checkout(\.min)?\.js")  # what merchants write


def pays(checkout: Checkout, merchant: Merchant) -> None:
    """The page pays with a card."""
    checkout.mount("AMSCashierPayment", merchant.session())
    checkout.act("fill-pay pay")
    checkout.traces([*MOUNTED, *arrivals(merchant, [SUCCESSFUL, REDIRECT])])


def static(folder: Path, form: str) -> bytes:
    """The file that ``mock-alipay sdk`` writes."""
    file = folder / "ams-checkout"
    command = [sys.executable, "-m", "mock_alipay", "sdk", "--format", form, "--out", str(file)]
    subprocess.run(command, timeout=60, check=True)
    return file.read_bytes()


@pytest.mark.parametrize("head", CDN)
def test_playwright_fulfils_the_script(buyer: Buyer, merchant: Merchant, tmp_path: Path, head: str) -> None:
    """The page is unchanged; the static file answers in place of the CDN."""
    body = static(tmp_path, "umd")
    buyer.own.update(SCRIPTS)
    buyer.context.route(PATTERN, lambda route: route.fulfill(content_type="text/javascript", body=body))
    pays(buyer.shop(head), merchant)


@pytest.mark.parametrize("head", CDN)
def test_playwright_redirects_the_script(buyer: Buyer, merchant: Merchant, head: str) -> None:
    """A redirect from the CDN to the gateway works, too."""
    location = {"location": f"{merchant.gateway.config.url}/sdk/ams-checkout.js"}
    buyer.own.update(SCRIPTS)
    buyer.context.route(
        lambda url: url.startswith(tuple(SCRIPTS)), lambda route: route.fulfill(status=302, headers=location)
    )
    pays(buyer.shop(head), merchant)


@pytest.mark.parametrize("path", SCRIPTS.values())
def test_another_origin_and_the_same_path(buyer: Buyer, merchant: Merchant, path: str) -> None:
    """The gateway has the script at the paths of both CDNs."""
    pays(buyer.shop(f'<script src="{merchant.gateway.config.url}{path}"></script>'), merchant)


IMPORT = '<script type="module">import * as sdk from "@alipay/ams-checkout"; shop.exports = sdk;</script>'


@pytest.mark.parametrize("origin", ["gateway", "shop"])
def test_the_npm_package_is_replaced(buyer: Buyer, merchant: Merchant, tmp_path: Path, origin: str) -> None:
    """An import map, like a bundler's alias, leads to the module: at the gateway, or the written file."""
    merchant.shop.pages["/ams-checkout.mjs"] = ("text/javascript", static(tmp_path, "esm"))
    urls = {"gateway": f"{merchant.gateway.config.url}/sdk/ams-checkout.mjs", "shop": "/ams-checkout.mjs"}
    imports = f'{{"imports": {{"@alipay/ams-checkout": "{urls[origin]}"}}}}'
    checkout = buyer.shop(f'<script type="importmap">{imports}</script>{IMPORT}')
    checkout.page.wait_for_function("shop.exports")
    assert checkout.page.evaluate("typeof shop.exports.default === 'function' && !('AMSElement' in window)")
    pays(checkout, merchant)


@pytest.mark.parametrize("head", CDN)
def test_chromium_maps_the_hosts(browser: Browser, shop: Shop, tls_folder: Path, head: str) -> None:
    """Chromium finds the gateway's HTTPS port under the hosts of the CDNs; the page is unchanged."""
    with live(tls_folder=tls_folder) as gateway:
        mapped = hosts((origin.removeprefix("https://") for origin in SCRIPTS), gateway.config.tls_port)
        with (
            launched(browser.browser_type, "--ignore-certificate-errors", mapped=mapped) as other,
            Merchant(gateway, shop, "SANDBOX_mapped") as merchant,
        ):
            buyer = Buyer(other, merchant)
            buyer.own.update(SCRIPTS)
            pays(buyer.shop(head), merchant)
            assert [] == buyer.complaints


def test_a_page_whose_policy_forbids_frames(new_buyer: NewBuyer, merchant: Merchant) -> None:
    """bypassCSP lets the drop-in into a page with a Content-Security-Policy that does not name the gateway."""
    policy = "<meta http-equiv='content-security-policy' content=\"default-src 'self' 'unsafe-inline'\">"
    buyer = new_buyer(bypass_csp=True)
    pays(buyer.shop(f'{policy}<script src="{merchant.gateway.config.url}/sdk/ams-checkout.js"></script>'), merchant)
