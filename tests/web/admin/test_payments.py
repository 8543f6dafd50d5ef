"""Payments: listed, shown, and acted on as the buyer."""

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
from tests.live import Live, sample
from tests.web.asking import CARD, HELD, WALLET, Driver, problem

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

# --- listed and shown -------------------------------------------------------------------------------------------------


def test_a_payment_is_shown_with_its_session_and_request(gateway: Live, client_id: str) -> None:
    """With the values that the merchant's reply has."""
    body = sample()
    reply = gateway.create(body, client_id=client_id).body
    shown = gateway.admin("GET", f"/payments/{body['paymentRequestId']}").body
    assert (client_id, "OPEN", reply["paymentSessionId"], reply["paymentSessionExpiryTime"], body) == (
        shown["clientId"],
        shown["sessionStatus"],
        shown["paymentSessionId"],
        shown["paymentSessionExpiryTime"],
        shown["request"],
    )


def test_payments_are_listed_newest_first(gateway: Live, client_id: str) -> None:
    """Up to the limit; refused calls create no payment."""
    made = [f"{client_id}-{number}" for number in range(3)]
    for name in made:
        gateway.create(sample(name), client_id=client_id)
    gateway.create(sample(f"{client_id}-bad", productCode="X"), client_id=client_id)
    for query, expected in (("", made[::-1]), ("&limit=1", made[:1:-1])):
        listed = gateway.admin("GET", f"/payments?clientId={client_id}{query}").body["payments"]
        assert expected == [payment["paymentRequestId"] for payment in listed]


@pytest.mark.parametrize("name", ["a/b", "/a//b/", "act", "wait", "a%41b", "50%+", "ü€ 支付", "a?b#c&d=e", "..", '"'])
def test_any_payment_request_id_names_its_payment(driver: Driver, name: str) -> None:
    """Percent-encoded in the path, to show it and to act."""
    driver.open(name)
    shown = driver.live.admin("GET", f"/payments/{quote(name, safe='')}?clientId={driver.client_id}")
    assert (200, name) == (shown.status, shown.body.get("paymentRequestId"))
    assert (name, "SUCCESS") == tuple(driver.act(name).body[field] for field in ("paymentRequestId", "state"))


def test_card_numbers_of_a_payment_are_masked(gateway: Live, client_id: str) -> None:
    """In the list and alone, wherever they are in the request."""
    amount = {"currency": "SGD", "value": "100", "cardNo": "4111111111111111"}
    gateway.create(sample(client_id, paymentAmount=amount, note="4111111111111111"), client_id=client_id)
    for path in (f"/payments/{client_id}", f"/payments?clientId={client_id}"):
        raw = gateway.admin("GET", path).raw
        assert (2, False) == (raw.count(b"411111******1111"), b"4111111111111111" in raw)


def test_an_unknown_payment_is_not_found(gateway: Live, client_id: str) -> None:
    """Nor is the payment of another client id."""
    gateway.create(sample(f"p-{client_id}"), client_id=client_id)
    for path in ("/payments/unknown", f"/payments/p-{client_id}?clientId=OTHER", "/payments/"):
        assert 404 == problem(gateway.admin("GET", path))["status"]


def test_an_id_of_two_client_ids_is_ambiguous(gateway: Live, client_id: str) -> None:
    """The problem names both client ids; the call names one of them, in its query or body."""
    names = [f"{client_id}-a", f"{client_id}-b"]
    for name in names:
        gateway.create(sample(client_id, paymentNotifyUrl=None), client_id=name)
    for method, rest, body in (("GET", "", None), ("POST", "/act", {"action": "pay"})):
        found = problem(gateway.admin(method, f"/payments/{client_id}{rest}", body))
        assert (409, [True, True]) == (found["status"], [name in found["detail"] for name in names])
    path = f"/payments/{client_id}/act"
    assert "SUCCESS" == gateway.admin("POST", f"{path}?clientId={names[0]}", {"action": "pay"}).body["state"]
    assert "FAIL" == gateway.admin("POST", path, {"action": "decline", "clientId": names[1]}).body["state"]
    assert 400 == gateway.admin("POST", f"{path}?clientId=A", {"action": "pay", "clientId": "B"}).status
    shown = [gateway.admin("GET", f"/payments/{client_id}?clientId={name}").body["state"] for name in names]
    assert ["SUCCESS", "FAIL"] == shown


