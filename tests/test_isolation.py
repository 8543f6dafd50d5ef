"""Client ids are isolated: many concurrent clients use the same ids and never see each other's data."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.live import SANDBOX_PATH, Answer, Live, live, sample, signed_headers
from tests.shop import ACKNOWLEDGED, FAULTY, Shop, open_shop
from tests.web.asking import Driver, Listener

STEADY, RESETTING = range(1, 12, 2), range(0, 6, 2)
"""Numbers of clients that keep their data, and of those that are reset again and again meanwhile."""
BASE = datetime(2031, 1, 1, tzinfo=UTC)
REFUSALS = {"risk-reject": "RISK_REJECT", "process-fail": "PROCESS_FAIL", "card-not-supported": "CARD_NOT_SUPPORTED"}
SIGNED = signed_headers(b"")
"""For client ids without a key only the form of the signature is checked."""


@dataclass
class Client:
    """A client whose ``number`` decides what it does and expects."""

    live: Live
    number: int
    calls: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name = f"client-{self.number}"
        self.amount = {"currency": "SGD", "value": str(20_000 + self.number)}
        self.scenario = list(REFUSALS)[self.number % 3]
        self.times = 1 + self.number % 4
        self.frozen = BASE + timedelta(days=self.number)

    def admin(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """An admin call."""
        answer = self.live.admin(method, path, body)
        assert 200 == answer.status, answer.raw
        return answer.body

    def create(self, payment_request_id: str) -> Answer:
        """A call with the client's own amount; large bodies are validated in a thread."""
        padding = "x" * (20_000 if self.number % 5 == 0 else 10)
        body = sample(payment_request_id, paymentAmount=self.amount, paymentNotifyUrl=None, padding=padding)
        raw = json.dumps(body).encode()
        self.calls.append(self.live.request("POST", SANDBOX_PATH, raw, {**SIGNED, "client-id": self.name}))
        return self.calls[-1]

    def set_up(self) -> None:
        """Set a scenario for some calls, load a scenario and freeze the clock."""
        self.admin("PUT", "/scenario", {"clientId": self.name, "scenario": self.scenario, "times": self.times})
        step = {"result": "PROCESS_FAIL", "message": self.name}
        scenario = {"description": self.name, "createPaymentSession": [step, {"set": {"own": self.name}}]}
        self.admin("POST", f"/scenarios?name=tale&clientId={self.name}", scenario)
        self.admin("PUT", "/clock", {"clientId": self.name, "freeze": self.frozen.isoformat()})

    def pay(self) -> None:
        """Call with ids that every client uses, and get the replies of its own scenarios and sessions."""
        assert [REFUSALS[self.scenario]] * self.times == [self.create("p-0").code for _ in range(self.times)]
        sessions = [self.create(f"p-{number}").body for number in (0, 1, 0, 1)]
        assert (sessions[0], sessions[1]) == (sessions[2], sessions[3])
        codes = [self.create("unknown-then-success--1").code for _ in range(3)]
        assert ["UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION", "SUCCESS"] == codes
        replies = [self.create("tale--1") for _ in range(2)]
        assert (self.name, self.name) == (replies[0].message, replies[1].body["own"])

    def expire(self) -> None:
        """Advance the clock beyond the expiry of the sessions: the ids get new ones."""
        before = self.create("p-0").body["paymentSessionId"]
        self.admin("PUT", "/clock", {"clientId": self.name, "advance": "1h"})
        assert before != self.create("p-0").body["paymentSessionId"]

    def check(self, hours: int) -> None:
        """Replies, journal, payments, scenarios and clock are its own; the clock was advanced by so many hours."""
        query, own = f"clientId={self.name}", (self.name, self.amount["value"])
        times = {datetime.fromisoformat(answer.headers["response-time"]) for answer in self.calls}
        assert {self.frozen + timedelta(hours=hour) for hour in range(hours + 1)} == times
        assert {self.name} == {answer.headers["client-id"] for answer in self.calls}
        calls = self.admin("GET", f"/calls?{query}&limit=1000")["calls"][::-1]
        assert [(answer.headers["mock-call-id"], answer.body) for answer in self.calls] == [
            (call["id"], call["reply"]) for call in calls
        ]
        assert {own} == {(call["clientId"], call["request"]["paymentAmount"]["value"]) for call in calls}
        assert len(self.calls) == self.admin("GET", f"/calls/count?{query}")["count"]
        payments = self.admin("GET", f"/payments?{query}")["payments"]
        names = ["p-0", "p-1", "tale--1", "unknown-then-success--1"]
        assert names == sorted(payment["paymentRequestId"] for payment in payments)
        assert {own} == {(payment["clientId"], payment["paymentAmount"]["value"]) for payment in payments}
        scenarios = self.admin("GET", f"/scenarios?{query}")
        loaded = [scenario["clientId"] for scenario in scenarios["scenarios"] if not scenario["file"]]
        assert ([self.name], []) == (loaded, scenarios["chosen"])
        clock = self.admin("GET", f"/clock?{query}")
        now = (self.frozen + timedelta(hours=hours)).isoformat(timespec="milliseconds")
        assert (now, True, True) == (clock["now"], clock["frozen"], clock["own"])

    def reset(self) -> None:
        """Reset its own data: nothing is left."""
        self.admin("POST", "/reset", {"clientId": self.name})
        left = [self.admin("GET", f"/{what}?clientId={self.name}")[what] for what in ("calls", "payments")]
        assert ([[], []], False) == (left, self.admin("GET", f"/clock?clientId={self.name}")["own"])
        self.calls.clear()

    def keep(self) -> None:
        """Do everything but reset, while it listens to events and waits for calls; then get the events again."""
        query, count = f"clientId={self.name}", self.times + 11
        with Listener(self.live, f"?{query}") as listener, ThreadPoolExecutor(1) as waiting:
            wait = waiting.submit(self.admin, "GET", f"/calls/wait?{query}&count={count}&timeout=60")
            opened = listener.opening[1].removeprefix("id: ")
            self.set_up()
            self.pay()
            self.check(hours=0)
            self.expire()
            self.check(hours=1)
            awaited = wait.result()
            self.admin("PUT", "/clock", {"clientId": self.name, "freeze": "now"})
            events = self.events(listener)
        ids = [answer.headers["mock-call-id"] for answer in self.calls]
        assert (count, ids[::-1]) == (awaited["count"], [call["id"] for call in awaited["calls"]])
        assert ids == [data["id"] for kind, data in events if kind == "call"]
        # Four sessions open and expire, and one opens again.
        assert {"call": count, "payment": 9, "notification": 4, "clock": 3} == Counter(kind for kind, _ in events)
        with Listener(self.live, f"?{query}", opened) as again:
            assert events == self.events(again)

    def events(self, listener: Listener) -> list[tuple[str, Any]]:
        """Its events up to the third change of the clock."""
        events: list[tuple[str, Any]] = []
        while 3 > sum(kind == "clock" for kind, _ in events):
            events.append(listener.next())
        assert {self.name} == {data["clientId"] for _, data in events}
        return events


