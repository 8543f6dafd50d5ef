"""The addresses of the pages, and what is loaded for them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.live import Live, sample
from tests.web.asking import problem
from tests.web.cashier.conftest import Page


@pytest.mark.parametrize(
    "path",
    [
        "/page/antom-web-checkout/src/component-app/CASHIER_PAYMENT_CARD/1.0/index.1.47.2.html",
        "/elements/1.2.3/pages/express_checkout/index.html",
        "/checkout-page/pages/payment/index.html?sessionData=x&lang=en_US&mode=embed",
        "/easysafepay/a/b.html",
        "/cashier?instanceId=1",
    ],
)
def test_the_cashier_has_the_paths_of_the_real_one(gateway: Live, path: str) -> None:
    """Which session it shows is up to the page that frames it."""
    assert b'src="/cashier/assets/cashier.js"' in gateway.request("GET", path).raw


@pytest.mark.parametrize(
    "path", ["/package/ams-checkout/1.13.0/dist/umd/ams-checkout.min.js", "/v2/ams-checkout.js", "/sdk/ams-checkout.js"]
)
def test_the_script_has_the_paths_of_the_real_ones(gateway: Live, path: str) -> None:
    """In any version."""
    assert gateway.request("GET", "/sdk/ams-checkout.js").raw == gateway.request("GET", path).raw


def test_a_page_on_its_own_says_whether_its_session_exists(page: Page) -> None:
    """By its status; the page itself is the same."""
    encoded = page.path.rpartition("/")[2]
    for kind in ("checkout", "wallet"):
        found, unknown = (page.gateway.request("GET", f"/{kind}/{id_}") for id_ in (encoded, "x" * 64))
        assert (200, 404, found.raw) == (found.status, unknown.status, unknown.raw)


def test_the_links_of_replies_lead_to_the_page(gateway: Live) -> None:
    """normalUrl of a hosted session, and that of pay."""
    hosted = gateway.create(sample(productScene="CHECKOUT_PAYMENT")).body["normalUrl"]
    method = {"paymentMethodType": "GCASH"}
    body = {
        **sample(),
        "env": {"terminalType": "WEB"},
        "paymentMethod": method,
        "paymentNotifyUrl": "http://127.0.0.1/",
    }
    paid = gateway.create(body, path="/ams/api/v1/payments/pay").body["normalUrl"]
    for url in (hosted, paid):
        assert url.startswith(f"{gateway.config.url}/checkout/")
        assert 200 == gateway.request("GET", url.removeprefix(gateway.config.url)).status


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/cashier", ["GET"]),
        ("POST", "/checkout/x", ["GET"]),
        ("GET", "/cashier/sessions/x/act", ["POST"]),
        ("DELETE", "/mgw.htm", ["POST", "OPTIONS"]),
    ],
)
def test_another_method_is_refused(gateway: Live, method: str, path: str, allowed: list[str]) -> None:
    """With those that are allowed."""
    answer = gateway.request(method, path)
    assert (405, allowed) == (problem(answer)["status"], answer.body["allowed"])


@pytest.mark.parametrize("path", ["/sdk/other.js", "/v2/", "/cashier/", "/page/antom-web-checkout/x", "/elements/1"])
def test_an_unknown_address_is_refused(gateway: Live, path: str) -> None:
    """With a problem document."""
    assert 404 == problem(gateway.request("GET", path))["status"]


def test_browsers_requests_are_no_calls(own: Live) -> None:
    """The journal is for merchants."""
    for path in ("/cashier", "/checkout/x", "/wallet/x", "/sdk/ams-checkout.js", "/cashier/sessions/x"):
        own.request("GET", path)
    assert [] == own.admin("GET", "/calls").body["calls"]


def test_nothing_of_the_pages_is_loaded_before_it_is_requested() -> None:
    """An app that serves merchants only never imports them."""
    code = (
        "import sys\n"
        "from mock_alipay import create_app\n"
        "create_app()\n"
        "print([name for name in sys.modules if name.startswith('mock_alipay.web.cashier')])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "[]" == ended.stdout.strip()
