"""A small shop that opens payment sessions at Antom through the official SDK, and has a webhook."""

import json
import uuid

from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.buyer import Buyer
from com.alipay.ams.api.model.order import Order
from com.alipay.ams.api.model.payment_factor import PaymentFactor
from com.alipay.ams.api.model.payment_method import PaymentMethod
from com.alipay.ams.api.model.product_code_type import ProductCodeType
from com.alipay.ams.api.model.settlement_strategy import SettlementStrategy
from com.alipay.ams.api.request.pay.alipay_pay_query_request import AlipayPayQueryRequest
from com.alipay.ams.api.request.pay.alipay_payment_session_request import AlipayPaymentSessionRequest
from com.alipay.ams.api.response.pay.alipay_pay_query_response import AlipayPayQueryResponse
from com.alipay.ams.api.response.pay.alipay_payment_session_response import AlipayPaymentSessionResponse
from com.alipay.ams.api.tools.webhook_tool import check_signature

ATTEMPTS = 3


class Declined(Exception):
    """The gateway does not open a session; the result code says why."""


class Shop:
    """``paid`` has the paymentRequestIds that its webhook was notified of."""

    def __init__(self, gateway, **credentials):
        self.paid = set()
        self.notify_url = "https://shop.example/notify"
        self._client = DefaultAlipayClient(gateway, **credentials)
        self._alipay_public_key = credentials["alipay_public_key"]

    def webhook(self, environ, start_response):
        """A WSGI app."""
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
        names = ("HTTP_CLIENT_ID", "HTTP_REQUEST_TIME", "HTTP_SIGNATURE")
        client_id, time, signature = (environ.get(name) for name in names)
        try:
            check_signature("POST", environ["PATH_INFO"], client_id, time, body, signature, self._alipay_public_key)
        except Exception:
            start_response("401 Unauthorized", [("content-type", "text/plain")])
            return [b"invalid signature"]
        self._received(json.loads(body))
        start_response("200 OK", [("content-type", "application/json")])
        return [b'{"result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success"}}']

    def checkout(self, amount, currency="USD"):
        """Open a session; the paymentRequestId. Retries while the outcome is unknown."""
        request = self._request(str(uuid.uuid4()), Amount(currency, amount))
        for _ in range(ATTEMPTS):
            result = AlipayPaymentSessionResponse(self._client.execute(request)).result
            if result.result_status.name == "S":
                return request.payment_request_id
            if result.result_status.name == "F":
                break
        raise Declined(result.result_code)

    def is_paid(self, payment_request_id):
        """Ask the gateway. False if there is no payment yet."""
        request = AlipayPayQueryRequest()
        request.payment_request_id = payment_request_id
        reply = AlipayPayQueryResponse(self._client.execute(request))
        return reply.payment_status is not None and reply.payment_status.name == "SUCCESS"

    def _received(self, notification):
        if notification["notifyType"] == "PAYMENT_RESULT" and notification["result"]["resultStatus"] == "S":
            self.paid.add(notification["paymentRequestId"])

    def _request(self, payment_request_id, amount):
        request = AlipayPaymentSessionRequest()
        request.product_code = ProductCodeType.CASHIER_PAYMENT
        request.payment_request_id = payment_request_id
        request.order = Order()
        request.order.reference_order_id = "order-1"
        request.order.order_description = "a cup of tea"
        request.order.order_amount = request.payment_amount = amount
        request.order.buyer = Buyer()
        request.order.buyer.reference_buyer_id = "buyer-1"
        request.payment_method = PaymentMethod()
        request.payment_method.payment_method_type = "CARD"
        request.payment_factor = PaymentFactor()
        request.payment_factor.is_authorization = True
        request.settlement_strategy = SettlementStrategy()
        request.settlement_strategy.settlement_currency = amount.currency
        request.payment_notify_url = self.notify_url
        request.payment_redirect_url = "https://shop.example/thanks"
        return request
