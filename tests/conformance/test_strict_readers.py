"""Every field has the type that the Go and .NET SDKs expect: they read each field as one type only."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live import SANDBOX_PATH, Live, sample
from tests.shop import Shop, open_shop

TYPED: dict[str, type] = {
    "enabled": bool,
    "preferred": bool,
    "guaranteed": bool,
    "challenged": bool,
    "threeDSOffered": bool,
    "refundOnAuthorizationAvailable": bool,
    "quotePrice": float,
    "installmentNum": int,
    "feePercentage": int,
    "availableRetries": int,
}
"""Fields that are not strings (SDKs of Go 1.3.5 and .NET 2.2.5)."""

STATUSES = {"SUCCESS", "FAIL", "PROCESSING", "CANCELLED", "PENDING"}
"""paymentStatus, refundStatus and transactionStatus; .NET reads any other word as SUCCESS."""

USD = {"currency": "USD", "value": "1000"}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One shop; each payment has a path of its own."""
    with open_shop() as running:
        yield running


def scalars(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar of a body, with the name of its field."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from scalars(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from scalars(inner, name)
    else:
        yield name, value


def mistyped(body: dict[str, Any]) -> list[tuple[str, Any]]:
    """The fields that one of the SDKs could not read."""
    return [(name, value) for name, value in scalars(body) if type(value) is not TYPED.get(name, str)]


class Walk:
    """A merchant who keeps all replies."""

    def __init__(self, gateway: Live, shop: Shop, scenario: str) -> None:
        self._gateway = gateway
        self._shop = shop
        self.client_id = f"C-{uuid.uuid4()}"
        self.id = f"{scenario}--{uuid.uuid4().hex[:12]}"
        self.replies: list[dict[str, Any]] = []

    def call(self, endpoint: str, **body: Any) -> dict[str, Any]:
        """The reply to a call."""
        path = SANDBOX_PATH.replace("createPaymentSession", endpoint)
        self.replies.append(self._gateway.create(body, path=path, client_id=self.client_id).body)
        return self.replies[-1]

    def order(self, method: str, **more: Any) -> dict[str, Any]:
        """The body of createPaymentSession and pay."""
        order = sample()["order"] | {"orderAmount": USD}
        chosen = {"paymentMethod": {"paymentMethodType": method}, "paymentAmount": USD, "order": order}
        return sample(self.id, paymentNotifyUrl=self._shop.url(f"/{self.id}"), **chosen, **more)

    def settle(self, by: str = "PT0S") -> None:
        """Advance the clock; what is due happens."""
        self._gateway.admin("PUT", "/clock", {"clientId": self.client_id, "advance": by})

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """Replies and notifications."""
        return self.replies + [received.body for received in self._shop.got(f"/{self.id}")]


@pytest.mark.parametrize("method", ["CARD", "GCASH"])
@pytest.mark.parametrize(
    "scenario",
    [
        "declined-do-not-honor",
        "challenge-then-success",
        "pending-then-fail",
        "capture-in-process",
        "refund-fails-later",
    ],
)
def test_every_field_has_the_expected_type(gateway: Live, shop: Shop, scenario: str, method: str) -> None:
    """In replies and notifications through all states of a payment; nothing is null, and every status is known."""
    walk = Walk(gateway, shop, scenario)
    factor = {"isAuthorization": True, "captureMode": "MANUAL"}
    walk.call("createPaymentSession", **walk.order(method, paymentFactor=factor))
    for by in ("PT0S", "PT1M", "PT9M"):
        walk.settle(by)
        found = walk.call("inquiryPayment", paymentRequestId=walk.id)
    ids = {"paymentId": found["paymentId"]}
    walk.call("capture", **ids, captureRequestId=f"c-{walk.id}", captureAmount={"currency": "USD", "value": "900"})
    walk.settle("PT10S")
    walk.call("refund", **ids, refundRequestId=f"r-{walk.id}", refundAmount={"currency": "USD", "value": "100"})
    walk.call("inquiryRefund", refundRequestId=f"r-{walk.id}")
    walk.settle("PT10S")
    walk.call("inquiryRefund", refundRequestId=f"r-{walk.id}")
    walk.call("cancel", paymentRequestId=walk.id)
    walk.call("inquiryPayment", **ids)

    assert len(walk.bodies) > len(walk.replies) > 8
    assert [] == [fault for body in walk.bodies for fault in mistyped(body)]
    statuses = [(name, value) for body in walk.bodies for name, value in scalars(body) if name.endswith("Status")]
    assert [] == [(name, word) for name, word in statuses if name != "resultStatus" and word not in STATUSES]
    assert {word for name, word in statuses if name == "resultStatus"} <= {"S", "F", "U"}


def test_the_fields_of_pay_and_consult_have_the_expected_types(gateway: Live, shop: Shop) -> None:
    """Of a payment in process and paid, and of consult with and without a region."""
    walk = Walk(gateway, shop, "success")
    web = {"env": {"terminalType": "WEB"}}
    for _ in range(2):
        walk.call("pay", **walk.order("CARD", **web))
        gateway.admin("POST", f"/payments/{walk.id}/act?clientId={walk.client_id}", {"action": "pay"})
    walk.call("consult", productCode="CASHIER_PAYMENT", paymentAmount=USD, **web)
    walk.call("consult", productCode="CASHIER_PAYMENT", paymentAmount=USD, userRegion="PH", **web)
    codes = [reply["result"]["resultCode"] for reply in walk.replies]

    assert ["PAYMENT_IN_PROCESS", "SUCCESS", "SUCCESS", "SUCCESS"] == codes
    assert [] == [fault for body in walk.bodies for fault in mistyped(body)]


@pytest.mark.parametrize("scenario", ["inquiry-processing-then-success", "inquiry-of-nothing"])
def test_a_successful_inquiry_has_a_payment_status(gateway: Live, shop: Shop, scenario: str) -> None:
    """Without one, .NET treats the payment as paid."""
    walk = Walk(gateway, shop, scenario)
    walk.call("createPaymentSession", **walk.order("CARD"))
    walk.settle()
    for _ in range(3):
        found = walk.call("inquiryPayment", paymentRequestId=walk.id)
        assert (found["result"]["resultStatus"] == "S") == ("paymentStatus" in found)
    assert [] == [fault for body in walk.bodies for fault in mistyped(body)]
