"""Records of the admin API's replies."""

from __future__ import annotations

from dataclasses import fields
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


def test_a_call_has_a_time_and_faults(gateway: Live, mock: Mock, client_id: str) -> None:
    """As Python values, beside the parsed bodies; what it does not have is None or empty."""
    mock.clock.freeze(TIME)
    body = sample(productCode="X", extraData=1)
    reply = gateway.create(body, client_id=client_id)
    gateway.create(sample(productScene="ELEMENT_PAYMENT", settlementStrategy=None), client_id=client_id)
    gateway.request("POST", "/ams/api/v1/payments/nothing", b"{}", {"client-id": client_id})
    with pytest.raises(ConnectionError):
        gateway.create(client_id=client_id, extra={"mock-scenario": "connection-reset"})
    reset, unknown, noted, refused = mock.calls()
    (fault,) = refused.faults
    assert (Fault, "productCode", TIME, body, reply.body) == (
        *(type(fault), fault.path, refused.time.replace(microsecond=0)),
        *(refused.request, refused.reply),
    )
    assert ["extraData: unknown field"] == [field.partition(",")[0] for field in refused.unknown_fields]
    assert ["settlementStrategy is absent"] == [note.partition(":")[0] for note in noted.notes]
    assert (None, None, None, (), ()) == (
        *(unknown.endpoint, unknown.payment_request_id, unknown.scenario),
        *(unknown.faults, unknown.unknown_fields),
    )
    assert ("connection-reset", None, True) == (reset.scenario, reset.http_status, bool(reset.fault))


def test_the_times_of_a_payment_are_datetimes(gateway: Live, mock: Mock, client_id: str) -> None:
    """None until the event has happened."""
    mock.clock.freeze(TIME)
    wallet = {"paymentMethodType": "ALIPAY_CN"}
    gateway.create(sample("p", paymentNotifyUrl=None, paymentMethod=wallet), client_id=client_id)
    session, expiry = mock.payment("p"), TIME + timedelta(hours=1)
    assert (TIME, expiry, expiry) == (session.created, session.payment_session_expiry_time, session.next)
    assert (None, None) == (session.payment_create_time, session.payment_time)
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


@pytest.mark.parametrize(("ahead", "hours"), [("PT0S", 0), ("P1DT0.5H", 24.5), ("-PT1H", -1)])
def test_a_clock_can_be_ahead_or_behind(ahead: str, hours: float) -> None:
    """The difference is negative when it is behind. Unknown keys of a later gateway are ignored."""
    state = ClockState.of({"now": TIME.isoformat(), "ahead": ahead, "colour": "red"})
    assert (TIME, timedelta(hours=hours)) == (state.now, state.ahead)
