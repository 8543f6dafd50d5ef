"""Processing a call: the order of the steps, replies, journal entries and events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from mock_alipay.apis.context import Context, Outcome
from mock_alipay.apis.family import Endpoint, Families
from mock_alipay.apis.payments import PAYMENTS
from mock_alipay.clock.clocks import wire_time
from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.errors import NoSuchPath
from mock_alipay.gateway.assembly import Components
from mock_alipay.gateway.gateway import Gateway
from mock_alipay.journal.events import Event
from mock_alipay.journal.exchange import Call, Reply
from mock_alipay.signing import content, fits, keys, parse, raw_signature
from tests.calls import NOW, ask, code, header, latest, parts_of, plain_call, result, signed_call
from tests.live import PATH, SANDBOX_PATH, sample
from tests.memory import done, kept

CARD = "4054695723100768"
"""A documented test card."""


def broken(gateway: Gateway) -> Gateway:
    """A gateway whose createPaymentSession raises ZeroDivisionError."""

    def decide(body: Mapping[str, Any], context: Context[Any]) -> Outcome[Any]:
        raise ZeroDivisionError("a bug")

    families = Families([PAYMENTS._replace(endpoints={"createPaymentSession": Endpoint(decide)})])
    return replace(gateway, executor=replace(gateway.executor, families=families))


def payments(components: Components) -> list[str]:
    """The paymentRequestIds of the stored payments."""
    return [payment.request_id for payment in asyncio.run(components.repository.store.browse())]


def is_signed(reply: Reply, target: str = SANDBOX_PATH, key: RSAPrivateKey | None = None) -> bool:
    """Whether a reply verifies as a client checks it, with the gateway's key unless another is given."""
    public_key = (key or keys.shipped_gateway_key()).public_key()
    raw = raw_signature(parse(str(header(reply, "signature"))).value)
    client_id, time = str(header(reply, "client-id")), str(header(reply, "response-time"))
    return fits(public_key, raw, content("POST", target, client_id, time, reply.body))


def test_a_valid_call_creates_a_session() -> None:
    """The reply is signed, the payment is stored, and the journal has an entry."""
    components = parts_of()
    reply = ask(components, signed_call(sample("order-1")))
    assert {"resultCode": "SUCCESS", "resultMessage": "success.", "resultStatus": "S"} == result(reply)
    assert (True, ["order-1"]) == (is_signed(reply), payments(components))
    entry = latest(components)
    assert ("1", "1") == (entry.id, header(reply, "mock-call-id"))
    assert ("createPaymentSession", TEST_CLIENT_ID, "order-1") == (entry.endpoint, entry.client_id, entry.request_id)
    assert ("SUCCESS", "S", "success.") == (entry.result_code, entry.result_status, entry.message)
    assert ("valid", None, (), "success") == (entry.verdict, entry.explanation, entry.faults, entry.scenario)
    assert entry.reply is reply
    assert 0 < entry.took < 10


@pytest.fixture(scope="module")
def refusing() -> Components:
    """A gateway that all tests of refusals share, so it has no payments."""
    return parts_of()


MISTAKES: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    # in the order in which they are found: what is wrong, the code, and the journal's entry
    ({"path": "/ams/api/v1/payments/nothing"}, "NO_INTERFACE_DEF", {"endpoint": None, "verdict": "unchecked"}),
    ({"method": "GET"}, "METHOD_NOT_SUPPORTED", {"endpoint": None, "verdict": "unchecked"}),
    ({"extra": {"content-type": "text/plain"}}, "MEDIA_TYPE_NOT_ACCEPTABLE", {"endpoint": None, "request_id": None}),
    ({"extra": {"request-time": "now"}}, "PARAM_ILLEGAL", {"verdict": "unchecked", "scenario": None}),
    ({"key": keys.shipped_gateway_key()}, "INVALID_SIGNATURE", {"verdict": "invalid", "scenario": None}),
    ({"body": b"{}"}, "PARAM_ILLEGAL", {"verdict": "valid", "request_id": None, "scenario": None}),
    ({"extra": {"mock-scenario": "risk-reject"}}, "RISK_REJECT", {"verdict": "valid", "scenario": "risk-reject"}),
]


@pytest.mark.parametrize("first", range(len(MISTAKES)), ids=[f"{code} {next(iter(how))}" for how, code, _ in MISTAKES])
def test_the_first_mistake_decides(refusing: Components, first: int) -> None:
    """Path, method, media type, headers, signature, body and scenario are checked in this order."""
    how: dict[str, Any] = {"extra": {}}
    for mistake, _, _ in MISTAKES[first:]:
        how = {**mistake, **how, "extra": {**mistake.get("extra", {}), **how["extra"]}}
    reply = ask(refusing, signed_call(how.pop("body", None), **how))
    _, expected, recorded = MISTAKES[first]
    entry = latest(refusing)
    assert (expected, expected, []) == (code(reply), entry.result_code, payments(refusing))
    assert recorded == {name: getattr(entry, name) for name in recorded}
    assert first > 1 or is_signed(reply, how.get("path", SANDBOX_PATH)) == (how.get("method", "POST") == "POST")


@pytest.mark.parametrize("client_id", ["", "k\xe4se"])
def test_an_unauthenticated_call_is_recorded_under_its_client_id(refusing: Components, client_id: str) -> None:
    """The reply carries it back."""
    reply = ask(refusing, plain_call(headers={"client-id": client_id}))
    assert ("PARAM_ILLEGAL", client_id) == (code(reply), header(reply, "client-id"))
    assert client_id == latest(refusing).client_id


