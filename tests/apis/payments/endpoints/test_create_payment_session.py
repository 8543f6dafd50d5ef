"""createPaymentSession: expiry, repeats, and what a session looks like."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.apis.context import NO_OVERRIDES, Context, Outcome, ScenarioOverrides
from mock_alipay.apis.environment import Environment
from mock_alipay.apis.fake_buyers import FakeBuyers
from mock_alipay.apis.ids import IdGenerator
from mock_alipay.apis.payments.endpoints.create_payment_session import create_payment_session
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Money, Session
from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.config.config import Config
from mock_alipay.contracts import load
from mock_alipay.contracts.names import Act
from mock_alipay.contracts.validation import parse
from mock_alipay.errors import Refusal
from tests.live import live, sample

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)
CLIENT = "SANDBOX_5X00000000000000"


def call(
    body: dict[str, Any] | bytes,
    *,
    now: datetime = NOW,
    payment: Payment | None = None,
    seed: int = 1,
    client_id: str = CLIENT,
    base_url: str = "http://127.0.0.1:2088",
    overrides: ScenarioOverrides = NO_OVERRIDES,
    origin: str = "",
) -> Outcome[Payment]:
    """The endpoint's answer to a body that the contract accepts."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    environment = Environment(IdGenerator(seed), FakeBuyers(seed), load(), base_url)
    return create_payment_session(parse(raw), Context(now, client_id, payment, environment, raw, overrides, origin))


def opened(body: dict[str, Any] | bytes, **how: Any) -> Payment:
    """The payment that a call opens."""
    payment = call(body, **how).aggregate
    assert payment is not None
    return payment


def session_of(payment: Payment) -> Session:
    """The payment's session."""
    assert payment.session is not None
    return payment.session


def expired(payment: Payment) -> Payment:
    """The payment when the time of its session is over."""
    return payment._replace(state="EXPIRED", version=payment.version + 1)


def front_end(payment: Payment) -> dict[str, Any]:
    """The fourth part of the session's data, decoded."""
    decoded: dict[str, Any] = json.loads(base64.b64decode(session_of(payment).data.split("&&")[3], validate=True))
    return decoded


class TestReply:
    def test_holds_the_session(self) -> None:
        """Three fields, those of the session that is kept."""
        outcome = call(sample("x"))
        assert outcome.aggregate is not None
        session = session_of(outcome.aggregate)
        assert "SUCCESS" == outcome.code
        assert {
            "paymentSessionData": session.data,
            "paymentSessionExpiryTime": session.expiry_text,
            "paymentSessionId": session.id,
        } == outcome.fields

    def test_payment_is_kept_under_client_and_request_id(self) -> None:
        """With the body as it was sent, and to be its first version."""
        raw = json.dumps(sample("x")).encode()
        payment = opened(raw)
        assert (CLIENT, "x", 0, raw) == (
            payment.client_id,
            payment.payment_request_id,
            payment.version,
            payment.request,
        )
        assert (NOW, NOW + HOUR) == (session_of(payment).created, session_of(payment).expires)


