"""The official Python SDK, unmodified, through a payment's whole life, and its webhook tool at the shop's end."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import rsa
from com.alipay.ams.api.exception.exception import AlipayApiException
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.env import Env
from com.alipay.ams.api.model.order import Order
from com.alipay.ams.api.model.payment_factor import PaymentFactor
from com.alipay.ams.api.model.payment_method import PaymentMethod
from com.alipay.ams.api.model.product_code_type import ProductCodeType
from com.alipay.ams.api.model.settlement_strategy import SettlementStrategy
from com.alipay.ams.api.model.terminal_type import TerminalType
from com.alipay.ams.api.request.notify.alipay_capture_result_notify import AlipayCaptureResultNotify
from com.alipay.ams.api.request.notify.alipay_pay_result_notify import AlipayPayResultNotify
from com.alipay.ams.api.request.notify.alipay_refund_notify import AlipayRefundNotify
from com.alipay.ams.api.request.pay.alipay_capture_request import AlipayCaptureRequest
from com.alipay.ams.api.request.pay.alipay_inquiry_refund_request import AlipayInquiryRefundRequest
from com.alipay.ams.api.request.pay.alipay_pay_cancel_request import AlipayPayCancelRequest
from com.alipay.ams.api.request.pay.alipay_pay_consult_request import AlipayPayConsultRequest
from com.alipay.ams.api.request.pay.alipay_pay_query_request import AlipayPayQueryRequest
from com.alipay.ams.api.request.pay.alipay_pay_request import AlipayPayRequest
from com.alipay.ams.api.request.pay.alipay_refund_request import AlipayRefundRequest
from com.alipay.ams.api.response.pay.alipay_capture_response import AlipayCaptureResponse
from com.alipay.ams.api.response.pay.alipay_inquiry_refund_response import AlipayInquiryRefundResponse
from com.alipay.ams.api.response.pay.alipay_pay_cancel_response import AlipayPayCancelResponse
from com.alipay.ams.api.response.pay.alipay_pay_consult_response import AlipayPayConsultResponse
from com.alipay.ams.api.response.pay.alipay_pay_query_response import AlipayPayQueryResponse
from com.alipay.ams.api.response.pay.alipay_pay_response import AlipayPayResponse
from com.alipay.ams.api.response.pay.alipay_refund_response import AlipayRefundResponse
from com.alipay.ams.api.tools.webhook_tool import check_signature

from mock_alipay.config.config import TEST_CLIENT_ID
from tests.conformance.sdk import client, session_request
from tests.live import Live
from tests.shop import Received, Shop, open_shop


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One shop for all; each payment has a path of its own."""
    with open_shop() as running:
        yield running


@dataclass(frozen=True)
class Merchant:
    """A merchant with the SDK, a shop, and one payment."""

    gateway: Live
    sdk: Any
    shop: Shop
    id: str

    @property
    def target(self) -> str:
        """Where notifications go."""
        return f"/{self.id}?shop=1"

    def create(self, capture_mode: str | None = None) -> str:
        """Open a session for a card payment of BRL 1000; its result code."""
        request = session_request(self.id)
        request.order.order_amount = request.payment_amount = Amount("BRL", "1000")
        request.payment_factor.capture_mode = capture_mode
        request.payment_notify_url = self.shop.url(self.target)
        return str(self.ask(request, AlipayPayResponse).result.result_code)

    def ask(self, request: Any, kind: Any) -> Any:
        """The reply, verified and parsed by the SDK."""
        return kind(self.sdk.execute(request))

    def buyer(self, action: str) -> None:
        """Have the buyer act."""
        assert 200 == self.gateway.admin("POST", f"/payments/{self.id}/act", {"action": action}).status

    def inquire(self, **by: str) -> Any:
        """How the payment stands."""
        return self.ask(filled(AlipayPayQueryRequest, **by or {"payment_request_id": self.id}), AlipayPayQueryResponse)

    def capture(self, payment_id: str, value: str, request_id: str = "c-1") -> Any:
        """Take held money."""
        ids = {"payment_id": payment_id, "capture_request_id": f"{request_id}-{self.id}"}
        request = filled(AlipayCaptureRequest, capture_amount=Amount("BRL", value), **ids)
        return self.ask(request, AlipayCaptureResponse)

    def refund(self, payment_id: str, value: str) -> Any:
        """Give money back."""
        ids = {"payment_id": payment_id, "refund_request_id": f"r-{self.id}"}
        request = filled(
            AlipayRefundRequest,
            refund_amount=Amount("BRL", value),
            refund_notify_url=self.shop.url(self.target),
            **ids,
        )
        return self.ask(request, AlipayRefundResponse)

    def cancel(self, **by: str) -> Any:
        """Cancel the payment."""
        return self.ask(filled(AlipayPayCancelRequest, **by), AlipayPayCancelResponse)

    def told(self, count: int) -> list[Received]:
        """So many notifications, as the shop got them."""
        return self.shop.wait(count, self.target)

    def checks(self, received: Received, public_key: str | None = None) -> bool:
        """What the SDK's webhook tool says of a notification; it raises when it does not believe it."""
        headers, key = received.headers, public_key or self.gateway.components.env["gatewayPublicKey"]
        return bool(
            check_signature(
                received.method,
                received.target,
                headers["client-id"],
                headers["request-time"],
                received.raw.decode(),
                headers.get("signature"),
                key,
            )
        )


