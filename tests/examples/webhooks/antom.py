"""A shop's calls to Antom: it opens payments, and verifies webhooks, through the official SDK."""

import json

from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.buyer import Buyer
from com.alipay.ams.api.model.order import Order
from com.alipay.ams.api.model.payment_method import PaymentMethod
from com.alipay.ams.api.model.product_code_type import ProductCodeType
from com.alipay.ams.api.model.settlement_strategy import SettlementStrategy
from com.alipay.ams.api.request.pay.alipay_payment_session_request import AlipayPaymentSessionRequest
from com.alipay.ams.api.response.pay.alipay_payment_session_response import AlipayPaymentSessionResponse
from com.alipay.ams.api.tools.webhook_tool import check_signature

ACKNOWLEDGEMENT = {"result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success"}}


class Forged(Exception):
    """The signature of a webhook is not Antom's."""


def open_payment(payment_request_id, notify_url, gateway, **credentials):
    """Returns the result code. Tries again while the outcome is unknown."""
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
    client = DefaultAlipayClient(gateway, **credentials)
    for _ in range(10):
        result = AlipayPaymentSessionResponse(client.execute(request)).result
        if result.result_status.name != "U":
            break
    return result.result_code


def paid_order(path, headers, body, public_key):
    """The paymentRequestId of the webhook if it says that the order is paid. path: with query string; body: bytes."""
    client_id, time, signature = (headers.get(name) for name in ("client-id", "request-time", "signature"))
    try:
        text = body.decode()
        check_signature("POST", path, client_id, time, text, signature, public_key)
    except Exception as error:
        raise Forged from error
    notification = json.loads(text)
    if notification["notifyType"] == "PAYMENT_RESULT" and notification["result"]["resultStatus"] == "S":
        return notification["paymentRequestId"]
    return None
