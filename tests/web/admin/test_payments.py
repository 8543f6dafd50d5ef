"""Admin calls about payments: how they are found and shown, and what their buyers do."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from starlette.requests import Request

from mock_alipay.apis.payments.model import Payment
from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.storage import Aggregates
from mock_alipay.web.admin import payments
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from tests.calls import ask, parts_of, signed_call
from tests.live import Live, live, sample
from tests.shop import Shop
from tests.web.asking import CARD, HELD, WALLET, Driver, problem

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


# --- payments as they stand -------------------------------------------------------------------------------------------


def test_payment(gateway: Live, client_id: str) -> None:
    """A payment is shown with its session, its amount and the request that made it."""
    body = sample()
    reply = gateway.create(body, client_id=client_id).body
    found = gateway.admin("GET", f"/payments/{body['paymentRequestId']}").body
    assert (body["paymentRequestId"], client_id, "OPEN", reply["paymentSessionId"]) == (
        found["paymentRequestId"],
        found["clientId"],
        found["sessionStatus"],
        found["paymentSessionId"],
    )
    assert (reply["paymentSessionExpiryTime"], body["paymentAmount"], body) == (
        found["paymentSessionExpiryTime"],
        found["paymentAmount"],
        found["request"],
    )


def test_payments(gateway: Live, client_id: str) -> None:
    """Payments of a client are listed, the latest first, up to a limit; refused calls made none."""
    made = [f"{client_id}-{number}" for number in range(3)]
    for name in made:
        gateway.create(sample(name), client_id=client_id)
    gateway.create(sample(f"{client_id}-bad", productCode="X"), client_id=client_id)
    for query, expected in (("", made[::-1]), ("&limit=1", made[:1:-1])):
        found = gateway.admin("GET", f"/payments?clientId={client_id}{query}").body["payments"]
        assert expected == [payment["paymentRequestId"] for payment in found]


@pytest.mark.parametrize(
    "name", ["a/b", "/a//b/", "a b", "a%41b", "a%2Fb", "50%", "a+b", "ü€支付", "a?b#c", "..", "a&b=c", '"', "x" * 64]
)
def test_payment_with_an_odd_id(gateway: Live, client_id: str, name: str) -> None:
    """An id of any characters is found under its percent-encoded form, and only under that."""
    gateway.create(sample(name), client_id=client_id)
    found = gateway.admin("GET", f"/payments/{quote(name, safe='')}?clientId={client_id}")
    assert (200, name) == (found.status, found.body.get("paymentRequestId"))


def test_payments_show_no_secrets(gateway: Live, client_id: str) -> None:
    """Wherever in the request a card number stands, it is masked, in the list and alone; an amount shows none."""
    amount = {"currency": "SGD", "value": "100", "cardNo": "4111111111111111"}
    reply = gateway.create(sample(client_id, paymentAmount=amount, note="4111111111111111"), client_id=client_id)
    assert "SUCCESS" == reply.code
    for path in (f"/payments/{client_id}", f"/payments?clientId={client_id}"):
        found = gateway.admin("GET", path).raw
        assert (2, False) == (found.count(b"411111******1111"), b"4111111111111111" in found)


def test_no_such_payment(gateway: Live, client_id: str) -> None:
    """An id that made no session is told so, also for another client than asked for."""
    gateway.create(sample(f"p-{client_id}"), client_id=client_id)
    for path in ("/payments/nobody-made-this", f"/payments/p-{client_id}?clientId=OTHER", "/payments/"):
        assert "paymentRequestId" in problem(gateway.admin("GET", path))["detail"]


def test_one_payment_is_found_without_a_look_at_all(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever says whose it is need not wait until all payments have been looked through."""
    own.create(sample("p", paymentNotifyUrl=None), client_id="A")

    async def never(*_: object) -> list[Payment]:
        raise AssertionError("all payments are looked through")

    monkeypatch.setattr(Aggregates, "browse", never)
    assert "OPEN" == own.admin("GET", "/payments/p?clientId=A").body["state"]
    assert "SUCCESS" == own.admin("POST", "/payments/p/act?clientId=A", {"action": "pay"}).body["state"]
    assert 404 == own.admin("GET", "/payments/p?clientId=B").status


def test_same_id_of_two_clients(gateway: Live, client_id: str) -> None:
    """One id used by two clients is two payments: which is wanted must be said, and both are named."""
    clients = [f"{client_id}-a", f"{client_id}-b"]
    for name in clients:
        gateway.create(sample(client_id), client_id=name)
    found = problem(gateway.admin("GET", f"/payments/{client_id}"))
    assert 409 == found["status"]
    for name in clients:
        assert name in found["detail"]
        assert name == gateway.admin("GET", f"/payments/{client_id}?clientId={name}").body["clientId"]


