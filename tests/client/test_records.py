"""Records of what the admin API answers."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from datetime import UTC, datetime, timedelta

import pytest

from mock_alipay.client import CallRecord, ClockState, Mock, NotificationRecord, PaymentRecord, ScenarioRecord
from mock_alipay.client.events import Event
from mock_alipay.client.records import AttemptRecord, Record, camel
from mock_alipay.errors import Fault
from tests.live import Live, sample


@pytest.mark.parametrize(
    ("record", "path", "name"),
    [
        (CallRecord, "/calls", "calls"),
        (PaymentRecord, "/payments", "payments"),
        (NotificationRecord, "/notifications", "notifications"),
        (ScenarioRecord, "/scenarios", "scenarios"),
        (ClockState, "/clock", None),
    ],
)
def test_fields_are_those_of_the_wire(
    gateway: Live, whom: str, record: type[Record], path: str, name: str | None
) -> None:
    """Each record has exactly the fields that the admin API answers, here or there."""
    gateway.create(sample("p", paymentNotifyUrl=None), client_id=whom)
    gateway.admin("POST", "/payments/p/act", {"action": "decline", "clientId": whom})
    answer = gateway.admin("GET", f"{path}?clientId={whom}").body
    found = answer[name][0] if name else answer
    names = {camel(field.name) for field in fields(record)}
    if record is NotificationRecord:
        assert names == set(gateway.admin("GET", f"{path}/{found['id']}").body)
        names.remove("signed")
    assert names == set(found)


def test_call(gateway: Live, mock: Mock, whom: str) -> None:
    """A call is typed: its time, its faults, its bodies as parsed JSON."""
    body = sample("a-call", productCode="X", extraData=1)
    before = datetime.now(UTC)
    answer = gateway.create(body, client_id=whom)
    (call,) = mock.calls()
    assert (answer.headers["mock-call-id"], whom, "a-call") == (call.id, call.client_id, call.payment_request_id)
    assert ("createPaymentSession", "PARAM_ILLEGAL", "F", 200) == (
        call.endpoint,
        call.result_code,
        call.result_status,
        call.http_status,
    )
    assert before - timedelta(milliseconds=1) <= call.time <= datetime.now(UTC)
    (fault,) = call.faults
    assert (Fault, "productCode", 'the string "X"') == (type(fault), fault.path, fault.found)
    assert ("extraData: unknown field",) == tuple(field.partition(",")[0] for field in call.unknown_fields)
    assert (body, answer.body) == (call.request, call.reply)
    assert call.signature["verdict"]
    assert call.timing["tookMs"] >= 0


def test_notes_of_a_call(gateway: Live, mock: Mock, whom: str) -> None:
    """What was accepted, but is worth knowing, stands beside it."""
    gateway.create(sample("noted", productScene="ELEMENT_PAYMENT", settlementStrategy=None), client_id=whom)
    (call,) = mock.calls()
    assert ("settlementStrategy is absent: documented as REQUIRED, live integrations omit it",) == call.notes


def test_call_that_had_nothing(gateway: Live, mock: Mock, whom: str) -> None:
    """What a call did not have is None or empty."""
    gateway.request("POST", "/ams/api/v1/payments/nothing", b"{}", {"client-id": whom})
    (call,) = mock.calls()
    assert (None, None, None, None) == (call.endpoint, call.payment_request_id, call.scenario, call.fault)
    assert ((), ()) == (call.faults, call.unknown_fields)


def test_call_that_got_no_reply(gateway: Live, mock: Mock, whom: str) -> None:
    """What a scenario's fault did to the reply is told; without a reply there is no HTTP status."""
    with pytest.raises(ConnectionError):
        gateway.create(client_id=whom, extra={"mock-scenario": "connection-reset"})
    (call,) = mock.calls()
    assert ("connection-reset", None) == (call.scenario, call.http_status)
    assert call.fault


def test_payment(gateway: Live, mock: Mock, whom: str) -> None:
    """A payment is typed: its times are moments an hour apart, the later one that of the reply."""
    answer = gateway.create(sample("a-payment"), client_id=whom)
    payment = mock.payment("a-payment")
    assert ("a-payment", whom, "OPEN", answer.body["paymentSessionId"]) == (
        payment.payment_request_id,
        payment.client_id,
        payment.session_status,
        payment.payment_session_id,
    )
    assert datetime.fromisoformat(answer.body["paymentSessionExpiryTime"]) == payment.payment_session_expiry_time
    assert (
        timedelta(0)
        <= payment.created + timedelta(hours=1) - payment.payment_session_expiry_time
        < timedelta(seconds=1)
    )
    assert sample()["paymentAmount"] == payment.payment_amount == payment.request["paymentAmount"]