def test_a_client_id_makes_a_search_unnecessary(own: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """One payment is loaded by its key."""
    own.create(sample("p", paymentNotifyUrl=None), client_id="A")

    async def never(*_: object) -> list[Payment]:
        raise AssertionError("all payments are searched")

    monkeypatch.setattr(Aggregates, "browse", never)
    assert "OPEN" == own.admin("GET", "/payments/p?clientId=A").body["state"]
    assert 404 == own.admin("GET", "/payments/p?clientId=B").status


@pytest.mark.parametrize(("seconds", "expected"), [(0, "OPEN"), (3599.999999, "OPEN"), (3600, "EXPIRED")])
def test_a_session_is_shown_as_expired_from_its_expiry_on(seconds: float, expected: str) -> None:
    """In the list and alone, even without the scheduler: an app without its lifespan."""
    clock = StoppedClock(NOON)
    components = parts_of(clock=clock)
    ask(components, signed_call(sample("p"), received=NOON))
    clock.moment = NOON + timedelta(seconds=seconds)
    context = AdminContext(**vars(components))
    http = Request({"type": "http", "path_params": {"paymentRequestId": "p"}})
    request = AdminRequest(http, {"limit": 1}, {}, "", b"")

    async def listed() -> list[dict[str, Any]]:
        answer = await payments.list_payments(context, request)
        return list(json.loads(b"".join([bytes(piece) async for piece in answer.body_iterator]))["payments"])

    alone = asyncio.run(payments.get_payment(context, request))
    assert (expected, [alone]) == (alone["sessionStatus"], asyncio.run(listed()))


# --- acts of the buyer ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "changes", "expected"),
    [
        ("pay", {}, ("SUCCESS", "CLOSED", "SUCCESS", "SUCCESS")),
        ("pay", {"paymentMethod": CARD, "paymentFactor": HELD}, ("AUTHORIZED", "CLOSED", "SUCCESS", "SUCCESS")),
        ("decline", {}, ("FAIL", "CLOSED", "FAIL", "USER_BALANCE_NOT_ENOUGH")),
        ("pending", {}, ("PENDING", "CLOSED", "PENDING", "PAYMENT_IN_PROCESS")),
        ("challenge", {"paymentMethod": CARD}, ("PROCESSING", "CLOSED", "PROCESSING", "PAYMENT_IN_PROCESS")),
        ("leave", {}, ("OPEN", "OPEN", None, None)),
    ],
)
def test_an_act_changes_the_payment(
    driver: Driver, action: str, changes: dict[str, Any], expected: tuple[str, ...]
) -> None:
    """The reply is the payment as shown and inquired afterwards, with the ids of the notifications that it caused."""
    driver.open("p", **{"paymentMethod": WALLET, **changes})
    acted = driver.act("p", action).body
    assert expected == tuple(acted[name] for name in ("state", "sessionStatus", "paymentStatus", "paymentResultCode"))
    shown = driver.live.admin("GET", f"/payments/p?clientId={driver.client_id}").body
    assert {**shown, "notifications": [each["id"] for each in reversed(driver.listed())]} == acted
    inquired = driver.call("inquiryPayment", paymentRequestId="p").body
    assert (acted["paymentId"], acted["paymentStatus"]) == (inquired.get("paymentId"), inquired.get("paymentStatus"))


def test_a_decline_may_have_any_failure_code(driver: Driver) -> None:
    """The merchant is notified of it."""
    driver.open("p")
    assert "DO_NOT_HONOR" == driver.act("p", "decline", code="DO_NOT_HONOR").body["paymentResultCode"]
    assert "DO_NOT_HONOR" == driver.notified("p")[0]["request"]["result"]["resultCode"]


def test_an_act_that_is_not_possible_names_the_possible_ones(driver: Driver) -> None:
    """Until the payment is final, or its session has expired by the clock."""
    driver.open("p", paymentMethod=CARD)
    driver.open("q", paymentNotifyUrl=None)
    states = [driver.act("p", action).body.get("state") for action in ("challenge", "leave", "pending")]
    assert ["PROCESSING", "PROCESSING", "PENDING"] == states
    found = problem(driver.act("p", "challenge"))
    assert (409, "PENDING", ["pay", "decline", "leave"]) == (found["status"], found["state"], found["allowed"])
    acted = driver.act("p").body
    assert ("SUCCESS", 2) == (acted["state"], len(acted["notifications"]))
    for action in ("pay", "decline", "pending", "challenge", "leave"):
        found = problem(driver.act("p", action))
        assert (409, "SUCCESS", []) == (found["status"], found["state"], found["allowed"])
    driver.advance("1h")
    assert (409, "EXPIRED") == ((found := problem(driver.act("q")))["status"], found["state"])


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({}, 400, "action: missing"),
        ({"action": "fly"}, 400, "action: expected one of pay, decline, leave, pending, challenge"),
        ({"action": "pay", "code": "DO_NOT_HONOR"}, 400, "code: "),
        ({"action": "decline", "code": "DO_NOT_HONOUR"}, 400, "did you mean DO_NOT_HONOR?"),
        ({"action": "decline", "code": "SUCCESS"}, 400, "'SUCCESS'"),
        ({"action": "decline", "code": "UNKNOWN_EXCEPTION"}, 400, "'UNKNOWN_EXCEPTION'"),
        ({"action": "pay", "clientId": "NOBODY"}, 404, "paymentRequestId"),
        ({"action": "pay", "amount": 1}, 400, "'amount'"),
    ],
)
def test_an_invalid_act_changes_nothing(driver: Driver, body: dict[str, str], status: int, word: str) -> None:
    """A code needs a decline, and must have the status F."""
    name = f"p-{driver.client_id}"
    driver.open(name)
    found = problem(driver.live.admin("POST", f"/payments/{name}/act", body))
    assert (status, True) == (found["status"], word in found["detail"]), found["detail"]
    assert "OPEN" == driver.live.admin("GET", f"/payments/{name}").body["state"]


def test_of_concurrent_acts_one_succeeds(driver: Driver) -> None:
    """The others are not possible any more, and there is one notification."""
    driver.open("p")
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: driver.act("p", "pay" if n % 2 else "decline"), range(8)))
    assert [200] + [409] * 7 == sorted(answer.status for answer in answers)
    driver.notified("p")
    assert 1 == len(driver.listed())
