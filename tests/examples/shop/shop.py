"""A small shop that opens payment sessions at Antom through the official SDK, and has a webhook."""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        client_id, time, signature = (self.headers[name] for name in ("client-id", "request-time", "signature"))
        try:
            check_signature("POST", self.path, client_id, time, body, signature, self.server.alipay_public_key)
        except Exception:
            self.send_error(401, "invalid signature")
            return
        self.server.received(json.loads(body))
        acknowledgement = b'{"result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success"}}'
        self.send_response(200)
        self.send_header("content-length", str(len(acknowledgement)))
        self.end_headers()
        self.wfile.write(acknowledgement)

    def log_message(self, *_):
        pass


class Shop:
    """Serves its webhook until the block ends; ``paid`` has the paymentRequestIds that it was notified of."""

    def __init__(self, gateway, **credentials):
        self.paid = set()
        self._client = DefaultAlipayClient(gateway, **credentials)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
        self._server.alipay_public_key = credentials["alipay_public_key"]
        self._server.received = self._received

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

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
        request.payment_notify_url = f"http://127.0.0.1:{self._server.server_port}/notify"
        request.payment_redirect_url = "https://shop.example/thanks"
        return request
