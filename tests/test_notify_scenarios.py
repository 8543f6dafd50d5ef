"""The shipped scenarios of notifications, as a merchant's shop receives them from a running gateway."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import pytest

from mock_alipay.clock.clocks import StoppedClock
from tests.calls import NOW
from tests.driver import amount, session_body
from tests.live import SANDBOX_PATH, Answer, Live, letters, live
from tests.shop import HANGS, Received, Shop, open_shop

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
    scenario: str
    name: str = field(default_factory=letters)

    @property
    def target(self) -> str:
        return f"/{self.name}?shop=1"

    @property
    def received(self) -> list[Received]:
        return self.shop.got(self.target)

    def call(self, endpoint: str, body: dict[str, Any]) -> Answer:
        path = SANDBOX_PATH.replace("createPaymentSession", endpoint)
        return self.gateway.create(body, path=path, client_id=f"C-{self.name}")

    def create(self) -> Answer:
        """Create the session, in which the scenario's buyer pays."""
        url = self.shop.url(self.target)
        return self.call("createPaymentSession", session_body(f"{self.scenario}--{self.name}", paymentNotifyUrl=url))

    def refund(self) -> Answer:
        ids = {"paymentId": self.inquiry["paymentId"], "refundRequestId": f"r-{self.name}"}
        return self.call("refund", {**ids, "refundAmount": amount(400), "refundNotifyUrl": self.shop.url(self.target)})

    @property
    def inquiry(self) -> dict[str, Any]:
        return self.call("inquiryPayment", {"paymentRequestId": f"{self.scenario}--{self.name}"}).body

    def advance(self, by: str = "PT0S") -> None:
        """Advance this merchant's clock; all that is due is then delivered."""
        assert 200 == self.gateway.admin("PUT", "/clock", {"clientId": f"C-{self.name}", "advance": by}).status

    @property
    def statuses(self) -> list[str]:
        """The statuses of the notifications, the oldest first, and the number of their attempts."""
        listed = self.gateway.admin("GET", f"/notifications?clientId=C-{self.name}").body["notifications"]
        return [f"{one['status']} {len(one['attempts'])}" for one in reversed(listed)]


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
    return type_, "good" if received.headers["request-time"] == "2026-11-22T01:07:10Z" else "stale"


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
    """In this order and as often, all equally trustworthy; the calls succeed."""
    sale = Sale(gateway, shop, scenario)
    assert "SUCCESS" == sale.create().code
    sale.advance()
    assert ("SUCCESS", "SUCCESS") == (sale.refund().code, sale.inquiry["paymentStatus"])
    sale.advance("P2D" if scenario == "notify-dropped" else "PT0S")
    key = str(gateway.components.env["gatewayPublicKey"])
    assert [(type_, trust) for type_ in types] == [type_and_trust(received, key) for received in sale.received]
    assert (["ACCEPTED 1"] * len(types) or ["DROPPED 0"] * 3) == sale.statuses
    if scenario == "notify-twice":
        bodies = [received.raw for received in sale.received]
        assert bodies[::2] == bodies[1::2]
    if scenario == "notify-altered-amount":
        amounts = [one["paymentAmount"]["value"] for one in (sale.received[0].body, sale.inquiry)]
        assert ["1", "1000"] == amounts


def test_late_notifications_arrive_after_ten_minutes(gateway: Live, shop: Shop) -> None:
    """Not a second earlier; that of a refund arrives ten minutes after the refund."""
    sale = Sale(gateway, shop, "notify-late")
    sale.create()
    sale.advance("PT9M59S")
    assert ([], "SUCCESS") == (sale.received, sale.inquiry["paymentStatus"])
    sale.advance("PT1S")
    assert [PAYMENT, CAPTURE] == [received.type for received in sale.received]
    sale.refund()
    sale.advance("PT1H")
    times = [received.headers["request-time"][11:] for received in sale.received]
    assert ["01:17:10Z", "01:17:10Z", "01:27:10Z"] == times


def test_a_notification_before_the_reply_is_acknowledged_first(gateway: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """The merchant has no reply until the shop has acknowledged the notification."""
    # The reply waits for the shop as long as a busy machine may need.
    monkeypatch.setattr(import_module("mock_alipay.webhooks.dispatcher"), "_REPLY_WAIT", 60)
    with open_shop() as shop, ThreadPoolExecutor(1) as threads:
        sale = Sale(gateway, shop, "notify-before-reply")
        shop.says(sale.target, HANGS)
        reply = threads.submit(sale.create)
        (first,) = shop.wait(1, sale.target)
        assert (PAYMENT, False) == (first.type, reply.done())
        shop.let_go()
        assert "SUCCESS" == reply.result(60).code
        assert [PAYMENT, CAPTURE] == [received.type for received in sale.received]


@pytest.mark.parametrize("scenario", ["notify-before-reply", "pays-at-once"])
def test_a_shop_may_refund_before_it_acknowledges(gateway: Live, shop: Shop, scenario: str) -> None:
    """Its call gets a reply while the notification waits for the acknowledgement."""
    sale, codes = Sale(gateway, shop, scenario), []

    def refund(received: Received) -> None:
        if received.type == CAPTURE:
            codes.append(sale.refund().code)

    shop.does(sale.target, refund)
    sale.create()
    sale.advance()
    assert (["SUCCESS"], ALL) == (codes, [received.type for received in sale.received])
    assert ["ACCEPTED 1"] * 3 == sale.statuses