class TestHostedPage:
    HOSTED = sample("x", productScene="CHECKOUT_PAYMENT", paymentMethod=None)

    @pytest.mark.parametrize("origin", ["https://gateway:2089", ""])
    def test_is_where_the_caller_found_the_gateway(self, origin: str) -> None:
        """Or at the gateway's own address, where the caller names no host; the session's id names it."""
        fields = call(self.HOSTED, origin=origin).fields
        name = fields["paymentSessionId"].replace("+", "-").replace("/", "_")
        assert f"{origin or 'http://127.0.0.1:2088'}/checkout/{name}" == fields["normalUrl"]

    def test_is_the_same_for_the_same_request(self) -> None:
        """Whichever address that is sent to."""
        payment = opened(self.HOSTED, origin="http://first")
        assert (
            call(self.HOSTED, payment=payment, origin="http://second").fields
            == call(self.HOSTED, origin="http://first").fields
        )

    @pytest.mark.parametrize("scene", [None, "ELEMENT_PAYMENT", "EASY_PAY"])
    def test_is_of_one_scene_only(self, scene: str | None) -> None:
        """Others have a front end of their own."""
        assert "normalUrl" not in call(sample("x", productScene=scene)).fields

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({}, "CARD"),
            ({"savedPaymentMethods": [{"paymentMethodType": "GCASH"}]}, "GCASH"),
            ({"availablePaymentMethod": {}}, "CARD"),
            ({"availablePaymentMethod": {"paymentMethodTypeList": [{}, {"paymentMethodType": "PIX"}]}}, "PIX"),
            (
                {
                    "availablePaymentMethod": {
                        "paymentMethodTypeList": [
                            {"paymentMethodType": "PIX"},
                            {"paymentMethodType": "GCASH", "paymentMethodOrder": "9" * 5_000},
                            {"paymentMethodType": "TNG", "paymentMethodOrder": "0010"},
                            {"paymentMethodType": "DANA", "paymentMethodOrder": 9},
                        ]
                    },
                    "savedPaymentMethods": [{"paymentMethodType": "GCASH"}],
                },
                "DANA",
            ),
            ({"paymentMethod": {"paymentMethodType": "TNG"}}, "TNG"),
        ],
    )
    def test_is_paid_on_with_the_first_method(self, changes: dict[str, Any], expected: str) -> None:
        """That the request names, that is shown or that is saved; else with a card."""
        assert expected == opened({**self.HOSTED, **changes}).order.method


class TestExpiry:
    def test_is_an_hour_later_in_the_gateway_s_zone(self) -> None:
        """When nothing is asked for; the documented reply is in +08:00."""
        assert "2026-01-31T21:00:00+08:00" == session_of(opened(sample("x"))).expiry_text

    def test_is_told_to_the_second(self) -> None:
        """The rest is cut off, never rounded up."""
        payment = opened(sample("x"), now=NOW + SECOND - MICROSECOND)
        assert "2026-01-31T21:00:00+08:00" == session_of(payment).expiry_text
        assert NOW + HOUR + SECOND - MICROSECOND == session_of(payment).expires

    @pytest.mark.parametrize(
        ("asked", "told"),
        [
            ("2026-01-31T12:30:00Z", "2026-01-31T12:30:00Z"),
            ("2026-01-31T12:30:00+00:00", "2026-01-31T12:30:00+00:00"),
            ("2026-01-31T12:30:00+0000", "2026-01-31T12:30:00+00:00"),
            ("2026-01-31T12:30:00-00:00", "2026-01-31T12:30:00+00:00"),
            ("2026-01-31T20:30:00+08:00", "2026-01-31T20:30:00+08:00"),
            ("2026-01-31T18:00:00+05:30", "2026-01-31T18:00:00+05:30"),
            ("2026-01-31T18:00:00+0530", "2026-01-31T18:00:00+05:30"),
            ("2026-01-31T09:30:00-03:00", "2026-01-31T09:30:00-03:00"),
            ("2026-02-01T02:30:00+14:00", "2026-02-01T02:30:00+14:00"),
            ("2026-01-31T00:30:00-12:00", "2026-01-31T00:30:00-12:00"),
            ("2026-02-01T12:29:00+23:59", "2026-02-01T12:29:00+23:59"),
            ("2026-01-31T12:30:00.5Z", "2026-01-31T12:30:00Z"),
            ("2026-01-31T12:30:00.123456789+00:00", "2026-01-31T12:30:00+00:00"),
        ],
    )
    def test_comes_back_in_the_offset_of_the_request(self, asked: str, told: str) -> None:
        """Z stays Z, and an offset of zero stays an offset; one without colon gets it."""
        session = session_of(opened(sample("x", paymentSessionExpiryTime=asked)))
        assert told == session.expiry_text
        assert NOW + HOUR / 2 == session.expires.replace(microsecond=0)

    @pytest.mark.parametrize("offset", ["Z", "+00:00"])
    def test_of_one_client_does_not_colour_another_s(self, offset: str) -> None:
        """The two ways to write UTC are told apart whatever was asked before."""
        for earlier in ("Z", "+00:00"):
            opened(sample("x", paymentSessionExpiryTime=f"2026-01-31T12:40:00{earlier}"))
            asked = f"2026-01-31T12:40:00{offset}"
            assert asked == session_of(opened(sample("x", paymentSessionExpiryTime=asked))).expiry_text

    @pytest.mark.parametrize("asked", ["2026-01-31T12:00:00Z", "2026-01-31T13:00:00Z", "2026-01-31T21:00:00+08:00"])
    def test_may_be_now_or_in_an_hour(self, asked: str) -> None:
        """Both ends of the hour belong to it."""
        assert "SUCCESS" == call(sample("x", paymentSessionExpiryTime=asked)).code

    @pytest.mark.parametrize(
        "asked",
        [
            "2026-01-31T11:59:59Z",
            "2026-01-31T11:59:59.999999Z",
            "2026-01-31T13:00:01Z",
            "2026-01-31T13:00:00.000001Z",
            "2026-01-31T21:00:01+08:00",
            "2026-01-31T12:30:00+08:00",
            "2025-01-31T12:30:00Z",
            "2028-02-29T12:30:00Z",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59",
        ],
    )
    def test_must_be_within_the_coming_hour(self, asked: str) -> None:
        """Outside it the call is refused, with the field and what would be right."""
        with pytest.raises(Refusal) as refused:
            call(sample("x", paymentSessionExpiryTime=asked))
        [fault] = refused.value.faults
        assert ("PARAM_ILLEGAL", "paymentSessionExpiryTime", asked) == (refused.value.code, fault.path, fault.found)
        assert "2026-01-31T12:00:00Z to 2026-01-31T13:00:00Z" in fault.expected

    @pytest.mark.parametrize(
        "asked", ["2026-02-30T12:00:00Z", "2026-02-29T12:00:00+08:00", "2026-04-31T12:00:00Z", "0000-01-31T12:00:00Z"]
    )
    def test_must_exist(self, asked: str) -> None:
        """A date that looks right but is in no calendar is refused like any other mistake."""
        with pytest.raises(Refusal) as refused:
            call(sample("x", paymentSessionExpiryTime=asked))
        [fault] = refused.value.faults
        assert ("PARAM_ILLEGAL", "paymentSessionExpiryTime", asked) == (refused.value.code, fault.path, fault.found)
        assert "a date that exists" == fault.expected


