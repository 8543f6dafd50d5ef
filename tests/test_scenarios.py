"""The stories that are shipped: sound, and played as their descriptions say."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_alipay.scenario import Library, shipped_folder
from mock_alipay.scenario.library import read_file
from mock_alipay.schema import Schemas
from tests.calls import ask, code, latest, parts_of, signed_call
from tests.live import sample

FILES = sorted(shipped_folder().iterdir())

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
        "Two unknown errors, then the session is created",
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


def test_the_shipped_stories_are_these() -> None:
    """No more and no less, in files that end as they should."""
    assert {f"{name}.yaml" for name in PLAYS} == {file.name for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_editors_are_told_where_the_schema_is(file: Path) -> None:
    """By the first line, so that they complete and check what people copy."""
    first = file.read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../mock_alipay/schemas/scenario.json"
    checkout = Path(__file__).parent.parent
    assert (checkout / "scenarios" / first.partition("=")[2]).resolve().is_file()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_story_validates(file: Path) -> None:
    """Against the schema, and as a story of its own."""
    story = read_file(file, Schemas())
    assert file.stem == story.name
    assert PLAYS[story.name][2] in story.description
    assert ["createPaymentSession"] == list(story.steps)


def test_no_two_shipped_stories_tie() -> None:
    """They load together."""
    assert len(PLAYS) == len(Library.load([], Schemas()))


@pytest.mark.parametrize("name", PLAYS)
@pytest.mark.parametrize("by", ["header", "id"])
def test_a_shipped_story_plays_as_it_says(name: str, by: str) -> None:
    """Result codes in order, with the fault that it promises, by header and by paymentRequestId."""
    parts = parts_of()
    expected, fault, _ = PLAYS[name]
    body = sample("order-1" if by == "header" else f"{name}--1")
    extra = {"mock-scenario": name} if by == "header" else {}
    replies = [ask(parts, signed_call(body, extra=extra)) for _ in expected]
    assert expected == [code(reply) for reply in replies]
    assert {fault} == {reply.fault.kind if reply.fault else None for reply in replies}
    assert name == latest(parts).scenario


def test_the_gateway_that_is_bad_says_502() -> None:
    """The status of a proxy that cannot reach what is behind it."""
    reply = ask(parts_of(), signed_call(extra={"mock-scenario": "bad-gateway"}))
    assert reply.fault
    assert reply.fault.status == 502


def test_only_the_slow_ones_are_slow() -> None:
    """Three seconds, or a little in the series of errors; all others answer at once."""
    delays = {}
    for name in PLAYS:
        parts = parts_of()
        call = signed_call(extra={"mock-scenario": name})
        delays[name] = max(ask(parts, call).delay for _ in range(3))
    assert delays.pop("slow") == 3.0
    assert 0.1 <= delays.pop("unknown-then-success") <= 0.4
    assert {0.0} == set(delays.values())


def claimed(card: str | None = None, cvv: str | None = None, amount: str = "100", default: str = "success") -> str:
    """The story that claims a call with this card, security code or amount."""
    body = sample(paymentAmount={"currency": "BRL", "value": amount})
    for name, value in {"cardNo": card, "cvv": cvv}.items():
        if value is not None:
            body["paymentMethod"]["paymentMethodMetaData"][name] = value
    parts = parts_of(scenario=default)
    ask(parts, signed_call(body))
    return str(latest(parts).scenario)


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
    assert claimed(card, default="process-fail") == "success"


@pytest.mark.parametrize("card", ["4054692760174822", "5162770472561357"])
def test_the_sandboxs_failing_cards_fail(card: str) -> None:
    """Both of them."""
    assert claimed(card) == "card-not-supported"


@pytest.mark.parametrize(
    ("amount", "story"),
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
def test_magic_amounts_are_claimed(amount: str, story: str) -> None:
    """Exactly these, and none like them."""
    assert story == claimed(amount=amount)


@pytest.mark.parametrize(("cvv", "story"), [("99", "invalid-cvc"), ("999", "success"), ("123", "success")])
def test_the_magic_security_code_is_claimed(cvv: str, story: str) -> None:
    """The documented two digits, no others."""
    assert story == claimed(cvv=cvv)


def test_an_ordinary_call_is_claimed_by_none() -> None:
    """It plays the default."""
    assert claimed("4111111111111111") == "success"
    assert claimed("4111111111111111", default="no-pay-options") == "no-pay-options"
