"""The shipped scenarios of notifications, as a careful merchant's shop lives through them at a running gateway."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest

from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.scenarios import shipped_folder
from tests.calls import NOW
from tests.live import SANDBOX_PATH, Answer, Live, live, sample
from tests.shop import HANGS, Received, Shop, open_shop

GATEWAY_TIME = "2026-11-22T01:07:10Z"
PAYMENT, CAPTURE, REFUND = "PAYMENT_RESULT", "CAPTURE_RESULT", "REFUND_RESULT"
LIFE = [PAYMENT, CAPTURE, REFUND]
"""What there is to tell of a card payment that is paid, captured by the gateway and refunded by the merchant."""

JUDGED: dict[str, tuple[list[str], str]] = {
    # name: what comes, in order, and what a careful merchant makes of it
    "notify-altered-amount": (LIFE, "good"),
    "notify-bad-signature": (LIFE, "false"),
    "notify-before-reply": (LIFE, "good"),
    "notify-capture-first": ([CAPTURE, PAYMENT, REFUND], "good"),
    "notify-dropped": ([], "good"),
    "notify-late": ([], "good"),  # not yet
    "notify-stale": (LIFE, "stale"),
    "notify-truncated": (["?"] * 3, "broken off"),
    "notify-twice": ([PAYMENT, PAYMENT, CAPTURE, CAPTURE, REFUND, REFUND], "good"),
    "notify-unsigned": (LIFE, "unsigned"),
    "notify-wrong-key": (LIFE, "false"),
    "pays-at-once": (LIFE, "good"),
}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One shop for all; each payment has a path of its own."""
    with open_shop() as running:
        yield running


@pytest.fixture(scope="module")
def gateway() -> Iterator[Live]:
    """A gateway on a machine whose time stands at NOW."""
    with live(clock=StoppedClock(NOW)) as running:
        yield running


@dataclass(frozen=True)
class Sale:
    """A card payment of 1000 by a merchant of its own, in a scenario that its id asks for."""

    gateway: Live
    shop: Shop
    id: str
    client_id: str

    @property
    def target(self) -> str:
        """Where its notifications go."""
        return f"/{self.id}?shop=1"

    @property
    def got(self) -> list[Received]:
        """What has come."""
        return self.shop.got(self.target)

    @property
    def public_key(self) -> str:
        """The gateway's."""
        return str(self.gateway.components.env["gatewayPublicKey"])

    def call(self, endpoint: str, body: dict[str, Any]) -> Answer:
        """A call of this merchant's."""
        path = SANDBOX_PATH.replace("createPaymentSession", endpoint)
        return self.gateway.create(body, path=path, client_id=self.client_id)

    def create(self) -> Answer:
        """Open the session; the scenario's buyer pays in it."""
        amount = {"currency": "USD", "value": "1000"}
        order = sample()["order"] | {"orderAmount": amount}
        notify = self.shop.url(self.target)
        changes = {"order": order, "paymentAmount": amount, "paymentMethod": {"paymentMethodType": "CARD"}}
        return self.call("createPaymentSession", sample(self.id, paymentNotifyUrl=notify, **changes))

    def refund(self) -> Answer:
        """Give a part of it back."""
        amount = {"currency": "USD", "value": "400"}
        body = {"paymentId": self.inquiry["paymentId"], "refundRequestId": f"r-{self.id}", "refundAmount": amount}
        return self.call("refund", {**body, "refundNotifyUrl": self.shop.url(self.target)})

    @property
    def inquiry(self) -> dict[str, Any]:
        """What inquiryPayment says."""
        return self.call("inquiryPayment", {"paymentRequestId": self.id}).body

    def advance(self, by: str) -> None:
        """Wind this merchant's clock."""
        assert 200 == self.gateway.admin("PUT", "/clock", {"clientId": self.client_id, "advance": by}).status

    def settled(self) -> list[dict[str, Any]]:
        """The notifications as the gateway sees them, the oldest first, once all that is due has been delivered."""
        self.advance("PT0S")
        found = self.gateway.admin("GET", f"/notifications?clientId={self.client_id}").body["notifications"]
        return list(reversed(found))


def sale(gateway: Live, shop: Shop, scenario: str) -> Sale:
    """A sale that nothing has happened to."""
    return Sale(gateway, shop, f"{scenario}--{uuid.uuid4()}", f"C-{uuid.uuid4()}")


