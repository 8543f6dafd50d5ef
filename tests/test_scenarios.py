"""The scenarios that are shipped: sound, and played as their descriptions say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from mock_alipay.apis.payments.endpoints import ENDPOINTS
from mock_alipay.contracts import load
from mock_alipay.contracts.names import Act, NotificationName
from mock_alipay.scenarios import Library, NotificationStep, Scenario, Step, Then, shipped_folder
from mock_alipay.scenarios.placeholders import Scope
from tests.calls import ask, code, latest, parts_of, signed_call
from tests.fields import read
from tests.live import sample
from tests.memory import done, selector_of
from tests.scenarios.loading import VOCABULARY, Request

FILES = sorted(shipped_folder().iterdir())
LIBRARY = Library.load([], VOCABULARY)

PLAYS: dict[str, tuple[list[str], str | None, str]] = {
    # name: result codes in order, fault, words of its description
    "success": (["SUCCESS"], None, "is created"),
    "card-not-supported": (["CARD_NOT_SUPPORTED"], None, "card is refused"),
    "no-pay-options": (["NO_PAY_OPTIONS"], None, "No payment method is available"),
    "process-fail": (["PROCESS_FAIL"], None, "business failure"),
    "param-illegal": (["PARAM_ILLEGAL"], None, "parameter illegal"),
    "unknown-exception": (["UNKNOWN_EXCEPTION"], None, "unknown reason"),
    "unknown-then-success": (
        ["UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION", "SUCCESS", "SUCCESS"],
        None,
        "Two unknown errors, then the call is answered as usual",
    ),
    "slow": (["SUCCESS"], None, "three seconds late"),
    "timeout": (["SUCCESS"], "hang", "never answers"),
    "connection-reset": (["SUCCESS"], "reset", "breaks off"),
    "bad-gateway": (["SUCCESS"], "status", "502"),
    "forged-reply": (["SUCCESS"], "wrong-key", "key that is not the gateway's"),
    "traffic-limit": (["REQUEST_TRAFFIC_EXCEED_LIMIT"], None, "Too many requests"),
    "risk-reject": (["RISK_REJECT"], None, "Risk control refuses"),
    "invalid-cvc": (["PARAM_ILLEGAL"], None, "security code is refused"),
    "empty-reply": (["SUCCESS"], "empty", "without a byte"),
    "garbage-reply": (["SUCCESS"], "garbage", "not HTTP"),
    "truncated-reply": (["SUCCESS"], "truncate", "half-way"),
    "tampered-reply": (["SUCCESS"], "bad-signature", "does not fit its body"),
    "unsigned-reply": (["SUCCESS"], "no-signature", "no signature"),
    "stale-reply": (["SUCCESS"], "stale-time", "signed yesterday"),
}


DECLINED = [
    code
    for code in read("conditions.json")["payment"]
    # Money that was held and is released was never declined.
    if load().results[code].status == "F" and code != "AUTH_EXPIRED"
]
"""Every documented reason."""

NOTIFICATIONS: tuple[NotificationName, ...] = get_args(NotificationName)
PAYS = (Act("pay"),)
TEN_MINUTES = timedelta(minutes=10)
LATER = timedelta(seconds=5)


def told(
    buyer: tuple[Act, ...] = (),
    notification_steps: Mapping[str, tuple[NotificationStep, ...]] | None = None,
    **steps: tuple[Step, ...],
) -> Scenario:
    """What a scenario tells of a payment's life."""
    named = {f"payments/{name}": played for name, played in steps.items()}
    notices = {f"payments/{name}": sent for name, sent in (notification_steps or {}).items()}
    return Scenario("", "", "", (), False, named, buyer, notices)


def notified(notification_step: NotificationStep) -> Scenario:
    """A buyer who pays at once, and all notifications sent like this one."""
    return told(PAYS, dict.fromkeys(NOTIFICATIONS, (notification_step,)))