def test_session_expires() -> None:
    """A session is open until its expiry and expired from that moment on."""
    clock = StoppedClock(NOON)
    with live(clock=clock) as running:
        running.create(sample("p", paymentNotifyUrl=None), time=NOON.isoformat())
        seen = []
        for passed in (timedelta(0), timedelta(minutes=59, seconds=59), timedelta(hours=1)):
            clock.moment = NOON + passed
            seen.append(running.admin("GET", "/payments/p").body["sessionStatus"])
            seen.append(running.admin("GET", "/payments").body["payments"][0]["sessionStatus"])
    assert ["OPEN", "OPEN", "OPEN", "OPEN", "EXPIRED", "EXPIRED"] == seen


@pytest.mark.parametrize(
    ("later", "expected"), [(0, "OPEN"), (3599.999999, "OPEN"), (3600, "EXPIRED"), (9e6, "EXPIRED")]
)
def test_as_it_stands(later: float, expected: str) -> None:
    """A payment is shown as it stands by now, even where nobody sees to what is due: an app without its lifespan."""
    clock = StoppedClock(NOON)
    components = parts_of(clock=clock)
    ask(components, signed_call(sample("p"), received=NOON))
    clock.moment = NOON + timedelta(seconds=later)
    asked = AdminRequest(Request({"type": "http", "path_params": {"paymentRequestId": "p"}}), {"limit": 1}, {}, "", b"")

    async def every() -> list[dict[str, Any]]:
        answer = await payments.list_payments(AdminContext(**vars(components)), asked)
        text = b"".join([bytes(piece) async for piece in answer.body_iterator])
        return list(json.loads(text)["payments"])

    listed = asyncio.run(every())
    assert [expected] == [one["sessionStatus"] for one in listed]
    assert listed == [asyncio.run(payments.get_payment(AdminContext(**vars(components)), asked))]


# --- buyers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "method", "expected"),
    [
        ("pay", WALLET, ("SUCCESS", "CLOSED", "SUCCESS", "SUCCESS")),
        ("pay", CARD, ("SUCCESS", "CLOSED", "SUCCESS", "SUCCESS")),
        ("decline", WALLET, ("FAIL", "CLOSED", "FAIL", "USER_BALANCE_NOT_ENOUGH")),
        ("pending", WALLET, ("PENDING", "CLOSED", "PENDING", "PAYMENT_IN_PROCESS")),
        ("challenge", CARD, ("PROCESSING", "CLOSED", "PROCESSING", "PAYMENT_IN_PROCESS")),
        ("leave", WALLET, ("OPEN", "OPEN", None, None)),
    ],
)
def test_the_buyer_acts(driver: Driver, action: str, method: dict[str, str], expected: tuple[str, ...]) -> None:
    """The answer is the payment as it stands then, which is what the merchant is told, too."""
    driver.open("p", paymentMethod=method)
    found = driver.act("p", action).body
    names = ("state", "sessionStatus", "paymentStatus", "paymentResultCode")
    assert expected == tuple(found[name] for name in names)
    shown = driver.live.admin("GET", f"/payments/p?clientId={driver.client_id}").body
    assert found == {**shown, "notifications": [one["id"] for one in reversed(driver.listed())]}
    inquired = driver.call("inquiryPayment", paymentRequestId="p").body
    if action == "leave":
        assert None is found["paymentId"]
    else:
        assert (found["paymentId"], found["paymentStatus"]) == (inquired["paymentId"], inquired["paymentStatus"])


def test_the_buyer_of_a_held_payment(driver: Driver) -> None:
    """Paying by a card that the merchant captures by hand holds the money."""
    found = driver.paid("p", paymentMethod=CARD, paymentFactor=HELD)
    assert ("AUTHORIZED", "SUCCESS", []) == (found["state"], found["paymentStatus"], found["transactions"])


def test_why_a_payment_is_declined(driver: Driver) -> None:
    """Any result code with status F can be the reason, and is what the merchant is told."""
    driver.open("p")
    assert "DO_NOT_HONOR" == driver.act("p", "decline", code="DO_NOT_HONOR").body["paymentResultCode"]
    assert "DO_NOT_HONOR" == driver.notified("p")[0]["request"]["result"]["resultCode"]


