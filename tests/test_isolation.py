"""Client ids are kept apart: what one does, sets or loads, however many do so at once, no other ever sees."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.live import SANDBOX_PATH, Answer, Live, live, sample, signed_headers
from tests.shop import ACKNOWLEDGED, FAULTY, Shop, open_shop
from tests.web.asking import Driver, Listener

CLIENTS = 50
HALF = 16
"""So many are reset while as many go on."""
BASE = datetime(2031, 1, 1, tzinfo=UTC)
REFUSALS = ("RISK_REJECT", "PROCESS_FAIL", "CARD_NOT_SUPPORTED")
SCENARIOS = ("risk-reject", "process-fail", "card-not-supported")
SIGNED = signed_headers(b"")
"""Of client ids without a key the form of the signature is looked at, no more."""


@dataclass
class Client:
    """One of many, on a connection of its own; ``number`` decides all that it does."""

    live: Live
    number: int
    connection: http.client.HTTPConnection
    calls: list[Answer] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The client id."""
        return f"client-{self.number}"

    @property
    def times(self) -> int:
        """For so many calls it sets a scenario."""
        return 1 + self.number % 4

    @property
    def frozen(self) -> datetime:
        """Where its clock stands: on a day that is its own."""
        return BASE + timedelta(days=self.number)

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Any request."""
        raw = None if body is None else json.dumps(body).encode()
        self.connection.request(method, path, raw, headers or {"content-type": "application/json"})
        response = self.connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())

    def admin(self, method: str, path: str, body: Any = None) -> Answer:
        """An admin call."""
        answer = self.ask(method, f"/__admin{path}", body)
        assert 200 == answer.status, answer.raw
        return answer

    def create(self, payment_request_id: str) -> Answer:
        """A call whose amount is the client's own; some are large, and take another way through the gateway."""
        amount = {"currency": "SGD", "value": str(20_000 + self.number)}
        padding = "x" * (20_000 if self.number % 5 == 0 else 10)
        body = sample(payment_request_id, paymentAmount=amount, paymentNotifyUrl=None, padding=padding)
        self.calls.append(self.ask("POST", SANDBOX_PATH, body, {**SIGNED, "client-id": self.name}))
        return self.calls[-1]

    def steer(self) -> None:
        """Set a scenario for some calls, load a scenario and freeze the clock."""
        chosen = {"clientId": self.name, "scenario": SCENARIOS[self.number % 3], "times": self.times}
        self.admin("PUT", "/scenario", chosen)
        step = {"result": "PROCESS_FAIL", "message": f"told to {self.name}"}
        scenario = {"description": self.name, "createPaymentSession": [step, {"set": {"own": self.name}}]}
        self.admin("POST", f"/scenarios?name=tale&clientId={self.name}", scenario)
        self.admin("PUT", "/clock", {"clientId": self.name, "freeze": self.frozen.isoformat()})

    def play(self) -> None:
        """Pay under ids that every client uses, and see nothing but what is one's own."""
        refused = [self.create("p-0").code for _ in range(self.times)]
        assert [REFUSALS[self.number % 3]] * self.times == refused
        sessions = [self.create(f"p-{number}").body for number in (0, 1, 0, 1)]
        assert (sessions[0], sessions[1]) == (sessions[2], sessions[3])
        codes = [self.create("unknown-then-success--1").code for _ in range(3)]
        assert ["UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION", "SUCCESS"] == codes
        found = [self.create("tale--1") for _ in range(2)]
        assert (f"told to {self.name}", self.name) == (found[0].message, found[1].body["own"])

    def expire(self) -> None:
        """Move one's own clock past the sessions: their ids open others."""
        before = self.create("p-0").body["paymentSessionId"]
        self.admin("PUT", "/clock", {"clientId": self.name, "advance": "1h"})
        assert before != self.create("p-0").body["paymentSessionId"]

    def look(self, hours: int) -> None:
        """Hold replies, journal, payments, scenarios and clock to be one's own; ``hours``: how far the clock moved."""
        whose = f"clientId={self.name}"
        times = {answer.headers["response-time"] for answer in self.calls}
        gateway_times = {self.frozen + timedelta(hours=hour) for hour in range(hours + 1)}
        assert gateway_times == {datetime.fromisoformat(time) for time in times}
        assert {self.name} == {answer.headers["client-id"] for answer in self.calls}
        journal = self.admin("GET", f"/calls?{whose}&limit=1000").body["calls"]
        assert [answer.headers["mock-call-id"] for answer in self.calls] == [call["id"] for call in journal][::-1]
        assert [answer.body for answer in self.calls] == [call["reply"] for call in journal][::-1]
        assert {(self.name, str(20_000 + self.number))} == {
            (call["clientId"], call["request"]["paymentAmount"]["value"]) for call in journal
        }
        assert len(self.calls) == self.admin("GET", f"/calls/count?{whose}").body["count"]
        payments = self.admin("GET", f"/payments?{whose}").body["payments"]
        assert {"p-0", "p-1", "unknown-then-success--1", "tale--1"} == {one["paymentRequestId"] for one in payments}
        assert {(self.name, str(20_000 + self.number))} == {
            (one["clientId"], one["paymentAmount"]["value"]) for one in payments
        }
        seen = self.admin("GET", f"/scenarios?{whose}").body
        assert ([self.name], []) == ([s["clientId"] for s in seen["scenarios"] if not s["file"]], seen["chosen"])
        clock = self.admin("GET", f"/clock?{whose}").body
        expected = (self.frozen + timedelta(hours=hours)).isoformat(timespec="milliseconds")
        assert (expected, True, True) == (clock["now"], clock["frozen"], clock["own"])

    def start_over(self) -> None:
        """Reset oneself: nothing of one's own is left, and what was played before can be played again."""
        self.admin("POST", "/reset", {"clientId": self.name})
        whose = f"clientId={self.name}"
        left = [self.admin("GET", f"/{what}?{whose}").body[what] for what in ("calls", "payments")]
        assert [[], []] == left
        assert self.admin("GET", f"/clock?{whose}").body["own"] is False
        self.calls.clear()

    def live_through_it(self) -> None:
        """All of it; every third client starts over in the middle."""
        self.steer()
        self.play()
        if self.number % 3 == 0:
            self.start_over()
            self.steer()
            self.play()
        self.look(hours=0)
        if self.number % 2:
            self.expire()
        self.look(hours=self.number % 2)

    def go_on_undisturbed(self) -> None:
        """Everything but starting over, while one listens and waits; then be told all of it once more."""
        whose, calls = f"clientId={self.name}", self.times + 11
        with Listener(self.live, f"?{whose}") as listener, connected(self.live) as waiting:
            waiting.request("GET", f"/__admin/calls/wait?{whose}&count={calls}&timeout=60")
            opened = listener.opening[1].removeprefix("id: ")
            self.steer()
            self.play()
            self.look(hours=0)
            self.expire()
            self.look(hours=1)
            awaited = json.loads(waiting.getresponse().read())
            self.admin("PUT", "/clock", {"clientId": self.name, "freeze": "now"})
            told = self.told(listener)
        ids = [answer.headers["mock-call-id"] for answer in self.calls]
        assert (calls, ids[::-1]) == (awaited["count"], [call["id"] for call in awaited["calls"]])
        assert ids == [data["id"] for kind, data in told if kind == "call"]
        # Four sessions, each told of when it is opened and when it expires, and one that is opened anew.
        kinds = Counter(kind for kind, _ in told)
        assert {"call": calls, "payment": 9, "notification": 4, "clock": 3} == kinds
        with Listener(self.live, f"?{whose}", opened) as again:
            assert told == self.told(again)

    def told(self, listener: Listener) -> list[tuple[str, Any]]:
        """The events up to the third move of the clock, all of them one's own."""
        events: list[tuple[str, Any]] = []
        while 3 > sum(kind == "clock" for kind, _ in events):
            events.append(listener.next())
        assert {self.name} == {data["clientId"] for _, data in events}
        return events

    def start_over_again_and_again(self, until: threading.Event) -> None:
        """Set something, pay and have it all forgotten, until told to stop."""
        self.steer()
        self.start_over()
        while not until.is_set():
            self.steer()
            assert [REFUSALS[self.number % 3]] * self.times == [self.create("p-0").code for _ in range(self.times)]
            assert "SUCCESS" == self.create("p-0").code
            self.start_over()


