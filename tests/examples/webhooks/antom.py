"""What the three shops share: they open payments, and verify webhooks, through the official SDK."""

import json

from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.buyer import Buyer
from com.alipay.ams.api.model.order import Order
from com.alipay.ams.api.model.payment_method import PaymentMethod
from com.alipay.ams.api.model.product_code_type import ProductCodeType
from com.alipay.ams.api.model.settlement_strategy import SettlementStrategy
from com.alipay.ams.api.request.pay.alipay_payment_session_request import AlipayPaymentSessionRequest
from com.alipay.ams.api.tools.webhook_tool import check_signature

ACKNOWLEDGEMENT = {"result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success"}}


class Forged(Exception):
    """The signature of a webhook is not Antom's."""


def open_payment(payment_request_id, notify_url, gateway, **credentials):
    request = AlipayPaymentSessionRequest()
    request.product_code = ProductCodeType.CASHIER_PAYMENT
    request.payment_request_id = payment_request_id
    request.order = Order()
    request.order.reference_order_id = payment_request_id
    request.order.order_description = "a cup of tea"
    request.order.order_amount = request.payment_amount = Amount("USD", "1000")
    request.order.buyer = Buyer()
    request.order.buyer.reference_buyer_id = "buyer-1"
    request.payment_method = PaymentMethod()
    request.payment_method.payment_method_type = "GCASH"
    request.settlement_strategy = SettlementStrategy()
    request.settlement_strategy.settlement_currency = "USD"
    request.payment_notify_url = notify_url
    request.payment_redirect_url = "https://shop.example/thanks"
    DefaultAlipayClient(gateway, **credentials).execute(request)


def paid_order(path, headers, body, public_key):
    """The paymentRequestId that a webhook reports as paid, or None. path: with the query string; body: bytes."""
    text = body.decode()
    client_id, time, signature = (headers.get(name) for name in ("client-id", "request-time", "signature"))
    try:
        check_signature("POST", path, client_id, time, text, signature, public_key)
    except Exception as error:
        raise Forged from error
    notification = json.loads(text)
    is_paid = notification["notifyType"] == "PAYMENT_RESULT" and notification["result"]["resultStatus"] == "S"
    return notification["paymentRequestId"] if is_paid else None