@pytest.fixture
def merchant(trusted: Live, shop: Shop) -> Merchant:
    """The test merchant, with a payment of its own."""
    return merchant_of(trusted, shop)


def merchant_of(gateway: Live, shop: Shop, scenario: str = "sdk") -> Merchant:
    """A merchant whose payment plays in a scenario."""
    return Merchant(gateway, client(gateway), shop, f"{scenario}--{uuid.uuid4().hex[:16]}")


def filled(kind: Any, **values: Any) -> Any:
    """A request with these fields."""
    request = kind()
    for name, value in values.items():
        assert hasattr(request, name)
        setattr(request, name, value)
    return request


def outcome(response: Any) -> tuple[str, str]:
    """Status and code of a result."""
    return response.result.result_status.value, response.result.result_code


def test_the_whole_life(merchant: Merchant) -> None:
    """Session, buyer, inquiry, two captures, refund, inquiry of both: every reply is verified and read."""
    assert "SUCCESS" == merchant.create("MANUAL")
    assert ("F", "ORDER_NOT_EXIST") == outcome(merchant.inquire())
    merchant.buyer("pay")

    paid = merchant.inquire()
    assert (("S", "SUCCESS"), "SUCCESS", "SUCCESS") == (
        outcome(paid),
        paid.payment_status.value,
        paid.payment_result_code,
    )
    assert ("BRL", "1000") == (paid.payment_amount.currency, paid.payment_amount.value)
    assert (merchant.id, []) == (paid.payment_request_id, paid.transactions or [])
    assert "*" in paid.payment_result_info.card_no
    assert paid.auth_expiry_time > paid.payment_time >= paid.payment_create_time

    first = merchant.capture(paid.payment_id, "600")
    again = merchant.capture(paid.payment_id, "600")
    assert ("S", "SUCCESS") == outcome(first) == outcome(again)
    assert (first.capture_id, paid.payment_id) == (again.capture_id, first.payment_id)
    assert ("F", "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT") == outcome(merchant.capture(paid.payment_id, "401", "c-2"))
    assert ("F", "REPEAT_REQ_INCONSISTENT") == outcome(merchant.capture(paid.payment_id, "599"))
    assert ("S", "SUCCESS") == outcome(merchant.capture(paid.payment_id, "400", "c-3"))

    refund = merchant.refund(paid.payment_id, "250")
    assert ("S", "SUCCESS") == outcome(refund)
    by_id = filled(AlipayInquiryRefundRequest, refund_id=refund.refund_id)
    by_request = filled(AlipayInquiryRefundRequest, refund_request_id=refund.refund_request_id)
    for request in (by_id, by_request):
        found = merchant.ask(request, AlipayInquiryRefundResponse)
        assert (("S", "SUCCESS"), "SUCCESS", refund.refund_id, refund.refund_time, "250") == (
            outcome(found),
            found.refund_status.value,
            found.refund_id,
            found.refund_time,
            found.refund_amount.value,
        )

    whole = merchant.inquire(payment_id=paid.payment_id)
    assert [("CAPTURE", "600"), ("CAPTURE", "400"), ("REFUND", "250")] == [
        (made.transaction_type.value, made.transaction_amount.value) for made in whole.transactions
    ]
    assert {("SUCCESS", "SUCCESS")} == {
        (made.transaction_status.value, made.transaction_result.result_code) for made in whole.transactions
    }
    assert ("F", "PROCESS_FAIL") == outcome(merchant.cancel(payment_id=paid.payment_id))