def test_step_by_step(driver: Driver) -> None:
    """After a challenge, or while the outcome is to come, the buyer can still pay; after that, nothing more.

    What is not possible is refused with what is.
    """
    driver.open("p", paymentMethod=CARD)
    states = [driver.act("p", action).body.get("state") for action in ("challenge", "leave", "pending")]
    assert ["PROCESSING", "PROCESSING", "PENDING"] == states
    found = problem(driver.act("p", "challenge"))
    left = "challenge is not possible now; possible are pay, decline"
    assert (409, True) == (found["status"], left in found["detail"]), found["detail"]
    assert {"pay", "decline"} <= set(found["allowed"])
    assert "SUCCESS" == driver.act("p").body["state"]
    for action in ("pay", "decline", "pending", "challenge", "leave"):
        found = problem(driver.act("p", action))
        assert (409, "Not possible now", "SUCCESS", []) == (
            found["status"],
            found["title"],
            found["state"],
            found["allowed"],
        )
    assert (
        "the payment is SUCCESS, its result is SUCCESS: leave is not possible now; "
        "there is nothing left that a buyer could do" == found["detail"]
    )
    assert ["notifyCapture", "notifyPayment", "notifyPayment"] == [
        one["notification"] for one in driver.notified("p", 3)
    ]


def test_too_late_by_the_clock(driver: Driver) -> None:
    """Nobody can pay in a session that has expired by its client's clock."""
    driver.open("p", paymentNotifyUrl=None)
    driver.advance("1h")
    found = problem(driver.act("p"))
    assert (409, "EXPIRED") == (found["status"], found["state"])


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 400, "action: missing, it is required"),
        ({"action": "fly"}, 400, "action: expected one of pay, decline, leave, pending, challenge, got"),
        ({"action": "pay", "code": "DO_NOT_HONOR"}, 400, "code: only a decline has a reason, pay has none"),
        ({"action": "decline", "code": "DO_NOT_HONOUR"}, 400, "did you mean DO_NOT_HONOR?"),
        ({"action": "decline", "code": "SUCCESS"}, 400, "SUCCESS"),
        ({"action": "decline", "code": "UNKNOWN_EXCEPTION"}, 400, "UNKNOWN_EXCEPTION"),
        ({"action": "pay", "clientId": "NOBODY"}, 404, "no session or payment was created"),
        ({"action": "pay", "amount": 1}, 400, "there is no field 'amount'"),
    ],
)
def test_what_no_buyer_does(driver: Driver, body: dict[str, str], status: int, words: str) -> None:
    """Is refused, and the payment stays as it was."""
    name = f"p-{driver.client_id}"
    driver.open(name)
    found = problem(driver.live.admin("POST", f"/payments/{name}/act", body))
    assert (status, True) == (found["status"], words in found["detail"]), found["detail"]
    assert "OPEN" == driver.live.admin("GET", f"/payments/{name}").body["state"]


def test_whose_buyer(own: Live, shop: Shop, path: str) -> None:
    """Where two client ids used the same paymentRequestId the call says whose it is, in its query or in its body."""
    tills = [Driver(own, shop, path, name) for name in ("A", "B", "C")]
    for driver in tills:
        driver.open("p")
    found = problem(own.admin("POST", "/payments/p/act", {"action": "pay"}))
    assert (409, "Several payments") == (found["status"], found["title"])
    assert "SUCCESS" == own.admin("POST", "/payments/p/act?clientId=A", {"action": "pay"}).body["state"]
    assert "FAIL" == tills[1].act("p", "decline").body["state"]
    twice = own.admin("POST", "/payments/p/act?clientId=A", {"action": "pay", "clientId": "B"})
    assert (400, "Two client ids") == (twice.status, problem(twice)["title"])
    assert ["OPEN", "FAIL", "SUCCESS"] == [
        own.admin("GET", f"/payments/p?clientId={name}").body["state"] for name in ("C", "B", "A")
    ]


@pytest.mark.parametrize("name", ["a/b", "a/act", "act", "a b?c#d&e", "ü%2F", "../p", "wait"])
def test_a_buyer_under_any_id(driver: Driver, name: str) -> None:
    """Whatever a merchant makes up as a paymentRequestId names its payment."""
    driver.open(name)
    assert (name, "SUCCESS") == tuple(driver.act(name).body[field] for field in ("paymentRequestId", "state"))


def test_everyone_at_once(driver: Driver) -> None:
    """Of many who act at the same moment just one does."""
    driver.open("p")
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: driver.act("p", "pay" if n % 2 else "decline"), range(8)))
    assert [200] + [409] * 7 == sorted(answer.status for answer in answers)
    driver.notified("p")
    assert 1 == len(driver.listed())
