"""createPaymentSession: expiry, repeats, and the content of a session."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mock_alipay.apis.context import NO_OVERRIDES, Context, Outcome, ScenarioOverrides
from mock_alipay.apis.environment import Environment
from mock_alipay.apis.fake_buyers import FakeBuyers
from mock_alipay.apis.ids import IdGenerator
from mock_alipay.apis.payments.endpoints.create_payment_session import create_payment_session
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Money, Session
from mock_alipay.contracts import load
from mock_alipay.contracts.names import Act
from mock_alipay.contracts.validation import parse
from mock_alipay.errors import Refusal
from tests.live import sample

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)
CLIENT, URL = "SANDBOX_5X00000000000000", "http://127.0.0.1:2088"
CONTRACT = load()
SAMPLE = sample("x")
RAW = json.dumps(SAMPLE).encode()


def call(
    body: dict[str, Any] | bytes,
    *,
    now: datetime = NOW,
    payment: Payment | None = None,
    client_id: str = CLIENT,
    base_url: str = URL,
    overrides: ScenarioOverrides = NO_OVERRIDES,
    origin: str = "",
) -> Outcome[Payment]:
    """The outcome for a valid body."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    environment = Environment(IdGenerator(1), FakeBuyers(1), CONTRACT, base_url)
    return create_payment_session(parse(raw), Context(now, client_id, payment, environment, raw, overrides, origin))


def opened(body: dict[str, Any] | bytes = RAW, **how: Any) -> Payment:
    """The payment that a call creates."""
    payment = call(body, **how).aggregate
    assert payment is not None
    return payment


def session_of(payment: Payment) -> Session:
    """The payment's session."""
    assert payment.session is not None
    return payment.session


def front_end(payment: Payment) -> dict[str, Any]:
    """The fourth part of the session's data."""
    decoded: dict[str, Any] = json.loads(base64.b64decode(session_of(payment).data.split("&&")[3], validate=True))
    return decoded


class TestSession:
    def test_a_new_session_is_stored_and_replied(self) -> None:
        """The payment is in version 0, with its request, order and scripted buyer, and without a paymentId."""
        acts = (Act("challenge", 2 * MINUTE), Act("pay", 3 * MINUTE))
        body = sample("x", paymentAmount={"currency": "JPY", "value": "0042"}, paymentFactor={"captureMode": "MANUAL"})
        outcome = call(body, overrides=ScenarioOverrides(scenario="tale", buyer=acts))
        payment = outcome.aggregate
        assert payment is not None
        session = session_of(payment)
        assert ("SUCCESS", NOW, NOW + HOUR) == (outcome.code, session.created, session.expires)
        fields = {"paymentSessionData": session.data, "paymentSessionId": session.id}
        assert {**fields, "paymentSessionExpiryTime": session.expiry_text} == outcome.fields
        assert (CLIENT, "x", 0, json.dumps(body).encode()) == payment[:4]
        assert (Money("JPY", 42), "CARD", "https://www.yourNotifyUrl", True) == payment.order[:4]
        assert ("OPEN", "tale", acts) == (payment.state, payment.scenario, payment.buyer)
        assert (NOW + 2 * MINUTE, None, None, "") == (payment.acts, payment.payment_id, payment.begun, payment.code)

    def test_the_data_has_four_parts(self) -> None:
        """64 bytes, of which the first 32 are those of the id; a region, a number, and JSON for the front-end SDK."""
        payment = opened(base_url="http://127.0.0.1:1234")
        session = session_of(payment)
        assert re.fullmatch(r"[A-Za-z0-9+/]{86}==&&SG&&111&&[A-Za-z0-9+/]+=*", session.data)
        id_, data = base64.b64decode(session.id), base64.b64decode(session.data.split("&&")[0])
        assert (48, True, False) == (len(id_), id_[:32] == data[:32], id_[32:] == data[32:48])
        assert {
            "action": {},
            "clientId": CLIENT,
            "connectFactor": {"enableConnect": False},
            "extendInfo": "{}",
            "paymentMethodInfoView": {"paymentMethodType": "CARD"},
            "paymentSessionConfig": {
                "productScene": "CASHIER_PAYMENT",
                "productSceneVersion": "1.0",
                "paymentMethodCategoryType": "CARD",
            },
            "mock": {"base": "http://127.0.0.1:1234", "id": session.id, "v": 1},
        } == front_end(payment)

    @pytest.mark.parametrize(
        ("method", "scene", "expected"),
        [
            ("CARD", None, ("CASHIER_PAYMENT", "CARD")),
            ("GCASH", None, ("CASHIER_PAYMENT", "APM")),
            ("ONLINEBANKING_FPX", None, ("CASHIER_PAYMENT", "BANK")),
            ("CARD", "ELEMENT_PAYMENT", ("ELEMENT_PAYMENT", "ALL")),
            ("GCASH", "EASY_PAY", ("EASY_PAY", "WALLET")),
            ("CARD", "CHECKOUT_PAYMENT", ("CHECKOUT_PAYMENT", None)),
        ],
    )
    def test_the_front_end_gets_a_category(self, method: str, scene: str | None, expected: tuple[str, Any]) -> None:
        """The front-end SDK shows a card form, a bank list or a wallet."""
        shown = front_end(opened(sample("x", paymentMethod={"paymentMethodType": method}, productScene=scene)))
        config = shown["paymentSessionConfig"]
        assert expected == (config["productScene"], config.get("paymentMethodCategoryType"))
        assert method == shown["paymentMethodInfoView"]["paymentMethodType"]

    @pytest.mark.parametrize("character", ["😀", "\x01"])
    def test_the_data_has_at_most_4096_characters(self, character: str) -> None:
        """Even with the longest names, in characters that JSON escapes."""
        body = sample("x" * 64, paymentMethod={"paymentMethodType": character * 64}, productScene="CHECKOUT_PAYMENT")
        payment = opened(body, client_id='"' * 128, base_url=f"http://{'h' * 253}:65535")
        assert len(session_of(payment).data) <= 4096
        assert '"' * 128 == front_end(payment)["clientId"]


