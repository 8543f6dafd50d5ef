"""The pages and scripts as files."""

from __future__ import annotations

import pytest

from tests.live import Live
from tests.web.asking import problem

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'"
)
PAGES = ["/cashier", "/elements/1/pages/element_payment/index.html", "/checkout-page/pages/payment/index.html"]
ASSETS = {"cashier.js": "text/javascript", "wallet.js": "text/javascript", "cashier.css": "text/css"}
SCRIPTS = ["/sdk/ams-checkout.js", "/sdk/ams-checkout.mjs", "/v2/ams-checkout.js"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_elsewhere_and_can_be_framed(gateway: Live, path: str) -> None:
    """Merchants frame it, so nothing forbids that."""
    answer = gateway.request("GET", path, headers={"sec-fetch-site": "cross-site", "host": "checkout.antom.com"})
    assert (200, "text/html; charset=utf-8", POLICY, "nosniff") == (
        answer.status,
        answer.headers["content-type"],
        answer.headers["content-security-policy"],
        answer.headers["x-content-type-options"],
    )
    assert not {"x-frame-options", "access-control-allow-origin"} & set(answer.headers)


@pytest.mark.parametrize("path", [*PAGES, *SCRIPTS, *(f"/cashier/assets/{name}" for name in ASSETS)])
def test_a_file_is_sent_once(gateway: Live, path: str) -> None:
    """Browsers ask whether it has changed; a HEAD gets the same head."""
    answer = gateway.request("GET", path)
    known = {"if-none-match": answer.headers["etag"]}
    again, head = gateway.request("GET", path, headers=known), gateway.request("HEAD", path)
    assert (200, "no-cache", 304, b"") == (answer.status, answer.headers["cache-control"], again.status, again.raw)
    names = ("etag", "content-type", "content-length")
    assert [answer.headers[name] for name in names] == [head.headers[name] for name in names]


def test_an_unknown_file_is_refused(gateway: Live) -> None:
    """With the names of those that exist; modules are parts of scripts."""
    for name in ("words.js", "..%2Ffiles.py", "%2e%2e", "cashier.html"):
        answer = gateway.request("GET", f"/cashier/assets/{name}")
        assert (404, list(ASSETS)) == (problem(answer)["status"], answer.body.get("known", list(ASSETS)))


@pytest.mark.parametrize("path", SCRIPTS)
def test_every_origin_loads_the_script(gateway: Live, path: str) -> None:
    """Whatever page it comes from."""
    answer = gateway.request("GET", path, headers={"origin": "https://shop.example", "sec-fetch-site": "cross-site"})
    assert (200, "text/javascript; charset=utf-8", "*") == (
        answer.status,
        answer.headers["content-type"],
        answer.headers["access-control-allow-origin"],
    )


def test_what_a_first_paint_needs_is_small(gateway: Live) -> None:
    """Page, stylesheet and script together, before compression."""
    paths = ["/cashier", "/cashier/assets/cashier.css", "/cashier/assets/cashier.js"]
    assert sum(len(gateway.request("GET", path).raw) for path in paths) < 57_000
    assert all(len(gateway.request("GET", path).raw) < 40_000 for path in SCRIPTS)