@pytest.mark.parametrize(
    ("action", "status", "code"),
    [
        ("decline", "FAIL", "USER_BALANCE_NOT_ENOUGH"),
        ("challenge", "PROCESSING", "PAYMENT_IN_PROCESS"),
        ("pending", "PENDING", "PAYMENT_IN_PROCESS"),
    ],
)
def test_inquiries_of_payments_without_money(merchant: Merchant, action: str, status: str, code: str) -> None:
    """The SDK reads each paymentStatus, and where the buyer goes on."""
    merchant.create()
    merchant.buyer(action)
    found = merchant.inquire()

    assert ("S", "SUCCESS") == outcome(found)
    assert (status, code) == (found.payment_status.value, found.payment_result_code)
    assert (status == "PROCESSING") == (found.redirect_action_form is not None)
    assert found.payment_time is None


@pytest.mark.parametrize("paid", [False, True])
def test_cancel(merchant: Merchant, paid: bool) -> None:
    """Of a payment that is not paid, and of one whose money is held; once more is the same."""
    merchant.create("MANUAL")
    if paid:
        merchant.buyer("pay")
    found = merchant.cancel(payment_request_id=merchant.id)
    again = merchant.cancel(payment_id=found.payment_id)

    assert ("S", "SUCCESS") == outcome(found) == outcome(again)
    assert (merchant.id, found.cancel_time) == (found.payment_request_id, again.cancel_time)
    assert found.cancel_time
    assert "CANCELLED" == merchant.inquire().payment_status.value
    assert ("F", "AUTH_CANCELLED" if paid else "ORDER_IS_CANCELED") == outcome(
        merchant.capture(found.payment_id, "1000")
    )


def pay_request(payment_request_id: str, method: str, notify_url: str) -> Any:
    """A pay request as the SDK's demo fills it in."""
    amount = Amount("PHP", "1000")
    order = filled(Order, reference_order_id="order-1", order_description="a cup of tea", order_amount=amount)
    return filled(
        AlipayPayRequest,
        product_code=ProductCodeType.CASHIER_PAYMENT,
        payment_request_id=payment_request_id,
        order=order,
        payment_amount=amount,
        payment_method=filled(PaymentMethod, payment_method_type=method),
        payment_factor=filled(PaymentFactor, is_authorization=True) if method == "CARD" else None,
        env=filled(Env, terminal_type=TerminalType.WEB),
        settlement_strategy=filled(SettlementStrategy, settlement_currency="USD"),
        payment_redirect_url="https://127.0.0.1/return",
        payment_notify_url=notify_url,
    )


@pytest.mark.parametrize("method", ["GCASH", "CARD"])
def test_pay(merchant: Merchant, method: str) -> None:
    """In process with a way on for the buyer, then paid."""
    request = pay_request(merchant.id, method, merchant.shop.url(merchant.target))
    begun = merchant.ask(request, AlipayPayResponse)
    assert ("U", "PAYMENT_IN_PROCESS") == outcome(begun)
    assert begun.normal_url == begun.redirect_action_form.redirect_url
    assert begun.normal_url.endswith(begun.payment_id)

    merchant.buyer("pay")
    done, inquiry = merchant.ask(request, AlipayPayResponse), merchant.inquire()
    assert ("S", "SUCCESS") == outcome(done)
    assert (begun.payment_id, "SUCCESS") == (inquiry.payment_id, inquiry.payment_status.value)
    paid = merchant.told(1)[0]
    assert merchant.checks(paid)
    assert (begun.payment_id, method) == tuple(paid.body[name] for name in ("paymentId", "paymentMethodType"))


def test_consult(merchant: Merchant) -> None:
    """Each method can be read, with its category, and whether it can be used."""
    request = filled(
        AlipayPayConsultRequest,
        product_code=ProductCodeType.CASHIER_PAYMENT,
        payment_amount=Amount("PHP", "1000"),
        env=filled(Env, terminal_type=TerminalType.WEB),
        user_region="PH",
    )
    found = merchant.ask(request, AlipayPayConsultResponse)

    assert ("S", "SUCCESS") == outcome(found)
    options = {option.payment_method_type: option for option in found.payment_options}
    assert {"CARD", "GCASH"} <= options.keys()
    assert all(option.payment_method_category is not None for option in options.values())
    assert options["GCASH"].enabled is True