@pytest.mark.parametrize("origin", ["https://gateway:2089", ""])
def test_a_hosted_page_is_where_the_caller_reached_the_gateway(origin: str) -> None:
    """Or at the gateway's own URL, when the caller named no host; a repeat gets the first URL."""
    body = sample("x", productScene="CHECKOUT_PAYMENT", paymentMethod=None)
    first = call(body, origin=origin)
    name = first.fields["paymentSessionId"].replace("+", "-").replace("/", "_")
    assert f"{origin or URL}/checkout/{name}" == first.fields["normalUrl"]
    assert first.fields == call(body, payment=first.aggregate, origin="http://second").fields


@pytest.mark.parametrize("scene", [None, "ELEMENT_PAYMENT", "EASY_PAY"])
def test_other_scenes_have_no_hosted_page(scene: str | None) -> None:
    """They have a front end of their own."""
    assert "normalUrl" not in call(sample("x", productScene=scene)).fields


class TestExpiry:
    def test_a_session_expires_after_an_hour(self) -> None:
        """The text has the gateway's zone, as in the documentation, and no fractions of a second."""
        payment = opened(now=NOW + SECOND - MICROSECOND)
        assert "2026-01-31T21:00:00+08:00" == session_of(payment).expiry_text
        assert NOW + HOUR + SECOND - MICROSECOND == session_of(payment).expires

    @pytest.mark.parametrize(
        ("requested", "after", "text"),
        [
            ("2026-01-31T12:30:00Z", HOUR / 2, "2026-01-31T12:30:00Z"),
            ("2026-01-31T12:30:00+0000", HOUR / 2, "2026-01-31T12:30:00+00:00"),
            ("2026-01-31T12:30:00-00:00", HOUR / 2, "2026-01-31T12:30:00+00:00"),
            ("2026-01-31T18:00:00+0530", HOUR / 2, "2026-01-31T18:00:00+05:30"),
            ("2026-02-01T12:29:00+23:59", HOUR / 2, "2026-02-01T12:29:00+23:59"),
            ("2026-01-31T12:30:00.123456789+00:00", HOUR / 2, "2026-01-31T12:30:00+00:00"),
            ("2026-01-31T12:00:00Z", 0 * HOUR, "2026-01-31T12:00:00Z"),
            ("2026-01-31T21:00:00+08:00", HOUR, "2026-01-31T21:00:00+08:00"),
        ],
    )
    def test_a_requested_expiry_keeps_its_offset(self, requested: str, after: timedelta, text: str) -> None:
        """Z stays Z, and +00:00 stays +00:00; it may be now or in an hour."""
        session = session_of(opened(sample("x", paymentSessionExpiryTime=requested)))
        assert (text, NOW + after) == (session.expiry_text, session.expires.replace(microsecond=0))

    @pytest.mark.parametrize(
        ("requested", "now", "expected"),
        [
            ("2026-01-31T11:59:59.999999Z", NOW, "2026-01-31T12:00:00Z to 2026-01-31T13:00:00Z"),
            ("2026-01-31T13:00:00.000001Z", NOW, "2026-01-31T12:00:00Z to 2026-01-31T13:00:00Z"),
            ("9999-12-31T23:59:59-23:59", NOW, "2026-01-31T12:00:00Z to 2026-01-31T13:00:00Z"),
            ("0001-01-01T00:00:00+23:59", NOW, "2026-01-31T12:00:00Z to 2026-01-31T13:00:00Z"),
            ("2026-01-31T12:00:00Z", NOW + MICROSECOND, "2026-01-31T12:00:01Z to 2026-01-31T13:00:00Z"),
            ("2026-02-30T12:00:00Z", NOW, "a date that exists"),
        ],
    )
    def test_any_other_expiry_is_refused(self, requested: str, now: datetime, expected: str) -> None:
        """The fault has the field and the valid range."""
        with pytest.raises(Refusal, match="PARAM_ILLEGAL") as refused:
            call(sample("x", paymentSessionExpiryTime=requested), now=now)
        [fault] = refused.value.faults
        assert ("paymentSessionExpiryTime", requested) == (fault.path, fault.found)
        assert expected in fault.expected