def test_paid_payment(gateway: Live, mock: Mock, whom: str) -> None:
    """Its other times are moments, too; what has not happened is None."""
    gateway.create(sample("p", paymentNotifyUrl=None), client_id=whom)
    gateway.admin("PUT", "/clock", {"clientId": whom, "freeze": "2030-01-01T00:00:00Z"})
    wallet = {"paymentMethodType": "ALIPAY_CN"}
    before = gateway.create(sample("q", paymentNotifyUrl=None, paymentMethod=wallet), client_id=whom).body
    gateway.admin("POST", "/payments/q/act", {"action": "pay", "clientId": whom})
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    paid = mock.payment("q")
    assert (moment, moment, None, None) == (
        paid.payment_create_time,
        paid.payment_time,
        paid.cancel_time,
        paid.next,
    )
    gateway.create({"paymentRequestId": "q"}, path="/ams/api/v1/payments/cancel", client_id=whom)
    assert (moment, "CLOSED") == ((cancelled := mock.payment("q")).cancel_time, cancelled.session_status)
    assert datetime.fromisoformat(before["paymentSessionExpiryTime"]) == cancelled.payment_session_expiry_time
    assert ("EXPIRED", None) == ((expired := mock.payment("p")).state, expired.next)


ATTEMPT = {
    "time": "2026-11-22T01:07:10.000+00:00",
    "requestHeaders": {"client-id": "A"},
    "httpStatus": None,
    "answer": "",
    "accepted": False,
    "why": "nobody listens",
    "byHand": False,
    "tookMs": 0.5,
}


def test_notification() -> None:
    """A notification is typed, and each of its attempts; in an event it has no body."""
    found = {
        "id": "7",
        "notification": "notifyPayment",
        "clientId": "A",
        "paymentRequestId": None,
        "created": "2026-11-22T01:07:10.000+00:00",
        "url": None,
        "status": "PENDING",
        "problem": None,
        "scenario": None,
        "fault": None,
        "waitsFor": "notifyCapture",
        "nextAttempt": "2026-11-22T09:09:10.000+08:00",
        "attempts": [ATTEMPT],
    }
    moment = datetime(2026, 11, 22, 1, 7, 10, tzinfo=UTC)
    record = NotificationRecord.of(found)
    assert (moment, moment + timedelta(minutes=2)) == (record.created, record.next_attempt)
    assert ("notifyCapture", None, None, None) == (
        record.waits_for,
        record.request,
        record.signed,
        record.payment_request_id,
    )
    attempt = AttemptRecord(
        time=moment,
        request_headers={"client-id": "A"},
        http_status=None,
        answer="",
        accepted=False,
        why="nobody listens",
        by_hand=False,
        took_ms=0.5,
    )
    assert (attempt,) == record.attempts
    assert {camel(field.name) for field in fields(AttemptRecord)} == ATTEMPT.keys()
    assert None is NotificationRecord.of({**found, "nextAttempt": None}).next_attempt


def test_events_have_records() -> None:
    """Of each kind that has one."""
    assert {
        "call": CallRecord,
        "payment": PaymentRecord,
        "notification": NotificationRecord,
        "clock": ClockState,
    } == Event.KINDS


@pytest.mark.parametrize(
    ("ahead", "length"),
    [("PT0S", timedelta()), ("P1DT0.5S", timedelta(days=1, seconds=0.5)), ("-PT1H", -timedelta(hours=1))],
)
def test_clock(ahead: str, length: timedelta) -> None:
    """A clock's lead is a length of time, negative when it is behind."""
    found = {
        "clientId": "A",
        "now": "2026-11-22T01:07:10.000+00:00",
        "frozen": True,
        "ahead": ahead,
        "own": True,
        "notificationsUnderWay": 2,
    }
    expected = ClockState(
        client_id="A",
        now=datetime(2026, 11, 22, 1, 7, 10, tzinfo=UTC),
        frozen=True,
        ahead=length,
        own=True,
        notifications_under_way=2,
    )
    assert expected == ClockState.of(found)


def test_more_than_is_known() -> None:
    """What a later gateway answers beside the known fields is left out; what an earlier one lacks is None."""
    found: dict[str, object] = {
        "name": "ours",
        "description": "Ours.",
        "endpoints": [],
        "calls": ["createPaymentSession", "pay"],
        "buyer": ["pay"],
        "notifications": [],
        "match": [],
        "file": None,
        "colour": "red",
    }
    expected = ScenarioRecord(
        name="ours",
        description="Ours.",
        endpoints=[],
        calls=["createPaymentSession", "pay"],
        buyer=["pay"],
        notifications=[],
        match=[],
        file=None,
        client_id=None,
    )
    assert expected == ScenarioRecord.of(found)


def test_records_stay_as_they_are(mock: Mock) -> None:
    """A record cannot be changed by mistake."""
    with pytest.raises(FrozenInstanceError):
        mock.clock.state.frozen = True  # type: ignore[misc] # just that is shown


@pytest.mark.parametrize(("name", "written"), [("id", "id"), ("client_id", "clientId"), ("a_b_cd", "aBCd")])
def test_camel(name: str, written: str) -> None:
    """Names of the wire are Python's in camel case."""
    assert written == camel(name)