class TestRepeats:
    RAW = json.dumps(sample("x")).encode()

    @pytest.mark.parametrize(
        "again",
        [
            RAW,
            json.dumps(sample("x"), indent=4, sort_keys=True).encode(),
            json.dumps(dict(reversed(sample("x").items())), separators=(",", ":")).encode(),
            json.dumps({**sample("x"), "locale": None, "env": {**sample()["env"], "osType": None}}).encode(),
            RAW.replace(b"CASHIER", b"C\\u0041SHIER"),
        ],
        ids=["same bytes", "sorted", "reversed", "nulls", "escapes"],
    )
    def test_of_the_same_body_get_the_same_session(self, again: bytes) -> None:
        """However it is written, and without a new version of the payment."""
        payment = opened(self.RAW)
        outcome = call(again, payment=payment, now=NOW + HOUR - MICROSECOND)
        assert ("SUCCESS", None) == (outcome.code, outcome.aggregate)
        assert session_of(payment).id == outcome.fields["paymentSessionId"]
        assert session_of(payment).data == outcome.fields["paymentSessionData"]
        assert session_of(payment).expiry_text == outcome.fields["paymentSessionExpiryTime"]

    @pytest.mark.parametrize(
        "change",
        [
            {"paymentAmount": {"currency": "BRL", "value": "101"}},
            {"paymentAmount": {"currency": "USD", "value": "100"}},
            {"paymentFactor": {"isAuthorization": "true"}},
            {"paymentNotifyUrl": None},
            {"zzz": "a field that nobody knows"},
            {"savedPaymentMethods": []},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_with_another_body_are_refused(self, change: dict[str, Any]) -> None:
        """In words that name the id; nothing is kept."""
        payment = opened(self.RAW)
        with pytest.raises(Refusal) as refused:
            call(sample("x", **change), payment=payment, now=NOW + HOUR - MICROSECOND)
        assert "REPEAT_REQ_INCONSISTENT" == refused.value.code
        assert "paymentRequestId x " in str(refused.value.message)

    def test_may_not_swap_the_elements_of_a_list(self) -> None:
        """Arrays have an order, objects have not."""
        goods = [{"referenceGoodsId": name, "goodsName": name} for name in "ab"]
        order = sample()["order"]
        payment = opened(sample("x", order={**order, "goods": goods}))
        with pytest.raises(Refusal):
            call(sample("x", order={**order, "goods": goods[::-1]}), payment=payment)

    @pytest.mark.parametrize("change", [{}, {"paymentAmount": {"currency": "USD", "value": "1"}}])
    def test_after_expiry_open_a_new_session(self, change: dict[str, Any]) -> None:
        """Whatever the body."""
        first = opened(self.RAW)
        second = opened(sample("x", **change), payment=expired(first), now=session_of(first).expires)
        assert ("OPEN", expired(first).version) == (second.state, second.version)
        assert session_of(first).expires + HOUR == session_of(second).expires
        assert session_of(first).id != session_of(second).id
        assert json.dumps(sample("x", **change)).encode() == second.request

    def test_after_an_expiry_that_was_asked_for_open_a_new_session(self) -> None:
        """The hour is only what is meant when nothing is asked for."""
        first = opened(sample("x", paymentSessionExpiryTime="2026-01-31T12:00:10Z"))
        assert call(first.request, payment=first, now=NOW + 9 * SECOND).aggregate is None
        second = opened(sample("x"), payment=expired(first), now=NOW + 10 * SECOND)
        assert session_of(first).id != session_of(second).id

    def test_cannot_ask_for_a_time_that_has_passed(self) -> None:
        """The same body with its own expiry time is fine until then, and wrong afterwards."""
        first = opened(sample("x", paymentSessionExpiryTime="2026-01-31T12:00:10Z"))
        with pytest.raises(Refusal) as refused:
            call(first.request, payment=expired(first), now=NOW + 11 * SECOND)
        assert "PARAM_ILLEGAL" == refused.value.code

    def test_of_a_payment_that_was_cancelled_are_refused(self) -> None:
        """Its session leads nowhere any more; another body is refused for being another."""
        cancelled = opened(self.RAW)._replace(state="CANCELLED")
        with pytest.raises(Refusal, match="ORDER_IS_CANCELED"):
            call(self.RAW, payment=cancelled)
        with pytest.raises(Refusal, match="REPEAT_REQ_INCONSISTENT"):
            call(sample("x", locale="en_US"), payment=cancelled)

    def test_of_a_payment_that_pay_has_begun_are_refused(self) -> None:
        """It has no session."""
        with pytest.raises(Refusal, match="REPEAT_REQ_INCONSISTENT"):
            call(self.RAW, payment=opened(self.RAW)._replace(session=None, state="PROCESSING"))


class TestPayment:
    def test_knows_what_was_ordered(self) -> None:
        """The amount, the method, where to tell of it, and whether the merchant captures."""
        body = sample("x", paymentAmount={"currency": "JPY", "value": "0042"}, paymentFactor={"captureMode": "MANUAL"})
        order = opened(body).order
        assert (Money("JPY", 42), "CARD", "https://www.yourNotifyUrl", True) == order[:4]

    def test_waits_for_the_buyer_of_its_scenario(self) -> None:
        """Who acts so long after the session was opened."""
        acts = (Act("challenge", timedelta(minutes=2)), Act("pay", timedelta(minutes=3)))
        payment = opened(sample("x"), overrides=ScenarioOverrides(scenario="tale", buyer=acts))
        assert ("OPEN", "tale", acts, NOW + timedelta(minutes=2)) == (
            payment.state,
            payment.scenario,
            payment.buyer,
            payment.acts,
        )

    def test_begins_without_an_id_of_its_own(self) -> None:
        """There is a paymentId only once the buyer has acted."""
        payment = opened(sample("x"))
        assert (None, None, None, "") == (payment.payment_id, payment.begun, payment.acts, payment.code)


class TestSession:
    def test_id_is_48_bytes_in_base64(self) -> None:
        """64 characters, the documented length, without padding."""
        session = session_of(opened(sample("x")))
        assert 64 == len(session.id)
        assert 48 == len(base64.b64decode(session.id, validate=True))

    def test_data_has_four_parts(self) -> None:
        """64 bytes, the region, a number, and what the front-end SDK reads."""
        data = session_of(opened(sample("x"))).data
        assert re.fullmatch(r"[A-Za-z0-9+/]{86}==&&SG&&111&&[A-Za-z0-9+/]+=*", data)

    def test_id_and_data_begin_alike(self) -> None:
        """32 bytes are the same in the documented sample, and the rest is not."""
        session = session_of(opened(sample("x")))
        own, other = base64.b64decode(session.id), base64.b64decode(session.data.split("&&")[0])
        assert own[:32] == other[:32]
        assert own[32:] != other[32:48]

    def test_fourth_part_is_what_the_front_end_reads(self) -> None:
        """Its keys, and the way back to this gateway."""
        payment = opened(sample("x"), base_url="http://127.0.0.1:1234")
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
            "mock": {"base": "http://127.0.0.1:1234", "id": session_of(payment).id, "v": 1},
        } == front_end(payment)

    @pytest.mark.parametrize(
        ("method", "scene", "expected"),
        [
            ("CARD", None, ("CASHIER_PAYMENT", "CARD")),
            ("ALIPAY_CN", None, ("CASHIER_PAYMENT", "APM")),
            ("GCASH", None, ("CASHIER_PAYMENT", "APM")),
            ("card", None, ("CASHIER_PAYMENT", "APM")),
            ("ONLINEBANKING_FPX", None, ("CASHIER_PAYMENT", "BANK")),
            ("CARD", "ELEMENT_PAYMENT", ("ELEMENT_PAYMENT", "ALL")),
            ("GCASH", "ELEMENT_PAYMENT", ("ELEMENT_PAYMENT", "ALL")),
            ("GCASH", "EASY_PAY", ("EASY_PAY", "WALLET")),
            ("CARD", "CHECKOUT_PAYMENT", ("CHECKOUT_PAYMENT", None)),
        ],
    )
    def test_category_follows_method_and_scene(
        self, method: str, scene: str | None, expected: tuple[str, str | None]
    ) -> None:
        """The front-end SDK shows a card form, a bank list or a wallet by it."""
        body = sample("x", paymentMethod={"paymentMethodType": method}, productScene=scene)
        shown = front_end(opened(body))
        config = shown["paymentSessionConfig"]
        assert expected == (config["productScene"], config.get("paymentMethodCategoryType"))
        assert method == shown["paymentMethodInfoView"]["paymentMethodType"]

    @pytest.mark.parametrize("method", ["x" * 64, "😀" * 64, "\x01" * 64, '"' * 64])
    @pytest.mark.parametrize("client_id", ["x" * 128, '"' * 128, "ÿ" * 128])
    def test_data_fits_the_wire_at_its_longest(self, method: str, client_id: str) -> None:
        """4096 characters are documented: the longest names, in characters that grow in JSON, stay below."""
        body = sample("x" * 64, paymentMethod={"paymentMethodType": method}, productScene="CHECKOUT_PAYMENT")
        payment = opened(body, client_id=client_id, base_url=f"http://{'h' * 253}:65535")
        assert len(session_of(payment).data) <= 4096
        assert (client_id, method) == (
            front_end(payment)["clientId"],
            front_end(payment)["paymentMethodInfoView"]["paymentMethodType"],
        )

    def test_same_seed_gives_the_same_session(self) -> None:
        """Whatever else was opened in between, and whenever."""
        first = opened(sample("x"))
        opened(sample("y"))
        assert first == opened(sample("x"))
        assert session_of(first).id == session_of(opened(sample("x"), now=NOW + HOUR)).id

    def test_every_other_origin_gives_another_session(self) -> None:
        """Another seed, request id, client id or turn: never the same id, not even in part."""
        first = opened(sample("x"))
        others = [
            opened(sample("x"), seed=2),
            opened(sample("y"), seed=1),
            opened(sample("x"), client_id="SANDBOX_5Y00000000000000"),
            opened(sample("x"), payment=expired(first), now=NOW + HOUR),
        ]
        starts = {session_of(payment).id[:40] for payment in (first, *others)}
        ends = {session_of(payment).id[-20:] for payment in (first, *others)}
        assert (5, 5) == (len(starts), len(ends))

    @settings(max_examples=100, deadline=None)
    @given(
        st.tuples(st.text(min_size=1, max_size=6), st.text(min_size=1, max_size=6)),
        st.tuples(st.text(min_size=1, max_size=6), st.text(min_size=1, max_size=6)),
    )
    def test_ids_meet_only_when_client_and_request_do(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        """Two names are never read as one long name."""
        ids = [session_of(opened(sample(request), client_id=client)).id for client, request in (one, other)]
        assert (one == other) == (ids[0] == ids[1])


class TestOrderExpiry:
    @pytest.mark.parametrize("asked", ["2026-01-31T12:00:00Z", "2026-02-02T12:00:01Z", "2026-02-30T12:00:00Z"])
    def test_must_be_within_two_days(self, asked: str) -> None:
        """As in pay; the fault names the field."""
        with pytest.raises(Refusal) as refused:
            call(sample("x", paymentExpiryTime=asked))
        assert ("PARAM_ILLEGAL", ["paymentExpiryTime"]) == (
            refused.value.code,
            [fault.path for fault in refused.value.faults],
        )

    @pytest.mark.parametrize(
        ("asked", "closes"),
        [("2026-01-31T12:10:00Z", HOUR / 6), ("2026-02-02T12:00:00Z", HOUR), (None, HOUR)],
    )
    def test_closes_the_open_session(self, asked: str | None, closes: timedelta) -> None:
        """No buyer can pay after it, though the front end is told of the session's own time."""
        payment = opened(sample("x", paymentExpiryTime=asked))
        assert NOW + closes == payment.closes
        assert NOW + HOUR == session_of(payment).expires


class TestOverTheWire:
    def test_a_payment_lives_from_call_to_call(self) -> None:
        """Opened, repeated, contradicted, expired and opened again: one payment all along."""
        clock = StoppedClock(NOW)
        with live(Config(seed=1), clock=clock) as gateway:
            first = gateway.create(sample("x"))
            again = gateway.create({**sample("x"), "env": {**sample()["env"], "osType": None}})
            assert first.body == again.body
            refused = gateway.create(sample("x", paymentAmount={"currency": "BRL", "value": "1"}))
            assert "REPEAT_REQ_INCONSISTENT" == refused.code
            assert {"result"} == set(refused.body)
            clock.moment += HOUR
            later = gateway.create(sample("x", paymentAmount={"currency": "BRL", "value": "1"}))
            assert ("SUCCESS", "2026-01-31T22:00:00+08:00") == (later.code, later.body["paymentSessionExpiryTime"])
            assert first.body["paymentSessionId"] != later.body["paymentSessionId"]
            assert 1 == len(gateway.admin("GET", "/payments").body["payments"])

    def test_refused_calls_create_nothing(self) -> None:
        """An expiry time outside the hour leaves the request id free."""
        with live(Config(seed=1), clock=StoppedClock(NOW)) as gateway:
            refused = gateway.create(sample("x", paymentSessionExpiryTime="2026-01-31T13:00:01Z"))
            assert "PARAM_ILLEGAL" == refused.code
            assert refused.message.startswith("paymentSessionExpiryTime: expected a time from now to one hour later")
            assert [] == gateway.admin("GET", "/payments").body["payments"]
            assert "SUCCESS" == gateway.create(sample("x")).code