@pytest.fixture
def crowded() -> Iterator[Live]:
    """A gateway for a crowd."""
    with live() as running:
        yield running


def connected(live: Live) -> closing[http.client.HTTPConnection]:
    """A connection of one's own, for the block."""
    return closing(http.client.HTTPConnection("127.0.0.1", live.config.port, timeout=60))


def with_client(live: Live, number: int, does: Callable[[Client], None]) -> Client:
    """A client that has done something."""
    with connected(live) as connection:
        client = Client(live, number, connection)
        does(client)
        return client


def test_fifty_clients_at_once(crowded: Live) -> None:
    """Each sets, loads, pays, moves its clock and starts over as if it were alone."""
    with ThreadPoolExecutor(CLIENTS) as threads:
        clients = list(threads.map(lambda n: with_client(crowded, n, Client.live_through_it), range(CLIENTS)))
    sessions = {
        answer.body["paymentSessionId"]: client.name
        for client in clients
        for answer in client.calls
        if answer.code == "SUCCESS"
    }
    per_client = [list(sessions.values()).count(client.name) for client in clients]
    # Four payments each; whose clock has passed their expiry has opened one of them anew.
    assert [5 if client.number % 2 else 4 for client in clients] == per_client
    # Once more, when everyone has done everything: nobody's was touched by those who came later.
    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(lambda client: with_client(crowded, client.number, again(client)), clients))
    assert "PT0S" == crowded.admin("GET", "/clock").body["ahead"]
    assert CLIENTS * 4 == len(crowded.admin("GET", "/payments?limit=1000").body["payments"])


