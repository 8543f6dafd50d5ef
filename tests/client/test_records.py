"""Records of the admin API's replies."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from datetime import UTC, datetime, timedelta

import pytest

from mock_alipay.client import (
    AttemptRecord,
    CallRecord,
    ClockState,
    Mock,
    NotificationRecord,
    PaymentRecord,
    ScenarioRecord,
    TransactionRecord,
)
from mock_alipay.client.records import Record, camel
from mock_alipay.errors import Fault
from tests.live import Live, sample

TIME = datetime(2026, 11, 22, 1, 7, 10, tzinfo=UTC)


def keys(record: type[Record]) -> set[str]:
    """The JSON keys of a record's fields."""
    return {camel(field.name) for field in fields(record)}


@pytest.mark.parametrize(
    ("record", "path"),
    [
        (CallRecord, "/calls"),
        (PaymentRecord, "/payments"),
        (NotificationRecord, "/notifications"),
        (ScenarioRecord, "/scenarios"),
        (ClockState, "/clock"),
    ],
)
def test_fields_are_the_keys_of_the_reply(gateway: Live, client_id: str, record: type[Record], path: str) -> None:
    """All of them, and no other ones; nested records too."""
    gateway.create(sample("p", paymentNotifyUrl="http://127.0.0.1:9/"), client_id=client_id)
    gateway.admin("POST", "/payments/p/act", {"action": "pay", "clientId": client_id})
    gateway.admin("GET", f"/notifications/wait?clientId={client_id}")
    reply = gateway.admin("GET", f"{path}?clientId={client_id}").body
    listed = reply[path[1:]][0] if path[1:] in reply else reply
    if record is NotificationRecord:
        assert keys(AttemptRecord) == set(listed["attempts"][0])
        listed = gateway.admin("GET", f"{path}/{listed['id']}").body
    if record is PaymentRecord:
        assert keys(TransactionRecord) == set(listed["transactions"][0])
    assert keys(record) == set(listed)


def test_a_call_has_times_faults_and_bodies(gateway: Live, mock: Mock, client_id: str) -> None:
    """As Python values."""
    gateway.create(sample(productScene="ELEMENT_PAYMENT", settlementStrategy=None), client_id=client_id)
    (note,) = mock.calls()[0].notes
    assert note.startswith("settlementStrategy is absent")
    body = sample("a-call", productCode="X", extraData=1)
    before = datetime.now(UTC)
    reply = gateway.create(body, client_id=client_id)
    call = mock.calls()[0]
    assert (reply.headers["mock-call-id"], client_id, "a-call") == (call.id, call.client_id, call.payment_request_id)
    result = (call.endpoint, call.result_code, call.result_status, call.http_status)
    assert ("createPaymentSession", "PARAM_ILLEGAL", "F", 200) == result
    assert before - timedelta(milliseconds=1) <= call.time <= datetime.now(UTC)
    (fault,) = call.faults
    assert (Fault, "productCode", 'the string "X"') == (type(fault), fault.path, fault.found)
    assert ("extraData: unknown field",) == tuple(field.partition(",")[0] for field in call.unknown_fields)
    assert (body, reply.body) == (call.request, call.reply)


def test_what_a_call_does_not_have_is_none(gateway: Live, mock: Mock, client_id: str) -> None:
    """Or empty: for an unknown path, and for a reply that a fault kept from the client."""
    gateway.request("POST", "/ams/api/v1/payments/nothing", b"{}", {"client-id": client_id})
    (call,) = mock.calls()
    assert (None, None, None, None) == (call.endpoint, call.payment_request_id, call.scenario, call.fault)
    assert ((), ()) == (call.faults, call.unknown_fields)
    with pytest.raises(ConnectionError):
        gateway.create(client_id=client_id, extra={"mock-scenario": "connection-reset"})
    call = mock.calls()[0]
    assert ("connection-reset", None, True) == (call.scenario, call.http_status, bool(call.fault))


def test_the_times_of_a_payment_are_datetimes(gateway: Live, mock: Mock, client_id: str) -> None:
    """None until the event has happened."""
    mock.clock.freeze(TIME)
    wallet = {"paymentMethodType": "ALIPAY_CN"}
    reply = gateway.create(sample("p", paymentNotifyUrl=None, paymentMethod=wallet), client_id=client_id).body
    session = mock.payment("p")
    expiry = datetime.fromisoformat(reply["paymentSessionExpiryTime"])
    assert (TIME, TIME + timedelta(hours=1), expiry) == (session.created, expiry, session.payment_session_expiry_time)
    assert (expiry, None, None) == (session.next, session.payment_create_time, session.payment_time)
    assert sample()["paymentAmount"] == session.payment_amount == session.request["paymentAmount"]
    paid = session.pay()
    assert (TIME, TIME, None, None) == (paid.payment_create_time, paid.payment_time, paid.cancel_time, paid.next)
    gateway.create({"paymentRequestId": "p"}, path="/ams/api/v1/payments/cancel", client_id=client_id)
    assert TIME == mock.payment("p").cancel_time


def test_a_notification_has_attempts() -> None:
    """As records, with datetimes; keys that an event leaves out are None."""
    attempt = {"time": TIME.isoformat(), "requestHeaders": {"client-id": "A"}}
    data = {"id": "7", "created": TIME.isoformat(), "nextAttempt": "2026-11-22T09:09:10+08:00", "attempts": [attempt]}
    record = NotificationRecord.of(data)
    (sent,) = record.attempts
    assert (TIME, TIME + timedelta(minutes=2), None) == (record.created, record.next_attempt, record.request)
    assert (AttemptRecord, TIME, {"client-id": "A"}) == (type(sent), sent.time, sent.request_headers)
    assert None is NotificationRecord.of({**data, "nextAttempt": None}).next_attempt


@pytest.mark.parametrize(
    ("ahead", "length"),
    [("PT0S", timedelta()), ("P1DT0.5S", timedelta(days=1, seconds=0.5)), ("-PT1H", -timedelta(hours=1))],
)
def test_a_clock_can_be_ahead_or_behind(ahead: str, length: timedelta) -> None:
    """The difference is negative when it is behind. Unknown keys of a later gateway are ignored."""
    state = ClockState.of({"now": "2026-11-22T01:07:10.000+00:00", "ahead": ahead, "colour": "red"})
    assert (TIME, length) == (state.now, state.ahead)


def test_records_are_frozen(mock: Mock) -> None:
    """A test cannot change one by mistake."""
    with pytest.raises(FrozenInstanceError):
        mock.clock.state.frozen = True  # type: ignore[misc] # the subject of the test
