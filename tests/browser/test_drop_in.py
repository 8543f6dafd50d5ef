"""The drop-in beyond the tables: other classes, odd options, and what it tells developers."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.buyer import Buyer
from tests.browser.merchant import Merchant
from tests.browser.outcomes import BALANCE, END, MOUNTED, REDIRECT, START, SUCCESSFUL, arrivals, ended


def test_what_happened_is_kept(buyer: Buyer, merchant: Merchant) -> None:
    """__antomMock has the version, and every callback and promise so far as [name, value] pairs."""
    checkout = buyer.shop()
    checkout.mount("AMSCashierPayment", merchant.session())
    checkout.act("decline")
    checkout.traces([*MOUNTED, ended("SDK_PAYMENT_FAIL", BALANCE)])
    version, events = checkout.page.evaluate("[__antomMock.version, __antomMock.events]")
    assert merchant.mock.health() == version
    names = ["onEventCallback", "mountComponent", "onEventCallback", "onEventCallback"]
    assert names == [name.partition(" ")[0] for name, _ in events]


@pytest.mark.parametrize(
    ("component", "scene", "fits"),
    [
        ("AMSCashierPayment", "CHECKOUT_PAYMENT", "AMSCheckoutPage"),
        ("AMSElement", None, "AMSCashierPayment"),
        ("AMSCheckoutPage", "ELEMENT_PAYMENT", "AMSElement"),
    ],
)
def test_a_class_that_does_not_fit(
    buyer: Buyer, merchant: Merchant, component: str, scene: str | None, fits: str
) -> None:
    """A warning names the session's scene and the class that fits."""
    checkout = buyer.shop()
    with checkout.page.expect_console_message(lambda message: message.type == "warning" and fits in message.text):
        checkout.mount(component, merchant.session(scene))
    buyer.complaints.clear()


def rewritten(data: str, change: Callable[[dict[str, Any]], object]) -> str:
    """Session data whose fourth part is changed, as some merchants do."""
    *parts, last = data.split("&&")
    content = json.loads(base64.b64decode(last))
    change(content)
    return "&&".join((*parts, base64.b64encode(json.dumps(content).encode()).decode()))


def test_a_real_session(buyer: Buyer, merchant: Merchant) -> None:
    """A session of the real gateway is refused like broken data, and the console says that this is the mock SDK."""
    checkout = buyer.shop()
    checkout.create("AMSCashierPayment")
    data = rewritten(merchant.session().data, lambda content: content.pop("mock"))
    checkout.call("createComponent", {"sessionData": data})
    message = "Abnormal response data, interface failure, or unsupported payment method"
    failed = {"code": "SDK_CREATEPAYMENT_PARAMETER_ERROR", "message": message}
    checkout.traces([["onError", failed], ["createComponent rejects", failed]])
    assert "mock" in buyer.complaints.pop()


@pytest.mark.parametrize(
    "options",
    [
        {"environment": "production"},
        {"locale": "en"},
        {"locale": ""},
        {"locale": "zh-TW"},
        {"type": "payment", "appearance": {"theme": "night"}},
    ],
)
def test_odd_options_do_no_harm(buyer: Buyer, merchant: Merchant, options: dict[str, Any]) -> None:
    """Undocumented values that merchants pass; an unknown environment is warned of."""
    checkout = buyer.shop()
    checkout.create("AMSCashierPayment", **options)
    checkout.call("mountComponent", {"sessionData": merchant.session().data}, "#payment")
    checkout.traces(MOUNTED)
    language = checkout.cashier.root.locator("html").get_attribute("lang")
    assert ("zh-CN" if options.get("locale") == "zh-TW" else "en") == language
    assert ("environment" in options) == bool(buyer.complaints)
    buyer.complaints.clear()


@pytest.mark.parametrize(
    ("component", "scene", "category", "loading"),
    [
        ("AMSVaulting", "VAULTING", "CARD", True),
        ("AMSEasyPay", "EASY_PAY", "WALLET", False),
        ("AMSAutoDebit", "AUTO_DEBIT", "WALLET", False),
        ("AMSAutoDebitPay", "AUTO_DEBIT_PAY", "WALLET", True),
    ],
)
def test_other_classes(
    buyer: Buyer, merchant: Merchant, component: str, scene: str, category: str, loading: bool
) -> None:
    """They open a pop-up; some fire no events of loading, and AMSVaulting stays in the page after success."""
    config = {"productScene": scene, "paymentMethodCategoryType": category, "productSceneVersion": "1.0"}
    data = rewritten(merchant.session().data, lambda content: content.update(paymentSessionConfig=config))
    checkout = buyer.shop()
    checkout.create(component)
    checkout.call("createComponent", {"sessionData": data})
    checkout.act("fill-pay pay")
    resolved = [["createComponent resolves", "undefined"]]
    loaded = [START, *resolved, END] if loading else resolved
    if component == "AMSVaulting":
        checkout.cashier.state("success")
        checkout.traces([*loaded, SUCCESSFUL])
    else:
        checkout.traces([*loaded, *arrivals(merchant, [SUCCESSFUL, REDIRECT])])


def test_the_older_form_of_the_element(buyer: Buyer, merchant: Merchant) -> None:
    """AMSPaymentElement takes its session when it mounts, and has submitPayment."""
    checkout = buyer.shop()
    checkout.create("AMSPaymentElement")
    checkout.call("mountComponent", {"sessionData": merchant.session("ELEMENT_PAYMENT").data}, "#payment")
    checkout.act("fill-pay submit")
    checkout.page.wait_for_url("**/thanks*")
