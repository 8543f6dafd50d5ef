"""A small shop with a checkout page: the official SDK on the server, Antom's script in the page, and a webhook."""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.buyer import Buyer
from com.alipay.ams.api.model.order import Order
from com.alipay.ams.api.model.payment_factor import PaymentFactor
from com.alipay.ams.api.model.payment_method import PaymentMethod
from com.alipay.ams.api.model.product_code_type import ProductCodeType
from com.alipay.ams.api.model.settlement_strategy import SettlementStrategy
from com.alipay.ams.api.request.pay.alipay_payment_session_request import AlipayPaymentSessionRequest
from com.alipay.ams.api.tools.webhook_tool import check_signature

FOLDER = Path(__file__).parent
PAGES = {"/": ("text/html", "checkout.html"), "/checkout.js": ("text/javascript", "checkout.js")}
ACKNOWLEDGEMENT = '{"result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success"}}'


class Shop:
    """Runs until the block ends. ``paid`` has the paymentRequestIds that webhooks reported as paid."""

    def __init__(self, gateway, **credentials):
        self.paid = set()
        self._client = DefaultAlipayClient(gateway, **credentials)
        self._public_key = credentials["alipay_public_key"]
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"shop": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def session(self):
        """Open a payment session; its paymentSessionData is for the page."""
        request = AlipayPaymentSessionRequest()
        request.product_code = ProductCodeType.CASHIER_PAYMENT
        request.payment_request_id = str(uuid.uuid4())
        request.order = Order()
        request.order.reference_order_id = "order-1"
        request.order.order_description = "Two cups of tea"
        request.order.order_amount = request.payment_amount = Amount("USD", "1000")
        request.order.buyer = Buyer()
        request.order.buyer.reference_buyer_id = "buyer-1"
        request.payment_method = PaymentMethod()
        request.payment_method.payment_method_type = "CARD"
        request.payment_factor = PaymentFactor()
        request.payment_factor.is_authorization = True
        request.settlement_strategy = SettlementStrategy()
        request.settlement_strategy.settlement_currency = "USD"
        request.payment_notify_url = f"{self.url}/notify"
        request.payment_redirect_url = f"{self.url}/thanks"
        return json.loads(self._client.execute(request))["paymentSessionData"]

    def notified(self, path, headers, body):
        """Take a notification, whose signature must be valid."""
        client_id, time, signature = (headers[name] for name in ("client-id", "request-time", "signature"))
        check_signature("POST", path, client_id, time, body, signature, self._public_key)
        notification = json.loads(body)
        if notification["notifyType"] == "PAYMENT_RESULT" and notification["result"]["resultStatus"] == "S":
            self.paid.add(notification["paymentRequestId"])


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/thanks":
            self._reply("text/html", "<!doctype html><title>Thank you</title><h1>Thank you</h1>")
        elif page := PAGES.get(self.path):
            self._reply(page[0], (FOLDER / page[1]).read_text())
        else:
            self.send_error(404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        if self.path == "/session":
            self._reply("text/plain", self.shop.session())
        else:
            self.shop.notified(self.path, self.headers, body)
            self._reply("application/json", ACKNOWLEDGEMENT)

    def _reply(self, kind, text):
        self.send_response(200)
        self.send_header("content-type", f"{kind}; charset=utf-8")
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass
