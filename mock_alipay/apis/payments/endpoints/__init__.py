"""The endpoints of payments: one pure function per file. This module has the table of them."""

from __future__ import annotations

from collections.abc import Mapping

from mock_alipay.apis.family import Endpoint
from mock_alipay.apis.payments.endpoints.cancel import cancel
from mock_alipay.apis.payments.endpoints.capture import capture
from mock_alipay.apis.payments.endpoints.consult import consult
from mock_alipay.apis.payments.endpoints.create_payment_session import create_payment_session
from mock_alipay.apis.payments.endpoints.inquiry_payment import inquiry_payment
from mock_alipay.apis.payments.endpoints.inquiry_refund import inquiry_refund
from mock_alipay.apis.payments.endpoints.pay import pay
from mock_alipay.apis.payments.endpoints.refund import refund
from mock_alipay.apis.payments.model import Payment

ENDPOINTS: Mapping[str, Endpoint[Payment]] = {
    "createPaymentSession": Endpoint(create_payment_session, ("paymentRequestId",), begins=True),
    "pay": Endpoint(pay, ("paymentRequestId",), plays=frozenset({"SUCCESS", "PAYMENT_IN_PROCESS"}), begins=True),
    "consult": Endpoint(consult),
    "inquiryPayment": Endpoint(inquiry_payment, ("paymentId", "paymentRequestId")),
    "cancel": Endpoint(cancel, ("paymentId", "paymentRequestId")),
    "capture": Endpoint(capture, ("paymentId",), "captureRequestId", frozenset({"SUCCESS", "CAPTURE_IN_PROCESS"})),
    "refund": Endpoint(refund, ("paymentId",), "refundRequestId", frozenset({"SUCCESS", "REFUND_IN_PROCESS"})),
    "inquiryRefund": Endpoint(inquiry_refund, ("refundId", "refundRequestId")),
}
