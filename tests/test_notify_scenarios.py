"""The shipped scenarios of notifications, as a merchant's shop receives them from a running gateway."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest

from mock_alipay.clock.clocks import StoppedClock
from tests.calls import NOW
from tests.live import SANDBOX_PATH, Answer, Live, letters, live, sample
from tests.shop import HANGS, Received, Shop, open_shop

GATEWAY_TIME = "2026-11-22T01:07:10Z"
PAYMENT, CAPTURE, REFUND = "PAYMENT_RESULT", "CAPTURE_RESULT", "REFUND_RESULT"
ALL = [PAYMENT, CAPTURE, REFUND]
"""The notifications of a card payment that is paid, captured by the gateway and refunded by the merchant."""


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One shop; each payment has a path of its own."""
    with open_shop() as running:
        yield running


@pytest.fixture(scope="module")
def gateway() -> Iterator[Live]:
    """A gateway on a machine whose time stands at NOW."""
    with live(clock=StoppedClock(NOW)) as running:
        yield running


@dataclass(frozen=True)
class Sale:
    """A card payment of 1000, by a merchant of its own, in a scenario that its id names."""

    gateway: Live
    shop: Shop
    id: str
    client_id: str

    @property
    def target(self) -> str:
        """The path of its notifications."""
        return f"/{self.id}?shop=1"

    @property
    def received(self) -> list[Received]:
        """The notifications that the shop has received."""
        return self.shop.got(self.target)

    def call(self, endpoint: str, body: dict[str, Any]) -> Answer:
        """A call of this merchant."""
        path = SANDBOX_PATH.replace("createPaymentSession", endpoint)
        return self.gateway.create(body, path=path, client_id=self.client_id)

    def create(self) -> Answer:
        """Create the session, in which the scenario's buyer pays."""
        amount = {"currency": "USD", "value": "1000"}
        order = sample()["order"] | {"orderAmount": amount}
        changes = {"order": order, "paymentAmount": amount, "paymentMethod": {"paymentMethodType": "CARD"}}
        notify = self.shop.url(self.target)
        return self.call("createPaymentSession", sample(self.id, paymentNotifyUrl=notify, **changes))

    def refund(self) -> Answer:
        """Refund a part."""
        amount = {"currency": "USD", "value": "400"}
        body = {"paymentId": self.inquiry["paymentId"], "refundRequestId": f"r-{self.id}", "refundAmount": amount}
        return self.call("refund", {**body, "refundNotifyUrl": self.shop.url(self.target)})

    @property
    def inquiry(self) -> dict[str, Any]:
        """The reply of inquiryPayment."""
        return self.call("inquiryPayment", {"paymentRequestId": self.id}).body

    def advance(self, by: str = "PT0S") -> None:
        """Advance this merchant's clock; all that is due is then delivered."""
        assert 200 == self.gateway.admin("PUT", "/clock", {"clientId": self.client_id, "advance": by}).status

    @property
    def notifications(self) -> list[dict[str, Any]]:
        """The notifications as the gateway lists them, the oldest first."""
        found = self.gateway.admin("GET", f"/notifications?clientId={self.client_id}").body["notifications"]
        return list(reversed(found))


def sale(gateway: Live, shop: Shop, scenario: str) -> Sale:
    """A new sale."""
    return Sale(gateway, shop, f"{scenario}--{letters()}", f"C-{letters()}")


def type_and_trust(received: Received, public_key: str) -> tuple[str, str]:
    """The type of a notification, and how far a careful merchant trusts it."""
    try:
        type_ = str(json.loads(received.raw)["notifyType"])
    except ValueError:
        return "?", "cut off"
    if "signature" not in received.headers:
        return type_, "unsigned"
    if not received.genuine(public_key):
        return type_, "forged"
    return type_, "good" if received.headers["request-time"] == GATEWAY_TIME else "stale"


