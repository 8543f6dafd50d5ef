import os
import uuid

from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.order import Order
from com.alipay.ams.api.model.payment_method import PaymentMethod
from com.alipay.ams.api.model.product_code_type import ProductCodeType
from com.alipay.ams.api.model.settlement_strategy import SettlementStrategy
from com.alipay.ams.api.request.pay.alipay_payment_session_request import AlipayPaymentSessionRequest
from com.alipay.ams.api.response.pay.alipay_payment_session_response import AlipayPaymentSessionResponse

client = DefaultAlipayClient(
    "https://127.0.0.1",
    os.environ["ALIPAY_CLIENT_ID"],
    os.environ["ALIPAY_MERCHANT_PRIVATE_KEY"],
    os.environ["ALIPAY_PUBLIC_KEY"],
)
request = AlipayPaymentSessionRequest()
request.product_code = ProductCodeType.CASHIER_PAYMENT
request.payment_request_id = f"python-{uuid.uuid4()}"
request.order = Order()
request.order.reference_order_id = "order-1"
request.order.order_description = "a cup of tea"
request.order.order_amount = request.payment_amount = Amount("USD", "100")
request.payment_method = PaymentMethod()
request.payment_method.payment_method_type = "ALIPAY_CN"
request.settlement_strategy = SettlementStrategy()
request.settlement_strategy.settlement_currency = "USD"
request.payment_redirect_url = "https://shop.example/thanks"
response = AlipayPaymentSessionResponse(client.execute(request))
print(response.result.result_code, response.payment_session_id)
