"""A tiny shop: it opens a payment session at Antom for an order, and asks whether it is paid, through the official SDK."""

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

ATTEMPTS = 3


class Declined(Exception):
    """The gateway does not open a session; the result code says why."""


class Shop:
    def __init__(self, gateway, **credentials):
        self._client = DefaultAlipayClient(gateway, **credentials)

    def checkout(self, amount, currency="USD"):
        """A session for the front end: paymentSessionData. Tries again when the outcome is unknown."""
        payment_request_id = str(uuid.uuid4())
        for _ in range(ATTEMPTS):
            reply = AlipayPaymentSessionResponse(self._client.execute(_request(payment_request_id, amount, currency)))
            if reply.result.result_status.name == "S":
                return reply.payment_session_data
            if reply.result.result_status.name == "F":
                break
        raise Declined(reply.result.result_code)

    def is_paid(self, payment_request_id):
        """Whether the buyer has paid; not while there is no payment yet."""
        request = AlipayPayQueryRequest()
        request.payment_request_id = payment_request_id
        reply = AlipayPayQueryResponse(self._client.execute(request))
        return reply.payment_status is not None and reply.payment_status.name == "SUCCESS"


def _request(payment_request_id, amount, currency):
    order = Order()
    order.reference_order_id = "order-1"
    order.order_description = "a cup of tea"
    order.order_amount = Amount(currency, amount)
    order.buyer = Buyer()
    order.buyer.reference_buyer_id = "buyer-1"
    method = PaymentMethod()
    method.payment_method_type = "CARD"
    factor = PaymentFactor()
    factor.is_authorization = True
    settlement = SettlementStrategy()
    settlement.settlement_currency = currency
    request = AlipayPaymentSessionRequest()
    request.product_code = ProductCodeType.CASHIER_PAYMENT
    request.payment_request_id = payment_request_id
    request.order = order
    request.payment_amount = Amount(currency, amount)
    request.payment_method = method
    request.payment_factor = factor
    request.settlement_strategy = settlement
    request.payment_redirect_url = "https://shop.example/thanks"
    return request
