"""Payments: listed, shown, and acted on as the buyer."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import quote

import pytest
from starlette.requests import Request

from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.web.admin import payments
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from tests.calls import NOW, parts_of, signed_call
from tests.live import Live, sample
from tests.web.asking import CARD, Driver, problem


def test_payments_are_listed_newest_first(gateway: Live, client_id: str) -> None:
    """Up to the limit; refused calls create no payment; those of another client id are not found."""
    made = [f"{client_id}-{number}" for number in range(3)]
    for name in made:
        gateway.create(sample(name), client_id=client_id)
    gateway.create(sample(f"{client_id}-bad", productCode="X"), client_id=client_id)
    for query, expected in (("", made[::-1]), ("&limit=1", made[:1:-1])):
        listed = gateway.admin("GET", f"/payments?clientId={client_id}{query}").body["payments"]
        assert expected == [payment["paymentRequestId"] for payment in listed]
    for path in ("/payments/unknown", f"/payments/{made[0]}?clientId=OTHER", "/payments/"):
        assert 404 == problem(gateway.admin("GET", path))["status"]


@pytest.mark.parametrize("name", ["/a//b/", "act", "a%41b", "ü€ 50%+", "a?b#c&d=e", "..", "order/act"])
def test_any_payment_request_id_names_its_payment(driver: Driver, name: str) -> None:
    """Percent-encoded in the path, to show it and to act."""
    driver.open(name)
    shown = driver.live.admin("GET", f"/payments/{quote(name, safe='')}?clientId={driver.client_id}")
    assert (200, name) == (shown.status, shown.body.get("paymentRequestId"))
    assert (name, "SUCCESS") == tuple(driver.act(name).body[field] for field in ("paymentRequestId", "state"))


def test_an_id_of_two_client_ids_is_ambiguous(gateway: Live, client_id: str) -> None:
    """The problem names both client ids; the call names one of them, in its query or body."""
    names = [f"{client_id}-a", f"{client_id}-b"]
    for name in names:
        gateway.create(sample(client_id, paymentNotifyUrl=None), client_id=name)
    path = f"/payments/{client_id}"
    for method, rest, body in (("GET", "", None), ("POST", "/act", {"action": "pay"})):
        found = problem(gateway.admin(method, f"{path}{rest}", body))
        assert (409, [True, True]) == (found["status"], [name in found["detail"] for name in names])
    assert "SUCCESS" == gateway.admin("POST", f"{path}/act?clientId={names[0]}", {"action": "pay"}).body["state"]
    assert "FAIL" == gateway.admin("POST", f"{path}/act", {"action": "decline", "clientId": names[1]}).body["state"]
    assert 400 == gateway.admin("POST", f"{path}/act?clientId=A", {"action": "pay", "clientId": "B"}).status
    shown = [gateway.admin("GET", f"{path}?clientId={name}").body["state"] for name in names]
    assert ["SUCCESS", "FAIL"] == shown


@pytest.mark.parametrize(("seconds", "expected"), [(3599.999999, "OPEN"), (3600, "EXPIRED")])
async def test_a_session_is_shown_as_expired_from_its_expiry_on(seconds: float, expected: str) -> None:
    """In the list and alone, even without the scheduler: an app without its lifespan."""
    clock = StoppedClock(NOW)
    components = parts_of(clock=clock)
    await components.gateway.answer(signed_call(sample("p")))
    clock.moment = NOW + timedelta(seconds=seconds)
    context = AdminContext(**vars(components))
    http = Request({"type": "http", "path_params": {"paymentRequestId": "p"}})
    request = AdminRequest(http, {"limit": 1}, {}, "", b"")
    alone = await payments.get_payment(context, request)
    answer = await payments.list_payments(context, request)
    listed = json.loads(b"".join([bytes(piece) async for piece in answer.body_iterator]))["payments"]
    assert (expected, [alone]) == (alone["sessionStatus"], listed)


def test_an_act_changes_the_payment(driver: Driver) -> None:
    """The reply is the payment as shown and inquired afterwards, with the ids of the notifications that it caused."""
    driver.open("p")
    names = ("state", "sessionStatus", "paymentStatus", "paymentResultCode")
    for action, expected in (
        ("leave", ["OPEN", "OPEN", None, None]),
        ("pending", ["PENDING", "CLOSED", "PENDING", "PAYMENT_IN_PROCESS"]),
        ("pay", ["SUCCESS", "CLOSED", "SUCCESS", "SUCCESS"]),
    ):
        acted = driver.act("p", action).body
        assert expected == [acted[name] for name in names]
        assert [each["id"] for each in driver.listed("&limit=1")] == acted.pop("notifications")
        assert acted == driver.live.admin("GET", f"/payments/p?clientId={driver.client_id}").body
        inquired = driver.call("inquiryPayment", paymentRequestId="p").body
        assert [acted["paymentId"], expected[2]] == [inquired.get(name) for name in ("paymentId", "paymentStatus")]


def test_an_act_that_is_not_possible_names_the_possible_ones(driver: Driver) -> None:
    """Until the payment is final, or its session has expired by the clock; a decline may have any failure code."""
    driver.open("p", paymentMethod=CARD)
    driver.open("q", paymentNotifyUrl=None)
    driver.act("p", "pending")
    found = problem(driver.act("p", "challenge"))
    assert (409, "PENDING", ["pay", "decline", "leave"]) == (found["status"], found["state"], found["allowed"])
    declined = driver.act("p", "decline", code="DO_NOT_HONOR").body
    assert ("DO_NOT_HONOR", 1) == (declined["paymentResultCode"], len(declined["notifications"]))
    driver.advance("1h")
    for name, state in (("p", "FAIL"), ("q", "EXPIRED")):
        found = problem(driver.act(name))
        assert (409, state, []) == (found["status"], found["state"], found["allowed"])


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({}, 400, "action: missing"),
        ({"action": "fly"}, 400, "action: expected one of pay, decline, leave, pending, challenge"),
        ({"action": "pay", "code": "DO_NOT_HONOR"}, 400, "code: "),
        ({"action": "decline", "code": "DO_NOT_HONOUR"}, 400, "did you mean DO_NOT_HONOR?"),
        ({"action": "decline", "code": "SUCCESS"}, 400, "'SUCCESS'"),
        ({"action": "decline", "code": "UNKNOWN_EXCEPTION"}, 400, "'UNKNOWN_EXCEPTION'"),
        ({"action": "pending", "code": "DO_NOT_HONOR"}, 400, "'DO_NOT_HONOR'"),
        ({"action": "pay", "clientId": "NOBODY"}, 404, "paymentRequestId"),
    ],
)
def test_an_invalid_act_changes_nothing(driver: Driver, body: dict[str, str], status: int, word: str) -> None:
    """A code needs a decline, and must have the status F."""
    name = f"p-{driver.client_id}"
    driver.open(name)
    found = problem(driver.live.admin("POST", f"/payments/{name}/act", body))
    assert (status, True) == (found["status"], word in found["detail"]), found["detail"]
    assert "OPEN" == driver.live.admin("GET", f"/payments/{name}").body["state"]
