"""createPaymentSession as shops send it: ``tests/samples/shops`` has bodies in their shape, with values of ours.

hosted_without_methods is that of ant-intl/antom-nextjs-template; element_magento that of the Magento 2 plugins
ant-intl/ant-intl-plugin-magento2-core (its two extra fields) and caravanglory/antom-magento2 (no settlementStrategy);
the others are put together from what public code of merchants sends.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.contracts import load
from tests.driver import Driver, result_of
from tests.live import Live

SHOPS = {file.stem: file for file in sorted((Path(__file__).parents[1] / "samples" / "shops").iterdir())}

METHODS = {
    "hosted_without_methods": "CARD",
    "hosted_with_list": "DANA",
    "element_with_saved_methods": "CARD",
    "element_magento": "CARD",
}
"""What the buyer of each pays with: the method that is shown first, or a card."""


def body_of(shop: str, **changes: Any) -> dict[str, Any]:
    """A shop's body, with some fields changed."""
    return {**json.loads(SHOPS[shop].read_bytes()), **changes}


@pytest.mark.parametrize("shop", SHOPS)
def test_bodies_are_accepted_with_their_scene(shop: str) -> None:
    """Without a field that is unknown."""
    contract = load()
    body = contract.check("payments/createPaymentSession", SHOPS[shop].read_bytes())
    assert [] == contract.unknown("payments/createPaymentSession", body)


@pytest.mark.parametrize("shop", SHOPS)
def test_bodies_without_their_scene_are_refused(gateway: Live, shop: str) -> None:
    """With a message that names the scenes."""
    answer = gateway.create(body_of(shop, productScene=None), client_id=f"SANDBOX_{shop.upper()}")
    assert "PARAM_ILLEGAL" == answer.code
    assert "unless productScene is CHECKOUT_PAYMENT or ELEMENT_PAYMENT" in answer.message


@pytest.mark.parametrize("shop", SHOPS)
def test_payments_of_shops_live(shop: str) -> None:
    """The buyer pays with a method that the shop offers, and the shop reads which."""
    driver, body = Driver(), body_of(shop)
    assert "SUCCESS" == driver.code("createPaymentSession", body)
    driver.act(body["paymentRequestId"], "pay")
    told = driver.inquiry(body["paymentRequestId"])
    assert ("SUCCESS", METHODS[shop]) == (told["paymentStatus"], told["paymentMethodType"])


@pytest.mark.parametrize("shop", SHOPS)
def test_only_hosted_sessions_have_a_page(gateway: Live, shop: str) -> None:
    """On the scheme and host that the shop called; the same request again has the same reply."""
    first, again = (gateway.create(body_of(shop), client_id=f"SANDBOX_{shop.upper()}") for _ in range(2))
    page = first.body.get("normalUrl", "")
    assert ("SUCCESS", first.body) == (first.code, again.body)
    assert shop.startswith("hosted") == page.startswith(f"{gateway.config.url}/checkout/")


def test_the_page_stands_on_the_public_url() -> None:
    """Where one is configured, whatever the shop called."""
    driver = Driver(public_url="https://pay.example/")
    told = driver.call("createPaymentSession", body_of("hosted_without_methods"))
    assert "SUCCESS" == result_of(told)
    assert told["normalUrl"].startswith("https://pay.example/checkout/")
