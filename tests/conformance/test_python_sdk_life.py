"""The official Python SDK, unmodified, through the states of a payment, and its webhook tool in the shop."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import rsa
from com.alipay.ams.api.exception.exception import AlipayApiException
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.product_code_type import ProductCodeType
from com.alipay.ams.api.model.terminal_type import TerminalType
from com.alipay.ams.api.tools.webhook_tool import check_signature

from mock_alipay.config.config import TEST_CLIENT_ID
from tests.conformance.sdk import DONE, client, filled, model, outcome, sdk_class, session_request
from tests.live import Live, letters
from tests.shop import Received, Shop, open_shop


@dataclass(frozen=True)
class Merchant:
    """A merchant with the SDK, a shop, and one payment."""

    gateway: Live
    sdk: Any
    shop: Shop
    id: str

    @property
    def target(self) -> str:
        """The path of notifications."""
        return f"/{self.id}?shop=1"

    def create(self, capture_mode: str | None = None) -> None:
        """Create a session for a card payment of BRL 1000."""
        request = session_request(self.id)
        request.order.order_amount = request.payment_amount = Amount("BRL", "1000")
        request.payment_factor.capture_mode = capture_mode
        request.payment_notify_url = self.shop.url(self.target)
        assert DONE == outcome(sdk_class("response.pay", "AlipayPayResponse")(self.sdk.execute(request)))

    def call(self, name: str, **values: Any) -> Any:
        """The reply to a request with these fields, verified and parsed by the SDK."""
        request = filled("request.pay", f"Alipay{name}Request", **values)
        return sdk_class("response.pay", f"Alipay{name}Response")(self.sdk.execute(request))

    def act(self, action: str) -> None:
        """Let the buyer act."""
        assert 200 == self.gateway.admin("POST", f"/payments/{self.id}/act", {"action": action}).status

    def inquire(self) -> Any:
        """inquiryPayment."""
        return self.call("PayQuery", payment_request_id=self.id)

    def capture(self, payment_id: str, value: str, request_id: str = "c-1") -> Any:
        """Capture an amount."""
        ids = {"payment_id": payment_id, "capture_request_id": f"{request_id}-{self.id}"}
        return self.call("Capture", capture_amount=Amount("BRL", value), **ids)

    def refund(self, payment_id: str, value: str) -> Any:
        """Refund an amount."""
        ids = {"payment_id": payment_id, "refund_request_id": f"r-{self.id}"}
        url = self.shop.url(self.target)
        return self.call("Refund", refund_amount=Amount("BRL", value), refund_notify_url=url, **ids)

    def accepts(self, received: Received, target: str | None = None) -> bool:
        """Whether the SDK's webhook tool accepts the signature of a notification; it raises if it does not."""
        head, key = received.headers, self.gateway.components.env["gatewayPublicKey"]
        parts = (target or received.target, head["client-id"], head["request-time"], received.raw.decode())
        return bool(check_signature(received.method, *parts, head.get("signature"), key))