LIVES: dict[str, tuple[Scenario, str]] = {
    # name: what it tells (but for what is set), words of its description
    "pays-at-once": (told(PAYS), "pays at once"),
    "pays-late": (told((Act("pay", TEN_MINUTES),)), "ten minutes to pay"),
    "leaves": (told((Act("leave", timedelta(minutes=1)),)), "leaves"),
    "expires": (told((Act("leave"),)), "never comes"),
    "pending-then-success": (told((Act("pending"), Act("pay", TEN_MINUTES))), "ten minutes later"),
    "pending-then-fail": (told((Act("pending"), Act("decline", TEN_MINUTES, "PROCESS_FAIL"))), "payment fails"),
    "challenge-then-success": (told((Act("challenge"), Act("pay", timedelta(seconds=30)))), "3-D Secure"),
    "challenge-then-fail": (
        told((Act("challenge"), Act("decline", timedelta(seconds=30), "USER_PAYMENT_VERIFICATION_FAILED"))),
        "3-D Secure and does not pass",
    ),
    "notify-late": (notified(NotificationStep(delay=(600.0, 600.0))), "ten minutes late"),
    "notify-dropped": (notified(NotificationStep(drop=True)), "no notification is ever sent"),
    "notify-twice": (notified(NotificationStep(copies=2)), "sent twice"),
    "notify-before-reply": (notified(NotificationStep(before_reply=True)), "before the reply"),
    "notify-bad-signature": (notified(NotificationStep(fault="bad-signature")), "signatures do not fit"),
    "notify-wrong-key": (notified(NotificationStep(fault="wrong-key")), "key not the gateway's"),
    "notify-unsigned": (notified(NotificationStep(fault="no-signature")), "no signature"),
    "notify-stale": (notified(NotificationStep(fault="stale-time")), "signed yesterday"),
    "notify-truncated": (notified(NotificationStep(fault="truncate")), "half-way"),
    "notify-capture-first": (
        told(PAYS, {"notifyPayment": (NotificationStep(after="notifyCapture"),)}),
        "notifyCapture comes before notifyPayment",
    ),
    "notify-altered-amount": (told(PAYS, {"notifyPayment": (NotificationStep(),)}), "an amount that nobody asked for"),
    "capture-in-process": (
        told(PAYS, capture=(Step("CAPTURE_IN_PROCESS", then=Then("SUCCESS", LATER)),)),
        "succeeded five seconds later",
    ),
    "capture-fails-later": (
        told(PAYS, capture=(Step("CAPTURE_IN_PROCESS", then=Then("PROCESS_FAIL", LATER)),)),
        "failed five seconds later",
    ),
    "refund-in-process": (
        told(PAYS, refund=(Step("REFUND_IN_PROCESS", then=Then("SUCCESS", LATER)),)),
        "succeeded five seconds later",
    ),
    "refund-fails-later": (
        told(PAYS, refund=(Step("REFUND_IN_PROCESS", then=Then("PROCESS_FAIL", LATER)),)),
        "failed five seconds later",
    ),
    "refund-merchant-balance": (told(PAYS, refund=(Step("MERCHANT_BALANCE_NOT_ENOUGH"),)), "merchant's balance"),
    "cancel-window-exceeded": (told(PAYS, cancel=(Step("CANCEL_WINDOW_EXCEED"),)), "too late"),
    "cancel-unknown-twice": (
        told(cancel=(Step("UNKNOWN_EXCEPTION"), Step("UNKNOWN_EXCEPTION"), Step("SUCCESS"))),
        "fails twice for an unknown reason",
    ),
    "inquiry-processing-then-success": (
        told(PAYS, inquiryPayment=(Step(), Step(), Step("SUCCESS"))),
        "first two inquiries",
    ),
}


def test_the_shipped_scenarios_are_these() -> None:
    """No more and no less."""
    assert sorted([*PLAYS, *LIVES, *map(declined, DECLINED)]) == list(LIBRARY)


def declined(code: str) -> str:
    """The scenario in which a payment is declined with a code."""
    return f"declined-{code.lower().replace('_', '-')}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_editors_are_told_where_the_schema_is(file: Path) -> None:
    """By the first line, so that they complete and check what people copy."""
    first = file.read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../mock_alipay/scenarios/scenario.json"
    checkout = Path(__file__).parent.parent
    assert (checkout / "scenarios" / first.partition("=")[2]).resolve().is_file()