@pytest.fixture(scope="module")
def crowded() -> Iterator[Live]:
    """A gateway of its own, for client ids of all tests here."""
    with live() as running:
        yield running


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """A shop with a path for each client id."""
    with open_shop() as shop:
        yield shop


def test_clients_that_are_reset_do_not_affect_others(crowded: Live) -> None:
    """Concurrent clients keep all calls, payments, events, waits and settings while others are reset repeatedly."""
    over = threading.Event()

    def reset_repeatedly(client: Client) -> None:
        while not over.is_set():
            client.set_up()
            client.pay()
            client.check(hours=0)
            client.reset()

    clients = [Client(crowded, number) for number in STEADY]
    with ThreadPoolExecutor(len(STEADY) + len(RESETTING)) as threads:
        others = [threads.submit(reset_repeatedly, Client(crowded, number)) for number in RESETTING]
        try:
            list(threads.map(Client.keep, clients))
        finally:
            over.set()
        for other in others:
            other.result(60)
    sessions = {
        answer.body["paymentSessionId"] for client in clients for answer in client.calls if answer.code == "SUCCESS"
    }
    assert 5 * len(clients) == len(sessions)
    assert "PT0S" == crowded.admin("GET", "/clock").body["ahead"]
    # Whatever clients did later left the earlier ones' data alone.
    for client in clients:
        client.check(hours=1)