@pytest.mark.parametrize(
    "scenario",
    [
        "inquiry-processing-then-success",
        "capture-in-process",
        "capture-fails-later",
        "refund-in-process",
        "refund-fails-later",
        "cancel-unknown-twice",
        "challenge-then-fail",
        "pending-then-success",
    ],
)
def test_scenarios_that_change_replies_can_be_read(trusted: Live, shop: Shop, scenario: str) -> None:
    """Whatever a shipped scenario puts into replies, or leaves out, the SDK reads them to the end."""
    merchant = merchant_of(trusted, shop, scenario)
    merchant.create("MANUAL" if scenario.startswith("capture") else None)
    trusted.admin("PUT", "/clock", {"clientId": TEST_CLIENT_ID, "advance": "PT0S"})
    if scenario.startswith("cancel"):
        merchant.buyer("pay")
    found = [merchant.inquire() for _ in range(3)]

    assert {("S", "SUCCESS")} == {outcome(one) for one in found}
    assert all(one.payment_status is not None for one in found)
    payment_id = found[0].payment_id
    if scenario.startswith("capture"):
        assert ("U", "CAPTURE_IN_PROCESS") == outcome(merchant.capture(payment_id, "1000"))
    if scenario.startswith("refund"):
        assert ("U", "REFUND_IN_PROCESS") == outcome(merchant.refund(payment_id, "1000"))
        request = filled(AlipayInquiryRefundRequest, refund_request_id=f"r-{merchant.id}")
        assert "PROCESSING" == merchant.ask(request, AlipayInquiryRefundResponse).refund_status.value
    if scenario.startswith("cancel"):
        codes = [outcome(merchant.cancel(payment_id=payment_id)) for _ in range(2)]
        assert [("U", "UNKNOWN_EXCEPTION")] * 2 == codes
    assert ("S", "SUCCESS") == outcome(merchant.inquire())


class TestWebhook:
    def test_believes_and_reads_all_three(self, merchant: Merchant) -> None:
        """As they came over the wire, query and all; the SDK's classes read what the replies said."""
        merchant.create("MANUAL")
        merchant.buyer("pay")
        payment_id = merchant.inquire().payment_id
        capture = merchant.capture(payment_id, "1000")
        refund = merchant.refund(payment_id, "250")
        received = merchant.told(3)

        assert [True] * 3 == [merchant.checks(one) for one in received]
        assert {TEST_CLIENT_ID} == {one.headers["client-id"] for one in received}
        paid = AlipayPayResultNotify(received[0].raw.decode())
        captured = AlipayCaptureResultNotify(received[1].raw.decode())
        refunded = AlipayRefundNotify(received[2].raw.decode())
        assert [("PAYMENT_RESULT", "S"), ("CAPTURE_RESULT", "S"), ("REFUND_RESULT", "S")] == [
            (one.notify_type, one.result.result_status.value) for one in (paid, captured, refunded)
        ]
        assert (merchant.id, payment_id, "1000") == (
            paid.payment_request_id,
            paid.payment_id,
            paid.payment_amount["value"],
        )
        assert (capture.capture_id, "1000") == (captured.capture_id, captured.capture_amount["value"])
        # The SDK takes a refund's whole amount for its currency, so that is not looked at.
        assert (refund.refund_id, refund.refund_time, "SUCCESS") == (
            refunded.refund_id,
            refunded.refund_time,
            refunded.refund_status,
        )

    @pytest.mark.parametrize("scenario", ["notify-bad-signature", "notify-wrong-key", "notify-truncated"])
    def test_does_not_believe_what_is_false(self, trusted: Live, shop: Shop, scenario: str) -> None:
        """It raises, as its users must expect."""
        merchant = merchant_of(trusted, shop, scenario)
        merchant.create()
        for received in merchant.told(2):
            with pytest.raises(rsa.VerificationError):
                merchant.checks(received)

    def test_misses_a_signature(self, trusted: Live, shop: Shop) -> None:
        """It raises."""
        merchant = merchant_of(trusted, shop, "notify-unsigned")
        merchant.create()
        with pytest.raises(AlipayApiException):
            merchant.checks(merchant.told(1)[0])

    def test_cannot_tell_that_a_notification_is_stale(self, trusted: Live, shop: Shop) -> None:
        """It does not look at the time, which is for the shop to do."""
        merchant = merchant_of(trusted, shop, "notify-stale")
        merchant.create()
        assert merchant.checks(merchant.told(1)[0])

    def test_does_not_believe_another_path(self, merchant: Merchant) -> None:
        """Who leaves out the query checks something else than was signed."""
        merchant.create()
        merchant.buyer("pay")
        received = merchant.told(1)[0]
        bare = Received(received.method, received.target.partition("?")[0], received.headers, received.raw)
        with pytest.raises(rsa.VerificationError):
            merchant.checks(bare)