def merchant_in(gateway: Live, shop: Shop, scenario: str) -> Merchant:
    """A merchant whose payment plays a scenario; the id stays below 64 characters."""
    return Merchant(gateway, client(gateway), shop, f"{scenario}--{letters()[:20]}")


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One shop; each payment has a path of its own."""
    with open_shop() as running:
        yield running


@pytest.fixture
def merchant(trusted: Live, shop: Shop) -> Merchant:
    """The test merchant, with a payment of its own."""
    return merchant_in(trusted, shop, "sdk")


def test_a_payment_is_captured_refunded_and_inquired(merchant: Merchant) -> None:
    """Every reply and every notification is verified and read; a notification says what its reply said."""
    merchant.create("MANUAL")
    assert ("F", "ORDER_NOT_EXIST") == outcome(merchant.inquire())
    merchant.act("pay")
    paid = merchant.inquire()
    amount = (paid.payment_amount.currency, paid.payment_amount.value)
    assert (DONE, "SUCCESS", "BRL", "1000") == (outcome(paid), paid.payment_status.value, *amount)
    assert (merchant.id, True) == (paid.payment_request_id, "*" in paid.payment_result_info.card_no)
    assert paid.auth_expiry_time > paid.payment_time >= paid.payment_create_time

    first, again = (merchant.capture(paid.payment_id, "600") for _ in range(2))
    assert (DONE, DONE) == (outcome(first), outcome(again))
    assert (first.capture_id, paid.payment_id) == (again.capture_id, first.payment_id)
    assert ("F", "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT") == outcome(merchant.capture(paid.payment_id, "401", "c-2"))
    assert ("F", "REPEAT_REQ_INCONSISTENT") == outcome(merchant.capture(paid.payment_id, "599"))

    refund = merchant.refund(paid.payment_id, "250")
    assert DONE == outcome(refund)
    for by in ("refund_id", "refund_request_id"):
        found = merchant.call("InquiryRefund", **{by: getattr(refund, by)})
        assert (DONE, "SUCCESS", "250") == (outcome(found), found.refund_status.value, found.refund_amount.value)
        assert (refund.refund_id, refund.refund_time) == (found.refund_id, found.refund_time)
    transactions = merchant.call("PayQuery", payment_id=paid.payment_id).transactions
    assert [("CAPTURE", "600", "SUCCESS"), ("REFUND", "250", "SUCCESS")] == [
        (one.transaction_type.value, one.transaction_amount.value, one.transaction_status.value) for one in transactions
    ]
    received = merchant.shop.wait(3, merchant.target)
    assert [True] * 3 == [merchant.accepts(one) for one in received]
    with pytest.raises(rsa.VerificationError):  # The query is part of the signed path.
        merchant.accepts(received[0], received[0].target.partition("?")[0])
    kinds = ("AlipayPayResultNotify", "AlipayCaptureResultNotify", "AlipayRefundNotify")
    notices = [sdk_class("request.notify", kind)(one.raw.decode()) for kind, one in zip(kinds, received, strict=True)]
    told = [(one.notify_type, one.result.result_status.value) for one in notices]
    assert [("PAYMENT_RESULT", "S"), ("CAPTURE_RESULT", "S"), ("REFUND_RESULT", "S")] == told
    told_paid, told_captured, told_refunded = notices
    assert (merchant.id, paid.payment_id) == (told_paid.payment_request_id, told_paid.payment_id)
    assert (first.capture_id, "600") == (told_captured.capture_id, told_captured.capture_amount["value"])
    # The SDK reads the whole refund amount as its currency, so the amount is not compared.
    assert (refund.refund_id, refund.refund_time) == (told_refunded.refund_id, told_refunded.refund_time)


def test_an_unpaid_payment_is_inquired(merchant: Merchant) -> None:
    """The SDK reads each status, and the form for a challenge."""
    merchant.create()
    for action, status, code in (
        ("challenge", "PROCESSING", "PAYMENT_IN_PROCESS"),
        ("pending", "PENDING", "PAYMENT_IN_PROCESS"),
        ("decline", "FAIL", "USER_BALANCE_NOT_ENOUGH"),
    ):
        merchant.act(action)
        found = merchant.inquire()
        assert (DONE, status, code) == (outcome(found), found.payment_status.value, found.payment_result_code)
        assert (status == "PROCESSING", None) == (found.redirect_action_form is not None, found.payment_time)


@pytest.mark.parametrize(("paid", "code"), [(False, "ORDER_IS_CANCELED"), (True, "AUTH_CANCELLED")])
def test_a_payment_is_cancelled(merchant: Merchant, paid: bool, code: str) -> None:
    """Before it is paid, and while it is authorized; a repeat gets the same reply."""
    merchant.create("MANUAL")
    if paid:
        merchant.act("pay")
    found = merchant.call("PayCancel", payment_request_id=merchant.id)
    again = merchant.call("PayCancel", payment_id=found.payment_id)
    assert (DONE, DONE) == (outcome(found), outcome(again))
    assert (merchant.id, found.cancel_time) == (found.payment_request_id, again.cancel_time)
    assert "CANCELLED" == merchant.inquire().payment_status.value
    assert ("F", code) == outcome(merchant.capture(found.payment_id, "1000"))


@pytest.mark.parametrize("method", ["GCASH", "CARD"])
def test_pay_is_in_process_and_then_paid(merchant: Merchant, method: str) -> None:
    """The reply leads the buyer on, and the shop is notified."""
    amount = Amount("PHP", "1000")
    fields = {
        "product_code": ProductCodeType.CASHIER_PAYMENT,
        "payment_request_id": merchant.id,
        "order": model("Order", reference_order_id="order-1", order_description="a cup of tea", order_amount=amount),
        "payment_amount": amount,
        "payment_method": model("PaymentMethod", payment_method_type=method),
        "payment_factor": model("PaymentFactor", is_authorization=True) if method == "CARD" else None,
        "env": model("Env", terminal_type=TerminalType.WEB),
        "settlement_strategy": model("SettlementStrategy", settlement_currency="USD"),
        "payment_redirect_url": "https://127.0.0.1/return",
        "payment_notify_url": merchant.shop.url(merchant.target),
    }
    begun = merchant.call("Pay", **fields)
    assert ("U", "PAYMENT_IN_PROCESS") == outcome(begun)
    assert (begun.normal_url, True) == (begun.redirect_action_form.redirect_url, begun.payment_id in begun.normal_url)
    merchant.act("pay")
    assert (DONE, "SUCCESS") == (outcome(merchant.call("Pay", **fields)), merchant.inquire().payment_status.value)
    (paid, *_) = merchant.shop.wait(1, merchant.target)
    assert merchant.accepts(paid)
    assert (begun.payment_id, method) == tuple(paid.body[name] for name in ("paymentId", "paymentMethodType"))


def test_consult_lists_payment_methods(merchant: Merchant) -> None:
    """The SDK reads each one with its category."""
    found = merchant.call(
        "PayConsult",
        product_code=ProductCodeType.CASHIER_PAYMENT,
        payment_amount=Amount("PHP", "1000"),
        env=model("Env", terminal_type=TerminalType.WEB),
        user_region="PH",
    )
    assert DONE == outcome(found)
    options = {option.payment_method_type: option for option in found.payment_options}
    assert {"CARD", "GCASH"} <= options.keys()
    assert all(option.payment_method_category is not None for option in options.values())
    assert options["GCASH"].enabled is True


@pytest.mark.parametrize(
    "scenario",
    ["inquiry-processing-then-success", "capture-in-process", "refund-in-process", "cancel-unknown-twice"],
)
def test_replies_that_a_scenario_changes_are_read(trusted: Live, shop: Shop, scenario: str) -> None:
    """Inquiries and calls that are in process or unknown."""
    merchant = merchant_in(trusted, shop, scenario)
    merchant.create("MANUAL" if scenario.startswith("capture") else None)
    trusted.admin("PUT", "/clock", {"clientId": TEST_CLIENT_ID, "advance": "PT0S"})
    if scenario.startswith("cancel"):
        merchant.act("pay")
    found = merchant.inquire()
    assert (DONE, True) == (outcome(found), found.payment_status is not None)
    match scenario.partition("-")[0]:
        case "capture":
            assert ("U", "CAPTURE_IN_PROCESS") == outcome(merchant.capture(found.payment_id, "1000"))
        case "refund":
            assert ("U", "REFUND_IN_PROCESS") == outcome(merchant.refund(found.payment_id, "1000"))
            inquired = merchant.call("InquiryRefund", refund_request_id=f"r-{merchant.id}")
            assert "PROCESSING" == inquired.refund_status.value
        case "cancel":
            assert ("U", "UNKNOWN_EXCEPTION") == outcome(merchant.call("PayCancel", payment_id=found.payment_id))
    assert DONE == outcome(merchant.inquire())


@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        ("notify-bad-signature", rsa.VerificationError),
        ("notify-wrong-key", rsa.VerificationError),
        ("notify-truncated", rsa.VerificationError),
        ("notify-unsigned", AlipayApiException),
        ("notify-stale", None),
    ],
)
def test_the_webhook_tool_refuses_a_forged_notification(
    trusted: Live, shop: Shop, scenario: str, error: type[Exception] | None
) -> None:
    """It does not look at the time: the shop must check whether a notification is stale."""
    merchant = merchant_in(trusted, shop, scenario)
    merchant.create()
    (received, *_) = shop.wait(1, merchant.target)
    with pytest.raises(error) if error else contextlib.nullcontext():
        assert merchant.accepts(received)
