"""createPaymentSession as shops send it: ``tests/samples/shops`` has bodies of their shape, with our values.

hosted_without_methods is that of ant-intl/antom-nextjs-template; element_magento that of the Magento 2 plugins
ant-intl/ant-intl-plugin-magento2-core (its two extra fields) and caravanglory/antom-magento2 (no settlementStrategy);
the others follow public code of merchants.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.contracts import load
from tests.driver import Driver
from tests.live import Live

SHOPS = {file.stem: file for file in sorted((Path(__file__).parents[1] / "samples" / "shops").iterdir())}

METHODS = {
    "hosted_without_methods": "CARD",
    "hosted_with_list": "DANA",
    "element_with_saved_methods": "CARD",
    "element_magento": "CARD",
}
"""The payment method that the buyer uses: the first one that is shown, or a card."""


def body_of(shop: str, **changes: Any) -> dict[str, Any]:
    """A shop's body, with some fields changed."""
    return {**json.loads(SHOPS[shop].read_bytes()), **changes}


@pytest.mark.parametrize("shop", SHOPS)
def test_a_shop_s_body_is_accepted_and_paid(shop: str) -> None:
    """It has no unknown field, and the shop reads which payment method the buyer used."""
    contract = load()
    checked = contract.check("payments/createPaymentSession", SHOPS[shop].read_bytes())
    assert [] == contract.unknown("payments/createPaymentSession", checked)
    driver, body = Driver(), body_of(shop)
    assert "SUCCESS" == driver.code("createPaymentSession", body)
    driver.act(body["paymentRequestId"], "pay")
    inquiry = driver.inquiry(body["paymentRequestId"])
    assert ("SUCCESS", METHODS[shop]) == (inquiry["paymentStatus"], inquiry["paymentMethodType"])


@pytest.mark.parametrize("shop", SHOPS)
def test_a_shop_s_body_needs_its_product_scene(gateway: Live, shop: str) -> None:
    """A hosted session has a page on the URL that the shop called; a repeated request gets the same reply."""
    client_id = f"SANDBOX_{shop.upper()}"
    refused = gateway.create(body_of(shop, productScene=None), client_id=client_id)
    assert ("PARAM_ILLEGAL", True) == (refused.code, "productScene" in refused.message)
    first, again = (gateway.create(body_of(shop), client_id=client_id) for _ in range(2))
    assert ("SUCCESS", first.body) == (first.code, again.body)
    page = first.body.get("normalUrl", "")
    assert shop.startswith("hosted") == page.startswith(f"{gateway.config.url}/checkout/")


def test_the_page_is_on_the_public_url() -> None:
    """If one is configured, whatever URL the shop called."""
    reply = Driver(public_url="https://pay.example/").call("createPaymentSession", body_of("hosted_without_methods"))
    assert reply["normalUrl"].startswith("https://pay.example/checkout/")
