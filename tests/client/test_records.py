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
from mock_alipay.client.records import camel
from mock_alipay.errors import Fault
from tests.live import Live, sample

LISTS = ("calls", "payments", "notifications", "scenarios", "clock")
PAYMENTS = "/ams/api/v1/payments/"
TIME = datetime(2026, 11, 22, 1, 7, 10, tzinfo=UTC)


def test_fields_are_the_keys_of_the_reply(gateway: Live, client_id: str) -> None:
    """All of them, and no other ones; nested records too."""
    gateway.create(sample("p", paymentNotifyUrl="http://127.0.0.1:9/"), client_id=client_id)
    gateway.admin("POST", "/payments/p/act", {"action": "pay", "clientId": client_id})
    gateway.admin("GET", f"/notifications/wait?clientId={client_id}&count=2")
    reply = {name: gateway.admin("GET", f"/{name}?clientId={client_id}").body for name in LISTS}
    payment, notification = reply["payments"]["payments"][0], reply["notifications"]["notifications"][0]
    whole = gateway.admin("GET", f"/notifications/{notification['id']}").body
    for record, shown in (
        (CallRecord, reply["calls"]["calls"][0]),
        (PaymentRecord, payment),
        (TransactionRecord, payment["transactions"][0]),
        (NotificationRecord, whole),
        (AttemptRecord, notification["attempts"][0]),
        (ScenarioRecord, reply["scenarios"]["scenarios"][0]),
        (ClockState, reply["clock"]),
    ):
        assert {camel(field.name) for field in fields(record)} == set(shown), record


def test_a_call_has_a_time_and_faults(gateway: Live, mock: Mock, client_id: str) -> None:
    """As Python values, beside the parsed bodies; what it does not have is None or empty."""
    mock.clock.freeze(TIME)
    body = sample(productCode="X", extraData=1)
    reply = gateway.create(body, client_id=client_id)
    gateway.create(sample(productScene="ELEMENT_PAYMENT", settlementStrategy=None), client_id=client_id)
    gateway.request("POST", "/ams/api/v1/payments/nothing", b"{}", {"client-id": client_id})
    unknown, noted, refused = mock.calls()
    (fault,) = refused.faults
    assert (Fault, "productCode") == (type(fault), fault.path)
    assert (TIME, body, reply.body) == (refused.time.replace(microsecond=0), refused.request, refused.reply)
    assert ["extraData: unknown field"] == [field.partition(",")[0] for field in refused.unknown_fields]
    assert ["settlementStrategy is absent"] == [note.partition(":")[0] for note in noted.notes]
    assert (None, None, None) == (unknown.endpoint, unknown.payment_request_id, unknown.scenario)
    assert ((), ()) == (unknown.faults, unknown.unknown_fields)


def test_a_payment_has_times_and_transactions(gateway: Live, mock: Mock, client_id: str) -> None:
    """Times are None until the event has happened; a transaction in progress has no result code and no time."""
    mock.clock.freeze(TIME)
    wallet = {"paymentMethodType": "ALIPAY_CN"}
    gateway.create(sample("p", paymentNotifyUrl=None, paymentMethod=wallet), client_id=client_id)
    session, expiry = mock.payment("p"), TIME + timedelta(hours=1)
    assert (TIME, expiry, expiry) == (session.created, session.payment_session_expiry_time, session.next)
    assert (None, None) == (session.payment_create_time, session.payment_time)
    paid = session.pay()
    assert (TIME, TIME, None, None) == (paid.payment_create_time, paid.payment_time, paid.cancel_time, paid.next)
    amount = {"currency": "BRL", "value": "10"}
    for name, scenario in (("r1", "success"), ("r2", "refund-in-process")):
        body = {"paymentId": paid.payment_id, "refundRequestId": name, "refundAmount": amount}
        gateway.create(body, path=f"{PAYMENTS}refund", client_id=client_id, extra={"mock-scenario": scenario})
    done, pending = paid.refresh().transactions
    assert (TransactionRecord, "REFUND", "r1", amount) == (type(done), done.type, done.request_id, done.amount)
    assert ("SUCCESS", "SUCCESS", TIME) == (done.status, done.result_code, done.time)
    assert ("r2", "PROCESSING", None, None) == (pending.request_id, pending.status, pending.result_code, pending.time)
    gateway.create(sample("q", paymentNotifyUrl=None), client_id=client_id)
    gateway.create({"paymentRequestId": "q"}, path=f"{PAYMENTS}cancel", client_id=client_id)
    assert TIME == mock.payment("q").cancel_time


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