def test_concurrent_clients_get_their_own_notifications(crowded: Live, shop: Shop) -> None:
    """They pay and refund under the same ids; half of them are reset and then lose the pending ones only they have."""
    drivers = [Driver(crowded, shop, f"/{number}", f"notified-{number}") for number in range(6)]
    for driver in drivers:
        shop.says(driver.path, FAULTY, ACKNOWLEDGED)

    def run(driver: Driver, number: int) -> None:
        paid = driver.paid("p", paymentAmount={"currency": "BRL", "value": str(20_000 + number)})
        money = {"currency": "BRL", "value": str(100 + number)}
        body = {"refundRequestId": "r", "refundAmount": money, "refundNotifyUrl": driver.url}
        assert "SUCCESS" == driver.call("refund", paymentId=paid["paymentId"], **body).code
        driver.notified("p", 2)
        driver.notify(notification="notifyPayment", paymentRequestId="p", delay="1h", set={"own": driver.client_id})
        if number % 2:
            crowded.admin("POST", "/reset", {"clientId": driver.client_id})
        driver.advance("2h")

    with ThreadPoolExecutor(len(drivers)) as threads:
        list(threads.map(run, drivers, range(len(drivers))))
    public_key, ids = str(crowded.components.env["gatewayPublicKey"]), set()
    for number, driver in enumerate(drivers):
        received, listed = shop.got(driver.path), driver.listed()
        assert {(driver.client_id, True)} == {(one.headers["client-id"], one.genuine(public_key)) for one in received}
        # The first attempt fails: the payment's notification is resent, unless a reset comes first.
        kinds = Counter(one.body.get("own") or one.type for one in received)
        resent = {"PAYMENT_RESULT": 2, driver.client_id: 1} if number % 2 == 0 else {"PAYMENT_RESULT": 1}
        assert {"REFUND_RESULT": 1, **resent} == kinds
        assert ["ACCEPTED"] * (0 if number % 2 else 3) == [one["status"] for one in listed]
        assert {str(20_000 + number), str(100 + number)} == {
            (one.body.get("paymentAmount") or one.body["refundAmount"])["value"] for one in received
        }
        ids |= {one.body.get("paymentId") or one.body["refundId"] for one in received}
    assert len(drivers) * 2 == len(ids)


def test_no_id_of_another_client_can_be_used(crowded: Live, shop: Shop) -> None:
    """Neither ids that it chose nor ids from the gateway; both clients can use the same ids."""
    mine, other = (Driver(crowded, shop, f"/{name}", name) for name in "AB")
    paid = mine.paid("p")
    money = {"currency": "BRL", "value": "10"}
    refunded = mine.call("refund", paymentId=paid["paymentId"], refundRequestId="r", refundAmount=money).body
    mine.notified("p", 2)
    before = mine.live.admin("GET", "/payments/p?clientId=A").body
    payment, made = {"paymentId": paid["paymentId"]}, {"refundId": refunded["refundId"]}
    calls: list[tuple[str, dict[str, Any]]] = [
        *((name, about) for name in ("inquiryPayment", "cancel") for about in (payment, {"paymentRequestId": "p"})),
        *(("inquiryRefund", about) for about in (made, {"refundRequestId": "r"})),
        ("refund", {**payment, "refundRequestId": "s", "refundAmount": money}),
        ("capture", {**payment, "captureRequestId": "c", "captureAmount": money}),
    ]
    replies = [other.call(name, **body) for name, body in calls]
    assert {"F"} == {reply.body["result"]["resultStatus"] for reply in replies}
    assert not [reply for reply in replies if paid["paymentId"] in str({**reply.body, "result": None})]
    assert 404 == other.act("p").status == other.notify(notification="notifyPayment", paymentRequestId="p").status
    assert ([], before) == (other.listed(), mine.live.admin("GET", "/payments/p?clientId=A").body)
    own = other.paid("p")
    refund = other.call("refund", paymentId=own["paymentId"], refundRequestId="r", refundAmount=money)
    assert ("SUCCESS", True) == (refund.code, own["paymentId"] != paid["paymentId"])