def test_a_call_outside_the_api_or_unreadable_is_a_plain_http_error() -> None:
    """Problem JSON, unsigned and recorded."""
    components, call = parts_of(), plain_call(target="/api/v1/payments/pay", headers={"client-id": "A"})
    replies = [ask(components, call), components.gateway.reject(call, NoSuchPath("too much"))]
    for reply, entry in zip(replies, kept(components.journal), strict=True):
        assert (404, None) == (reply.status, header(reply, "signature"))
        detail = json.loads(reply.body)["detail"]
        assert ("A", None, None, detail) == (entry.client_id, entry.endpoint, entry.result_code, entry.message)


def test_the_message_has_the_first_fault_and_the_number_of_others(refusing: Components) -> None:
    """The journal entry has all of them."""
    message = result(ask(refusing, signed_call(sample(order=None, productCode="X", paymentRedirectUrl=None))))
    faults = latest(refusing).faults
    assert {"order", "productCode", "paymentRedirectUrl"} == {fault.path for fault in faults}
    assert f"{faults[0].text} (and 2 more)" == message["resultMessage"]
    assert "more" not in result(ask(refusing, signed_call(sample(order=None))))["resultMessage"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (signed_call(sample("order-1", order=None)), "order-1"),
        (signed_call(sample("order-1"))._replace(target=PATH), "order-1"),
        (signed_call(sample("order-1"))._replace(method="GET"), "order-1"),
        (signed_call(b'{"paymentRequestId": "order-1"'), None),
    ],
    ids=["invalid body", "invalid signature", "GET", "broken JSON"],
)
def test_a_refused_call_is_recorded_under_the_id_in_its_body(
    refusing: Components, call: Call, expected: str | None
) -> None:
    """If the body can be parsed; nothing is created."""
    ask(refusing, call)
    assert (expected, []) == (latest(refusing).request_id, payments(refusing))


def test_an_unverified_client_id_gets_one_hint() -> None:
    """In the journal, whatever the result; the reply's header says it each time."""
    components = parts_of()
    calls = [signed_call(sample(order=order), client_id="SANDBOX_MOCK_MERCHNT") for order in (None, sample()["order"])]
    replies = [ask(components, call) for call in calls]
    assert [("PARAM_ILLEGAL", "no"), ("SUCCESS", "no")] == [(code(r), header(r, "mock-verified")) for r in replies]
    first, second = (entry.explanation for entry in kept(components.journal))
    assert ("did you mean SANDBOX_MOCK_MERCHANT?" in str(first), second) == (True, None)


def test_with_signatures_off_a_call_needs_no_header() -> None:
    """It is the test merchant's, by whose clock it is dated, and the reply is not signed."""
    components = parts_of(signatures="off")
    done(components.clocks.advance(timedelta(hours=1), TEST_CLIENT_ID))
    reply = ask(components, plain_call(json.dumps(sample("order-1")).encode()))
    assert ("SUCCESS", None) == (code(reply), header(reply, "signature"))
    assert (TEST_CLIENT_ID, "unchecked") == (latest(components).client_id, latest(components).verdict)
    expected = NOW + timedelta(hours=1)
    assert (expected, wire_time(expected)) == (latest(components).time, header(reply, "response-time"))
    assert "INVALID_CLIENT" == code(ask(parts_of(signatures="required"), signed_call(client_id="SANDBOX_X")))


def test_a_card_number_is_masked_in_a_refusal(refusing: Components) -> None:
    """The message quotes the wrong value without it."""
    body = sample("order-1")
    body["paymentMethod"]["paymentMethodMetaData"]["cardNo"] = int(CARD)
    reply = ask(refusing, signed_call(body))
    assert ("PARAM_ILLEGAL", False) == (code(reply), CARD.encode() in reply.body)


def test_every_call_is_published_after_it_is_recorded() -> None:
    """Replies, refusals, HTTP errors and unreadable calls, each with its size; a failing listener affects nothing."""
    components, published = parts_of(), []

    def listen(event: Event) -> None:
        if event.kind == "call":
            assert (event.client_id, event.size) == (event.subject.client_id, event.subject.size)
            published.append((event.subject.id, len(kept(components.journal))))
        raise ZeroDivisionError("a bug")

    with components.events.subscribed(listen):
        codes = [code(ask(components, call)) for call in (signed_call(), plain_call())]
        ask(components, plain_call(target="/"))
        components.gateway.reject(plain_call(), NoSuchPath("too much"))
    assert [("1", 1), ("2", 2), ("3", 3), ("4", 4)] == published
    assert ["SUCCESS", "PARAM_ILLEGAL"] == codes


def test_a_new_session_is_published_before_its_call() -> None:
    """With the client's time; repeats and refusals change no payment, a connection fault does not prevent it."""
    components = parts_of()
    done(components.clocks.advance(timedelta(hours=3), TEST_CLIENT_ID))
    events: list[Event] = []
    with components.events.subscribed(events.append):
        for body, extra in (
            (sample("order-1"), {}),
            (sample("order-1"), {}),
            (sample("order-1", productScene="EASY_PAY"), {}),
            (sample("order-2", order=None), {}),
            (sample("order-3"), {"mock-scenario": "connection-reset"}),
        ):
            ask(components, signed_call(body, extra=extra))
    assert ["payment", "call", "call", "call", "call", "payment", "call"] == [event.kind for event in events]
    assert list(range(1, 8)) == [event.number for event in events]
    payment = events[0].subject
    assert payment == done(components.repository.store.load((TEST_CLIENT_ID, "payments", "order-1")))
    assert (NOW + timedelta(hours=3), len(payment.request)) == (payment.created, events[0].size)
    assert ("order-3", 2) == (events[5].subject.request_id, done(components.scheduler.schedule.due_times.held()))