def again(before: Client) -> Callable[[Client], None]:
    """Look at what a client of the same number has left behind."""

    def look(client: Client) -> None:
        client.calls = before.calls
        client.look(hours=client.number % 2)

    return look


def test_half_start_over_and_nobody_else_feels_it(crowded: Live) -> None:
    """While half of the clients are reset without end, the others lose no call, payment, event, wait or setting."""
    over = threading.Event()

    def restless(number: int) -> Client:
        return with_client(crowded, number, lambda client: client.start_over_again_and_again(over))

    def steady(number: int) -> Client:
        return with_client(crowded, number, Client.go_on_undisturbed)

    with ThreadPoolExecutor(CLIENTS) as threads:
        others = [threads.submit(restless, number) for number in range(0, HALF * 2, 2)]
        try:
            clients = list(threads.map(steady, range(1, HALF * 2, 2)))
        finally:
            over.set()
        assert [[]] * HALF == [other.result(60).calls for other in others]
        list(threads.map(lambda client: with_client(crowded, client.number, again(client)), clients))
    payments = crowded.admin("GET", "/payments?limit=1000").body["payments"]
    assert {client.name: 4 for client in clients} == Counter(payment["clientId"] for payment in payments)
    assert sum(len(client.calls) for client in clients) == crowded.admin("GET", "/calls/count").body["count"]


@pytest.mark.parametrize("times", [1, 7, 30])
def test_for_so_many_calls_and_no_more(crowded: Live, times: int) -> None:
    """A scenario that was set for some calls plays for just as many, however many threads its client calls from."""
    number = 1000 + times * 5  # large bodies, which are checked aside
    chosen = {"clientId": f"client-{number}", "scenario": "risk-reject", "times": times}
    assert 200 == crowded.admin("PUT", "/scenario", chosen).status
    start = threading.Barrier(8)

    def call(_: int) -> list[Answer]:
        def five(client: Client) -> None:
            start.wait(60)
            for nth in range(5):
                client.create(f"p-{nth}")

        return with_client(crowded, number, five).calls

    with ThreadPoolExecutor(8) as threads:
        codes = [answer.code for calls in threads.map(call, range(8)) for answer in calls]
    assert (times, 40 - times) == (codes.count("RISK_REJECT"), codes.count("SUCCESS"))
    assert times == crowded.admin("GET", f"/calls/count?clientId=client-{number}&scenario=risk-reject").body["count"]


def test_one_session_for_many_at_once(crowded: Live) -> None:
    """The same request of the same client from many threads opens one session."""
    start = threading.Barrier(8)

    def call(_: int) -> str:
        def once(client: Client) -> None:
            start.wait(60)
            client.create("p-same")

        return str(with_client(crowded, 2001, once).calls[0].body["paymentSessionId"])

    with ThreadPoolExecutor(8) as threads:
        assert 1 == len(set(threads.map(call, range(8))))


# --- payments and notifications ---------------------------------------------------------------------------------------

TELLERS = 12


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop for all of them."""
    with open_shop() as shop:
        yield shop


def spend(driver: Driver, number: int) -> None:
    """Pay, refund in part and be told of both, under ids that everyone uses; the amounts are the client's own."""
    for name in ("p-0", "p-1"):
        paid = driver.paid(name, paymentAmount={"currency": "BRL", "value": str(20_000 + number)})
        refund = {"refundRequestId": f"r-{name}", "refundAmount": {"currency": "BRL", "value": str(100 + number)}}
        assert (
            "SUCCESS" == driver.call("refund", paymentId=paid["paymentId"], refundNotifyUrl=driver.url, **refund).code
        )
        driver.notified(name, 2)


