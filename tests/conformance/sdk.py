"""The official Python SDK as a merchant configures it, and requests as in its demo."""

from __future__ import annotations

import importlib
from typing import Any

from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.product_code_type import ProductCodeType
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.live import Live, letters

PRODUCTION_ID = "5XSR7C3046QJ05345"
"""A production client id: it lacks the prefix that sends SDKs to the sandbox."""

URL = "https://127.0.0.1"
DONE = ("S", "SUCCESS")
Keys = tuple[RSAPrivateKey, RSAPrivateKey]
"""Of versions 1 and 2."""


def sdk_class(package: str, cls: str) -> Any:
    """A class of the SDK, which is in a module of the same name."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in cls).lstrip("_")
    return getattr(importlib.import_module(f"com.alipay.ams.api.{package}.{snake}"), cls)


def filled(package: str, cls: str, **values: Any) -> Any:
    """An object of the SDK with these fields."""
    made = sdk_class(package, cls)()
    for name, value in values.items():
        assert hasattr(made, name)
        setattr(made, name, value)
    return made


def model(cls: str, **values: Any) -> Any:
    """A part of a request."""
    return filled("model", cls, **values)


def client(gateway: Live, url: str = URL, **changes: Any) -> Any:
    """An SDK client, configured from the gateway's environment; ``changes`` replace arguments."""
    env = gateway.components.env
    arguments = {
        "client_id": env["clientId"],
        "merchant_private_key": env["merchantPrivateKey"],
        "alipay_public_key": env["gatewayPublicKey"],
    }
    return DefaultAlipayClient(url, **{**arguments, **changes})


def session_request(payment_request_id: str | None = None, kind: str = "AlipayPaymentSessionRequest") -> Any:
    """A request with the fields of the SDK's demo."""
    buyer, amount = model("Buyer", reference_buyer_id="buyer-1"), Amount("BRL", "100")
    order = {"reference_order_id": "order-1", "order_description": "a cup of tea", "order_amount": amount}
    return filled(
        "request.pay",
        kind,
        product_code=ProductCodeType.CASHIER_PAYMENT,
        payment_request_id=payment_request_id or f"sdk-{letters()}",
        order=model("Order", buyer=buyer, **order),
        payment_amount=amount,
        payment_method=model("PaymentMethod", payment_method_type="CARD"),
        payment_factor=model("PaymentFactor", is_authorization=True),
        settlement_strategy=model("SettlementStrategy", settlement_currency="EUR"),
        payment_redirect_url="https://shop.example/return",
        payment_notify_url="https://shop.example/notify",
    )


def outcome(response: Any) -> tuple[str, str]:
    """Status and code of a result."""
    return response.result.result_status.value, response.result.result_code
