"""A session as its page sees it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_alipay.web.cashier.session_view import REASONS
from tests.live import Live
from tests.web.cashier.conftest import Page, open_page

CARD = "4000000000003220"
ORDER: dict[str, Any] = {
    "orderAmount": {"currency": "JPY", "value": "100"},
    "referenceOrderId": "order",
    "orderDescription": "<b>tea</b>",
    "buyer": {"referenceBuyerId": "b"},
    "merchant": {"referenceMerchantId": "m", "merchantName": 'Tea & "House"', "merchantMCC": "5411"},
}


def test_the_view_has_what_the_page_shows(gateway: Live) -> None:
    """The merchant's texts as they are, and the amount in major units."""
    page = open_page(gateway, order=ORDER, paymentAmount=ORDER["orderAmount"])
    view = page.view()
    assert ('Tea & "House"', "<b>tea</b>", page.name) == (
        view["merchant"],
        view["description"],
        view["paymentRequestId"],
    )
    assert {"currency": "JPY", "value": "100", "text": "100"} == view["amount"]
    assert ("open", None, [], "https://www.yourMerchantWeb.com") == (
        view["state"],
        view["result"],
        view["acts"],
        view["redirectUrl"],
    )


def test_without_a_merchant_the_client_id_is_shown(page: Page) -> None:
    """It is the only name that the gateway knows."""
    assert "SANDBOX_MOCK_MERCHANT" == page.view()["merchant"]


@pytest.mark.parametrize(
    ("scene", "method", "shown"),
    [
        (None, "CARD", "CASHIER_PAYMENT"),
        ("ELEMENT_PAYMENT", "CARD", "ELEMENT_PAYMENT"),
        ("CHECKOUT_PAYMENT", "CARD", "CHECKOUT_PAYMENT"),
        ("EASY_PAY", "GCASH", "EASY_PAY"),
    ],
)
def test_the_scene_is_that_of_the_session_data(gateway: Live, scene: str | None, method: str, shown: str) -> None:
    """It tells which class of the front-end SDK fits."""
    changes = {"productScene": scene} if scene else {}
    page = open_page(gateway, paymentMethod={"paymentMethodType": method}, **changes)
    assert shown == page.view()["scene"]


def test_no_card_number_is_in_the_view(gateway: Live) -> None:
    """Neither the one in the request, nor one in a text, nor the buyer's."""
    card = {"cardNo": CARD, "expiryMonth": "12", "expiryYear": "30", "cvv": "123"}
    order = {**ORDER, "orderDescription": f"card {CARD}"}
    method = {"paymentMethodType": "CARD", "paymentMethodMetaData": card}
    page = open_page(gateway, order=order, paymentAmount=order["orderAmount"], paymentMethod=method)
    assert not page.view()["needsCard"]
    for view in (page.view(), page.act("submit"), page.act("verify", code="123456", card=CARD)):
        assert CARD not in json.dumps(view)
        assert '"123"' not in json.dumps(view)


def test_the_latest_webhook_is_in_the_view(gateway: Live) -> None:
    """With what became of it."""
    page = open_page(gateway, paymentNotifyUrl=None)
    assert page.view()["notification"] is None
    assert {"status": "REFUSED", "httpStatus": None, "accepted": False} == page.act("pay")["notification"]


def test_every_reason_has_a_message(page: Page) -> None:
    """All of them are result codes of the contract."""
    reasons = page.view()["reasons"]
    assert list(REASONS) == [reason["code"] for reason in reasons]
    assert all(reason["message"] for reason in reasons)


def test_a_cancelled_order_is_shown_as_ended(page: Page) -> None:
    """With the code of the front-end SDK, which has two L."""
    cancelled = page.gateway.create({"paymentRequestId": page.name}, path="/ams/api/v1/payments/cancel")
    assert "SUCCESS" == cancelled.code, cancelled.body
    view = page.view()
    assert ("expired", "ORDER_IS_CANCELLED") == (view["state"], view["result"]["resultCode"])