def verdict(received: Received, public_key: str) -> str:
    """What a careful merchant makes of a notification."""
    if "signature" not in received.headers:
        return "unsigned"
    try:
        json.loads(received.raw)
    except ValueError:
        return "broken off"
    if not received.genuine(public_key):
        return "false"
    return "good" if received.headers["request-time"] == GATEWAY_TIME else "stale"


def type_of(received: Received) -> str:
    """Its notifyType, where it can be read."""
    try:
        return received.type
    except ValueError:
        return "?"


def test_every_shipped_scenario_of_notifications_is_lived_through() -> None:
    """None is shipped without a row here."""
    shipped = {file.stem for file in shipped_folder().iterdir() if file.stem.startswith("notify-")}
    assert shipped | {"pays-at-once"} == set(JUDGED)


@pytest.mark.parametrize("scenario", JUDGED)
def test_what_comes_and_what_it_is_worth(gateway: Live, shop: Shop, scenario: str) -> None:
    """Types in order, as often as the scenario says, each of the worth that it says; the calls themselves succeed."""
    expected, worth = JUDGED[scenario]
    one = sale(gateway, shop, scenario)
    assert "SUCCESS" == one.create().code
    one.settled()
    assert "SUCCESS" == one.refund().code
    kept = one.settled()

    assert expected == [type_of(received) for received in one.got]
    assert {worth} >= {verdict(received, one.public_key) for received in one.got}
    assert {"SUCCESS"} == {one.inquiry[name] for name in ("paymentStatus", "paymentResultCode")}
    assert {scenario} == {notification["scenario"] for notification in kept}
    # What came is what the gateway says it sent, in its words and under its ids.
    sent = [one for one in kept if one["attempts"]]
    assert sorted(received.headers["mock-notification-id"] for received in one.got) == sorted(n["id"] for n in sent)
    if worth != "broken off":
        by_id = {notification["id"]: notification["request"] for notification in sent}
        for received in one.got:
            assert by_id[received.headers["mock-notification-id"]].keys() == received.body.keys()


def test_each_tells_what_was_paid_captured_and_refunded(gateway: Live, shop: Shop) -> None:
    """In the usual scenario: its ids and amounts are those of the replies."""
    one = sale(gateway, shop, "pays-at-once")
    one.create()
    one.settled()
    refund, inquiry = one.refund().body, one.inquiry
    one.settled()
    paid, captured, refunded = (received.body for received in one.got)
    amount = {"currency": "USD", "value": "1000"}

    assert (one.id, inquiry["paymentId"], amount) == tuple(
        paid[name] for name in ("paymentRequestId", "paymentId", "paymentAmount")
    )
    assert (inquiry["paymentId"], amount) == (captured["paymentId"], captured["captureAmount"])
    assert captured["captureId"] == inquiry["transactions"][0]["transactionId"]
    for name in ("refundId", "refundRequestId", "refundAmount", "refundTime"):
        assert refund[name] == refunded[name]
    assert ["SUCCESS"] * 3 == [body["result"]["resultCode"] for body in (paid, captured, refunded)]
    assert one.client_id == one.got[0].headers["client-id"]


def test_an_altered_amount_is_told_to_be_found_out(gateway: Live, shop: Shop) -> None:
    """The signature is right, the amount is not the order's."""
    one = sale(gateway, shop, "notify-altered-amount")
    one.create()
    one.settled()
    assert {"currency": "USD", "value": "1"} == one.got[0].body["paymentAmount"]
    assert {"currency": "USD", "value": "1000"} == one.inquiry["paymentAmount"]


def test_twice_is_the_same_twice(gateway: Live, shop: Shop) -> None:
    """A shop that counts a payment for each notification is found out: body for body they are the same."""
    one = sale(gateway, shop, "notify-twice")
    one.create()
    one.settled()
    assert {2} == set(Counter(received.raw for received in one.got).values())
    assert 4 == len({received.headers["mock-notification-id"] for received in one.got})


def test_dropped_is_told_by_an_inquiry_alone(gateway: Live, shop: Shop) -> None:
    """However long the shop waits; the gateway says why nothing came."""
    one = sale(gateway, shop, "notify-dropped")
    one.create()
    one.advance("P2D")
    kept = one.settled()
    assert ([], "SUCCESS") == (one.got, one.inquiry["paymentStatus"])
    why = "dropped by the scenario notify-dropped"
    assert [("DROPPED", why, [])] * 2 == [(n["status"], n["problem"], n["attempts"]) for n in kept]