class TestRepeats:
    @pytest.mark.parametrize(
        "again",
        [
            json.dumps(dict(reversed(SAMPLE.items())), indent=4).encode(),
            json.dumps({**SAMPLE, "locale": None, "env": {**SAMPLE["env"], "osType": None}}).encode(),
            RAW.replace(b"CASHIER", b"C\\u0041SHIER"),
        ],
        ids=["order and spaces", "nulls", "escapes"],
    )
    def test_a_repeat_gets_the_same_session(self, again: bytes) -> None:
        """However the body is written; no new version is stored; after an expiry there is a new session."""
        first = opened()
        outcome = call(again, payment=first, now=NOW + HOUR - MICROSECOND)
        assert ("SUCCESS", None, call(RAW).fields) == (outcome.code, outcome.aggregate, outcome.fields)
        assert session_of(first).id != session_of(opened(again, payment=first._replace(state="EXPIRED", version=1))).id

    @pytest.mark.parametrize(
        "change",
        [
            {"paymentAmount": {"currency": "BRL", "value": "101"}},
            {"paymentFactor": {"isAuthorization": "true"}},
            {"paymentNotifyUrl": None},
            {"zzz": "unknown field"},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_another_body_is_refused(self, change: dict[str, Any]) -> None:
        """The message names the paymentRequestId; once the session has expired any body gets a new session."""
        first, body = opened(), sample("x", **change)
        with pytest.raises(Refusal, match="REPEAT_REQ_INCONSISTENT") as refused:
            call(body, payment=first, now=NOW + HOUR - MICROSECOND)
        assert "paymentRequestId x " in str(refused.value.message)
        second = opened(body, payment=first._replace(state="EXPIRED", version=1), now=NOW + HOUR)
        assert ("OPEN", 1, json.dumps(body).encode()) == (second.state, second.version, second.request)
        assert NOW + 2 * HOUR == session_of(second).expires
        assert session_of(first).id != session_of(second).id

    def test_a_cancelled_payment_has_no_session(self) -> None:
        """Another body is refused as inconsistent, and so is a payment created with pay."""
        cancelled, created_by_pay = opened()._replace(state="CANCELLED"), opened()._replace(session=None)
        with pytest.raises(Refusal, match="ORDER_IS_CANCELED"):
            call(RAW, payment=cancelled)
        for body, payment in ((sample("x", locale="en_US"), cancelled), (SAMPLE, created_by_pay)):
            with pytest.raises(Refusal, match="REPEAT_REQ_INCONSISTENT"):
                call(body, payment=payment)