@pytest.mark.parametrize(
    ("scenario", "types", "trust"),
    [
        ("notify-altered-amount", ALL, "good"),
        ("notify-bad-signature", ALL, "forged"),
        ("notify-before-reply", ALL, "good"),
        ("notify-capture-first", [CAPTURE, PAYMENT, REFUND], "good"),
        ("notify-dropped", [], ""),
        ("notify-stale", ALL, "stale"),
        ("notify-truncated", ["?"] * 3, "cut off"),
        ("notify-twice", [PAYMENT, PAYMENT, CAPTURE, CAPTURE, REFUND, REFUND], "good"),
        ("notify-unsigned", ALL, "unsigned"),
        ("notify-wrong-key", ALL, "forged"),
    ],
)
def test_a_shop_receives_what_the_name_says(
    gateway: Live, shop: Shop, scenario: str, types: list[str], trust: str
) -> None:
    """In this order and as often, all equally trustworthy; the calls succeed, and the gateway lists what it sent."""
    bought = sale(gateway, shop, scenario)
    assert "SUCCESS" == bought.create().code
    bought.advance()
    assert "SUCCESS" == bought.refund().code
    bought.advance("P2D" if scenario == "notify-dropped" else "PT0S")
    key = str(gateway.components.env["gatewayPublicKey"])
    assert [(type_, trust) for type_ in types] == [type_and_trust(received, key) for received in bought.received]
    inquiry = bought.inquiry
    assert ["SUCCESS"] * 2 == [inquiry[name] for name in ("paymentStatus", "paymentResultCode")]
    sent = [one["id"] for one in bought.notifications if one["attempts"]]
    assert sorted(sent) == sorted(received.headers["mock-notification-id"] for received in bought.received)
    if scenario == "notify-dropped":
        assert ["DROPPED"] * 3 == [one["status"] for one in bought.notifications]
    if scenario == "notify-twice":
        bodies = [received.raw for received in bought.received]
        assert bodies[::2] == bodies[1::2]
    if scenario == "notify-altered-amount":
        amounts = [one["paymentAmount"]["value"] for one in (bought.received[0].body, inquiry)]
        assert ["1", "1000"] == amounts


def test_late_notifications_arrive_after_ten_minutes(gateway: Live, shop: Shop) -> None:
    """Not a second earlier; that of a refund arrives ten minutes after the refund."""
    bought = sale(gateway, shop, "notify-late")
    bought.create()
    bought.advance("PT9M59S")
    assert ([], "SUCCESS") == (bought.received, bought.inquiry["paymentStatus"])
    bought.advance("PT1S")
    assert [PAYMENT, CAPTURE] == [received.type for received in bought.received]
    bought.refund()
    bought.advance("PT1H")
    times = [received.headers["request-time"] for received in bought.received]
    assert ["2026-11-22T01:17:10Z", "2026-11-22T01:17:10Z", "2026-11-22T01:27:10Z"] == times


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reply waits for the shop as long as a busy machine may need."""
    monkeypatch.setattr(import_module("mock_alipay.webhooks.dispatcher"), "_REPLY_WAIT", 60)


@pytest.mark.usefixtures("_patient")
def test_a_notification_before_the_reply_is_acknowledged_first(gateway: Live) -> None:
    """The merchant has no reply until the shop has acknowledged the notification."""
    with open_shop() as shop, ThreadPoolExecutor(1) as threads:
        bought = sale(gateway, shop, "notify-before-reply")
        shop.says(bought.target, HANGS)
        reply = threads.submit(bought.create)
        (first,) = shop.wait(1, bought.target)
        assert (PAYMENT, False) == (first.type, reply.done())
        shop.let_go()
        assert "SUCCESS" == reply.result(60).code
        assert [PAYMENT, CAPTURE] == [received.type for received in bought.received]


@pytest.mark.parametrize("scenario", ["notify-before-reply", "pays-at-once"])
def test_a_shop_may_refund_before_it_acknowledges(gateway: Live, shop: Shop, scenario: str) -> None:
    """Its call gets a reply while the notification waits for the acknowledgement."""
    bought, codes = sale(gateway, shop, scenario), []

    def refund(received: Received) -> None:
        if received.type == CAPTURE:
            codes.append(bought.refund().code)

    shop.does(bought.target, refund)
    bought.create()
    bought.advance()
    assert (["SUCCESS"], ALL) == (codes, [received.type for received in bought.received])
    assert [("ACCEPTED", 1)] * 3 == [(one["status"], len(one["attempts"])) for one in bought.notifications]