def test_late_is_ten_minutes_late(gateway: Live, shop: Shop) -> None:
    """Not a second sooner, and the refund's ten minutes after the refund."""
    one = sale(gateway, shop, "notify-late")
    one.create()
    one.advance("PT9M59S")
    one.settled()
    assert ([], "SUCCESS") == (one.got, one.inquiry["paymentStatus"])
    one.advance("PT1S")
    assert [PAYMENT, CAPTURE] == [received.type for received in one.got]
    one.refund()
    one.advance("PT1H")
    times = [received.headers["request-time"] for received in one.got]
    assert ["2026-11-22T01:17:10Z", "2026-11-22T01:17:10Z", "2026-11-22T01:27:10Z"] == times
    assert all(received.genuine(one.public_key) for received in one.got)


@pytest.fixture
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply waits for the shop for as long as a busy machine may take."""
    monkeypatch.setattr(import_module("mock_alipay.webhooks.dispatcher"), "_REPLY_WAIT", 60)


@pytest.mark.usefixtures("_unhurried")
def test_before_the_reply_is_before_the_reply(gateway: Live) -> None:
    """While the shop does not answer the notification, the merchant has no reply to the call that caused it."""
    with open_shop() as shop, ThreadPoolExecutor(1) as threads:
        one = sale(gateway, shop, "notify-before-reply")
        shop.says(one.target, HANGS)
        reply = threads.submit(one.create)
        (first,) = shop.wait(1, one.target)
        assert (PAYMENT, False) == (first.type, reply.done())
        shop.let_go()
        assert "SUCCESS" == reply.result(60).code
        assert [PAYMENT, CAPTURE] == [received.type for received in one.got]
        assert "SUCCESS" == one.refund().code
        assert REFUND == one.got[-1].type


@pytest.mark.parametrize("scenario", ["notify-before-reply", "pays-at-once"])
def test_a_shop_may_refund_before_it_acknowledges(gateway: Live, shop: Shop, scenario: str) -> None:
    """Its call is answered, though it comes while a notification waits for the shop."""
    one, codes = sale(gateway, shop, scenario), []

    def refund(received: Received) -> None:
        if type_of(received) == CAPTURE:
            codes.append(one.refund().code)

    shop.does(one.target, refund)
    one.create()
    kept = one.settled()
    assert (["SUCCESS"], LIFE) == (codes, [received.type for received in one.got])
    assert [["ACCEPTED", 1]] * 3 == [[notification["status"], len(notification["attempts"])] for notification in kept]


def test_of_a_wallet_s_payment_capture_first_tells_at_once(gateway: Live, shop: Shop) -> None:
    """It is never captured, so nothing waits for that."""
    one = sale(gateway, shop, "notify-capture-first")
    changes = {"paymentMethod": {"paymentMethodType": "ALIPAY_CN"}, "paymentNotifyUrl": shop.url(one.target)}
    one.call("createPaymentSession", sample(one.id, **changes))
    (kept,) = one.settled()
    assert ([PAYMENT], "ACCEPTED", None) == (
        [type_of(received) for received in one.got],
        kept["status"],
        kept["waitsFor"],
    )


def test_capture_first_of_a_payment_that_is_cancelled(gateway: Live, shop: Shop) -> None:
    """While the money is held the shop is told nothing, and the gateway says why; once cancelled, it is told."""
    one = sale(gateway, shop, "notify-capture-first")
    held = {"isAuthorization": True, "captureMode": "MANUAL"}
    changes = {"paymentMethod": {"paymentMethodType": "CARD"}, "paymentFactor": held}
    one.call("createPaymentSession", sample(one.id, paymentNotifyUrl=shop.url(one.target), **changes))
    (kept,) = one.settled()
    assert ([], "PENDING", "notifyCapture", None) == (
        one.got,
        kept["status"],
        kept["waitsFor"],
        kept["nextAttempt"],
    )
    assert "SUCCESS" == one.call("cancel", {"paymentRequestId": one.id}).code
    one.settled()
    assert [PAYMENT] == [received.type for received in one.got]
