"""What a merchant can ask: one pure function a file, and here the table of them.

A function takes the body, checked against the contract's ``<endpoint>.json``, and a Context; it returns an
Outcome or raises a Refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mock_alipay.apis.context import Context
from mock_alipay.apis.payments.endpoints.cancel import cancel
from mock_alipay.apis.payments.endpoints.capture import capture
from mock_alipay.apis.payments.endpoints.consult import consult
from mock_alipay.apis.payments.endpoints.create_payment_session import create_payment_session
from mock_alipay.apis.payments.endpoints.inquiry_payment import inquiry_payment
from mock_alipay.apis.payments.endpoints.inquiry_refund import inquiry_refund
from mock_alipay.apis.payments.endpoints.pay import pay
from mock_alipay.apis.payments.endpoints.refund import refund
from mock_alipay.apis.payments.model import Outcome


class Endpoint(NamedTuple):
    """A function that decides, and what must be known before it can."""

    decide: Callable[[Mapping[str, Any], Context], Outcome]
    about: tuple[str, ...] = ()
    """The fields that name the payment which a call is about; the first that the body has counts."""
    own_id: str | None = None
    """The field with the call's own id: one payment only can have a capture or refund of that id."""
    plays: frozenset[str] = frozenset({"SUCCESS"})
    """Result codes that the function itself comes to when a scenario asks for them."""
    begins: bool = False
    """Whether a payment can begin with it, and with that its scenario's buyer."""
    invents: bool = False
    """Whether it may have to make up a buyer."""


ENDPOINTS: Mapping[str, Endpoint] = {
    "createPaymentSession": Endpoint(create_payment_session, ("paymentRequestId",), begins=True),
    "pay": Endpoint(
        pay, ("paymentRequestId",), plays=frozenset({"SUCCESS", "PAYMENT_IN_PROCESS"}), begins=True, invents=True
    ),
    "consult": Endpoint(consult),
    "inquiryPayment": Endpoint(inquiry_payment, ("paymentId", "paymentRequestId")),
    "cancel": Endpoint(cancel, ("paymentId", "paymentRequestId")),
    "capture": Endpoint(capture, ("paymentId",), "captureRequestId", frozenset({"SUCCESS", "CAPTURE_IN_PROCESS"})),
    "refund": Endpoint(refund, ("paymentId",), "refundRequestId", frozenset({"SUCCESS", "REFUND_IN_PROCESS"})),
    "inquiryRefund": Endpoint(inquiry_refund, ("refundId", "refundRequestId")),
}