def test_everyone_is_told_of_ones_own(crowded: Live, shop: Shop) -> None:
    """Many pay and refund at once under the same ids: each shop hears of its own, and each client sees its own."""
    tills = [Driver(crowded, shop, f"/{number}", f"client-{number}") for number in range(TELLERS)]
    with ThreadPoolExecutor(TELLERS) as threads:
        list(threads.map(spend, tills, range(TELLERS)))
    public = str(crowded.components.env["gatewayPublicKey"])
    ids = set()
    for number, driver in enumerate(tills):
        received, told = shop.got(driver.path), driver.listed()
        assert {(driver.client_id, True)} == {(one.headers["client-id"], one.genuine(public)) for one in received}
        assert {one.headers["mock-notification-id"]: one.body for one in received} == {
            one["id"]: one["request"] for one in told
        }
        assert {driver.client_id} == {one["clientId"] for one in told}
        amounts = Counter((one.body.get("paymentAmount") or one.body["refundAmount"])["value"] for one in received)
        assert {str(20_000 + number): 2, str(100 + number): 2} == amounts
        ids |= {one.body.get("paymentId") or one.body["refundId"] for one in received}
    assert TELLERS * 4 == len(ids)


def test_nobody_touches_anothers_payment(crowded: Live, shop: Shop) -> None:
    """What one client id has made up, or was given, names nothing of another's."""
    mine, other = (Driver(crowded, shop, f"/{name}", name) for name in "AB")
    paid = mine.paid("p")
    money = {"currency": "BRL", "value": "10"}
    refunded = mine.call("refund", paymentId=paid["paymentId"], refundRequestId="r", refundAmount=money).body
    mine.notified("p", 2)
    before = mine.live.admin("GET", "/payments/p?clientId=A").body
    unknown = [
        other.call("inquiryPayment", paymentId=paid["paymentId"]),
        other.call("inquiryPayment", paymentRequestId="p"),
        other.call("cancel", paymentId=paid["paymentId"]),
        other.call("cancel", paymentRequestId="p"),
        other.call("refund", paymentId=paid["paymentId"], refundRequestId="s", refundAmount=money),
        other.call("capture", paymentId=paid["paymentId"], captureRequestId="c", captureAmount=money),
        other.call("inquiryRefund", refundId=refunded["refundId"]),
        other.call("inquiryRefund", refundRequestId="r"),
    ]
    assert {"F"} == {answer.body["result"]["resultStatus"] for answer in unknown}
    assert not [answer for answer in unknown if paid["paymentId"] in str({**answer.body, "result": None})]
    assert (404, 404) == (
        other.act("p").status,
        other.notify(notification="notifyPayment", paymentRequestId="p").status,
    )
    assert ([], before) == (other.listed(), mine.live.admin("GET", "/payments/p?clientId=A").body)
    # The same ids are still free for the other one.
    own = other.paid("p")
    answer = other.call("refund", paymentId=own["paymentId"], refundRequestId="r", refundAmount=money)
    assert "SUCCESS" == answer.code
    assert paid["paymentId"] != own["paymentId"]


def test_who_starts_over_leaves_others_what_is_to_come(crowded: Live, shop: Shop) -> None:
    """While half of the clients are reset, the notifications that the others still have to get stay theirs."""
    tills = [Driver(crowded, shop, f"/{number}", f"client-{number}") for number in range(TELLERS)]
    for driver in tills:
        shop.says(driver.path, FAULTY, ACKNOWLEDGED)

    def go(driver: Driver) -> None:
        driver.paid("p")
        driver.notify(notification="notifyPayment", paymentRequestId="p", delay="1h", set={"own": driver.client_id})
        if tills.index(driver) % 2:
            crowded.admin("POST", "/reset", {"clientId": driver.client_id})
        driver.advance("2h")

    with ThreadPoolExecutor(TELLERS) as threads:
        list(threads.map(go, tills))
    for number, driver in enumerate(tills):
        expected = [None] if number % 2 else [None, None, driver.client_id]
        assert expected == [one.body.get("own") for one in shop.got(driver.path)]
        assert ["ACCEPTED"] * (len(expected) - 1) == [one["status"] for one in driver.listed()]
