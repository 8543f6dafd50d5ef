"""The official Python SDK as a merchant configures it, and requests as in its demo."""

from __future__ import annotations

import importlib
from typing import Any

from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.buyer import Buyer
from com.alipay.ams.api.model.order import Order
from com.alipay.ams.api.model.payment_factor import PaymentFactor
from com.alipay.ams.api.model.payment_method import PaymentMethod
from com.alipay.ams.api.model.product_code_type import ProductCodeType
from com.alipay.ams.api.model.settlement_strategy import SettlementStrategy
from com.alipay.ams.api.request.pay.alipay_payment_session_request import AlipayPaymentSessionRequest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.live import Live, letters

PRODUCTION_ID = "5XSR7C3046QJ05345"
"""A production client id: it lacks the prefix that sends SDKs to the sandbox."""

URL = "https://127.0.0.1"
Keys = tuple[RSAPrivateKey, RSAPrivateKey]
"""Of versions 1 and 2."""


def sdk_class(package: str, cls: str) -> Any:
    """A class of the SDK, which is in a module of the same name."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in cls).lstrip("_")
    return getattr(importlib.import_module(f"com.alipay.ams.api.{package}.{snake}"), cls)


def client(gateway: Live, url: str = URL, **changes: Any) -> Any:
    """An SDK client, configured from the gateway's environment; ``changes`` replace arguments."""
    env = gateway.components.env
    arguments = {
        "client_id": env["clientId"],
        "merchant_private_key": env["merchantPrivateKey"],
        "alipay_public_key": env["gatewayPublicKey"],
    }
    return DefaultAlipayClient(url, **{**arguments, **changes})


def session_request(payment_request_id: str | None = None, kind: Any = AlipayPaymentSessionRequest) -> Any:
    """A request with the fields of the SDK's demo."""
    order = Order()
    order.reference_order_id = "order-1"
    order.order_description = "a cup of tea"
    order.order_amount = Amount("BRL", "100")
    order.buyer = Buyer()
    order.buyer.reference_buyer_id = "buyer-1"
    method = PaymentMethod()
    method.payment_method_type = "CARD"
    factor = PaymentFactor()
    factor.is_authorization = True
    settlement = SettlementStrategy()
    settlement.settlement_currency = "EUR"
    request = kind()
    request.product_code = ProductCodeType.CASHIER_PAYMENT
    request.payment_request_id = payment_request_id or f"sdk-{letters()}"
    request.order = order
    request.payment_amount = Amount("BRL", "100")
    request.payment_method = method
    request.payment_factor = factor
    request.settlement_strategy = settlement
    request.payment_redirect_url = "https://shop.example/return"
    request.payment_notify_url = "https://shop.example/notify"
    return request