def test_a_shipped_scenario_is_described() -> None:
    """In words that say what it does; no two alike."""
    words = {
        **{name: words for name, (_, _, words) in PLAYS.items()},
        **{name: words for name, (_, words) in LIVES.items()},
    }
    for name, scenario in LIBRARY.items():
        assert words.get(name, "The buyer tries to pay and fails, as ") in scenario.description
    assert len(LIBRARY) == len({scenario.description for scenario in LIBRARY.values()})


@pytest.mark.parametrize("name", LIVES)
def test_a_shipped_scenario_tells_of_a_payments_life(name: str) -> None:
    """What its buyer does, what endpoints answer and how notifications are sent; the session is always created."""
    expected, _ = LIVES[name]
    found = LIBRARY[name]
    steps = {endpoint: tuple(replace(step, set=()) for step in steps) for endpoint, steps in found.steps.items()}
    notification_steps = {
        what: tuple(replace(notification_step, set=()) for notification_step in notification_steps)
        for what, notification_steps in found.notification_steps.items()
    }
    assert (expected.buyer, expected.steps, expected.notification_steps) == (found.buyer, steps, notification_steps)


@pytest.mark.parametrize("code", DECLINED)
def test_a_payment_is_declined_for_every_documented_reason(code: str) -> None:
    """At once, and nothing else is out of the ordinary."""
    assert "F" == load().results[code].status
    scenario = LIBRARY[declined(code)]
    assert ((Act("decline", timedelta(), code),), {}, {}, ()) == (
        scenario.buyer,
        scenario.steps,
        scenario.notification_steps,
        scenario.match,
    )


def test_what_scenarios_put_into_bodies() -> None:
    """An amount that nobody asked for; twice a payment that is in process, and then whatever it is."""
    scope = Scope({}, {}, {}, "", datetime(2026, 11, 22, tzinfo=UTC))
    (notification_step,) = LIBRARY["notify-altered-amount"].notification_steps["payments/notifyPayment"]
    assert [(("paymentAmount", "value"), "1")] == [(path, fill(scope)) for path, fill in notification_step.set]
    inquiries = LIBRARY["inquiry-processing-then-success"].steps["payments/inquiryPayment"]
    processing = {
        ("paymentStatus",): "PROCESSING",
        ("paymentResultCode",): "PAYMENT_IN_PROCESS",
        ("paymentResultMessage",): load().results["PAYMENT_IN_PROCESS"].message,
        ("paymentTime",): None,
        ("paymentResultInfo",): None,
        ("acquirerReferenceNo",): None,
        ("transactions",): None,
    }
    put = [{path: fill(scope) for path, fill in step.set} for step in inquiries]
    assert [processing, processing, {}] == put


@pytest.mark.parametrize("name", PLAYS)
@pytest.mark.parametrize("by", ["header", "id"])
def test_a_shipped_scenario_plays_as_it_says(name: str, by: str) -> None:
    """Result codes in order, with the fault that it promises, by header and by paymentRequestId."""
    components = parts_of()
    expected, fault, _ = PLAYS[name]
    body = sample("order-1" if by == "header" else f"{name}--1")
    extra = {"mock-scenario": name} if by == "header" else {}
    replies = [ask(components, signed_call(body, extra=extra)) for _ in expected]
    assert expected == [code(reply) for reply in replies]
    assert {fault} == {reply.fault.kind if reply.fault else None for reply in replies}
    assert name == latest(components).scenario


ANYWHERE = sorted({*PLAYS} - {"success", "card-not-supported", "no-pay-options", "risk-reject", "invalid-cvc"})
"""Scenarios whose description is about any call."""


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_faults_delays_and_rates_reach_every_endpoint(endpoint: str) -> None:
    """They are chosen for a call, whichever it is, and play as for createPaymentSession."""
    among = selector_of(LIBRARY, "success")
    for name in ANYWHERE:
        done(among.prefer(name, client_id="A", times=1))
        step = done(among.choose(f"payments/{endpoint}", "id", Request("A", {}, {}))).step
        (first, *_), fault, _ = PLAYS[name]
        expected = (None if first == "SUCCESS" else first, fault)
        assert expected == (step.result, step.fault.kind if step.fault else None)
        assert [] == done(among.preferences())


def test_the_gateway_that_is_bad_says_502() -> None:
    """The status of a proxy that cannot reach what is behind it."""
    reply = ask(parts_of(), signed_call(extra={"mock-scenario": "bad-gateway"}))
    assert reply.fault
    assert reply.fault.status == 502


def test_only_the_slow_ones_are_slow() -> None:
    """Three seconds, or a little in the series of errors; all others answer at once."""
    delays = {}
    for name in PLAYS:
        components = parts_of()
        call = signed_call(extra={"mock-scenario": name})
        delays[name] = max(ask(components, call).delay for _ in range(3))
    assert delays.pop("slow") == 3.0
    assert 0.1 <= delays.pop("unknown-then-success") <= 0.4
    assert {0.0} == set(delays.values())


def claimed(card: str | None = None, cvv: str | None = None, amount: str = "100", default: str = "success") -> str:
    """The scenario that claims a call with this card, security code or amount."""
    body = sample(paymentAmount={"currency": "BRL", "value": amount})
    for name, value in {"cardNo": card, "cvv": cvv}.items():
        if value is not None:
            body["paymentMethod"]["paymentMethodMetaData"][name] = value
    components = parts_of(scenario=default)
    ask(components, signed_call(body))
    return str(latest(components).scenario)


@pytest.mark.parametrize(
    "card",
    [
        "9490220011669217",
        "4294097400915107",
        "4006055482525268",
        "4600729331819383",
        "4310377720003234",
        "4054695723100768",
        "5162774114974622",
        "4035501000000008",
    ],
)
def test_the_sandboxs_good_cards_always_work(card: str) -> None:
    """Whatever the default is."""
    assert claimed(card, default="process-fail") == "pays-at-once"


@pytest.mark.parametrize(
    ("body", "scenario", "result"),
    [
        ({"paymentMethod": {"paymentMethodMetaData": {"cardNo": "9490220011669217"}}}, "pays-at-once", None),
        (
            {"paymentMethod": {"paymentMethodMetaData": {"cardNo": "4054692760174822"}}},
            "card-not-supported",
            "CARD_NOT_SUPPORTED",
        ),
        ({"paymentMethod": {"paymentMethodMetaData": {"cvv": "99"}}}, "invalid-cvc", "PARAM_ILLEGAL"),
        ({"paymentAmount": {"value": "11"}}, "risk-reject", "RISK_REJECT"),
        ({"paymentAmount": {"value": "1111001111"}}, "risk-reject", "RISK_REJECT"),
        ({"paymentAmount": {"value": "100"}}, "success", None),
    ],
)
def test_the_sandboxs_magic_works_for_pay(body: dict[str, Any], scenario: str, result: str | None) -> None:
    """For which it is documented; None is the endpoint's usual answer."""
    choice = done(selector_of(LIBRARY, "success").choose("payments/pay", "id", Request("A", {}, body)))
    assert (scenario, result) == (choice.scenario, choice.step.result)


@pytest.mark.parametrize("card", ["4054692760174822", "5162770472561357"])
def test_the_sandboxs_failing_cards_fail(card: str) -> None:
    """Both of them."""
    assert claimed(card) == "card-not-supported"


@pytest.mark.parametrize(
    ("amount", "scenario"),
    [
        ("11", "risk-reject"),
        ("1111001111", "risk-reject"),
        ("9901", "unknown-exception"),
        ("9902", "timeout"),
        ("110", "success"),
        ("9903", "success"),
        ("990", "success"),
    ],
)
def test_magic_amounts_are_claimed(amount: str, scenario: str) -> None:
    """Exactly these, and none like them."""
    assert scenario == claimed(amount=amount)


@pytest.mark.parametrize(("cvv", "scenario"), [("99", "invalid-cvc"), ("999", "success"), ("123", "success")])
def test_the_magic_security_code_is_claimed(cvv: str, scenario: str) -> None:
    """The documented two digits, no others."""
    assert scenario == claimed(cvv=cvv)


def test_an_ordinary_call_is_claimed_by_none() -> None:
    """It plays the default."""
    assert claimed("4111111111111111") == "success"
    assert claimed("4111111111111111", default="no-pay-options") == "no-pay-options"
