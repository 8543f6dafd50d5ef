"""Calls and payments as they are shown: complete, and without card numbers."""

from __future__ import annotations

import itertools
import json
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.web.admin.call_views import call_summary, call_view
from tests.calls import ask, parts_of, signed_call, with_scenario
from tests.live import SANDBOX_PATH, Answer, Live, sample, signed_headers
from tests.memory import done, kept

CARD = "4111111111111111"
MASKED = "411111******1111"
CVV = "737"


def with_card(**fields: Any) -> dict[str, Any]:
    """The sample paid by a card."""
    card = {"cardNo": CARD, "cvv": CVV, **fields}
    return sample(paymentMethod={"paymentMethodType": "CARD", "paymentMethodMetaData": card})


def views(gateway: Live, answer: Answer, client_id: str) -> list[str]:
    """Every view in which the call's body could show, as text."""
    paths = [
        f"/calls/{answer.headers['mock-call-id']}",
        f"/calls?clientId={client_id}",
        f"/payments?clientId={client_id}",
    ]
    found = [gateway.admin("GET", path) for path in paths]
    assert [200, 200, 200] == [view.status for view in found]
    return [view.raw.decode() for view in found]


BODIES = [
    json.dumps(with_card()),
    json.dumps(with_card(cardNo=int(CARD))),
    json.dumps(with_card(cardNo=[CARD, CARD])),
    json.dumps(with_card(cardNo={"value": CARD})),
    json.dumps(with_card()).replace("cardNo", "card\\u004eo").replace("cvv", "c\\u0076v"),
    json.dumps(with_card()).replace("cardNo", "CARDNO"),
    json.dumps(with_card(cardNo=f"{CARD}x")),
    json.dumps(with_card())[:-1],
    json.dumps({"cardNumber": CARD, "securityCode": CVV, "pan": CARD}),
    json.dumps([{"cardNo": CARD, "cvc": CVV}]),
    f"cardNo={CARD}&amount=1",
    f"{CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}",
]


@pytest.mark.parametrize("body", BODIES, ids=itertools.count())
def test_card_numbers_are_masked(gateway: Live, client_id: str, body: str) -> None:
    """However a card number came, whole or broken JSON or none, accepted or refused, no view shows it."""
    answer = gateway.create(body.encode(), client_id=client_id)
    for view in views(gateway, answer, client_id):
        for secret in (CARD, CARD[6:], " ".join((CARD[4:8], CARD[8:12])), f'"{CVV}"', f'\\"{CVV}\\"'):
            assert secret not in view


def test_card_numbers_are_masked_outside_the_body_too(gateway: Live, client_id: str) -> None:
    """A card number in the query or in a header of the client's own is a mistake that the journal does not repeat."""
    path = f"{SANDBOX_PATH}?card={CARD}"
    answer = gateway.create(client_id=client_id, path=path, extra={"x-card": CARD})
    assert all(CARD not in view for view in views(gateway, answer, client_id))
    assert MASKED in gateway.entry(answer)["target"]


def test_masked_as_cards_are_printed(gateway: Live, client_id: str) -> None:
    """First six and last four digits stay, in the request, in what was signed and in the payment."""
    body = with_card()
    answer = gateway.create(body, client_id=client_id)
    entry = gateway.entry(answer)
    payment = gateway.admin("GET", f"/payments/{body['paymentRequestId']}").body
    for request in (
        entry["request"],
        json.loads(entry["signed"]["request"].partition("+00:00.")[2]),
        payment["request"],
    ):
        card = request["paymentMethod"]["paymentMethodMetaData"]
        assert {"cardNo": MASKED, "cvv": "***"} == card


def test_signed_text_is_exact(gateway: Live, client_id: str) -> None:
    """What was signed is shown byte for byte, blanks and escapes included, when there is nothing to hide."""
    raw = ("  " + json.dumps(sample(), indent=3) + "\n").encode()
    time = "1732237200000"
    answer = gateway.create(raw, client_id=client_id, time=time)
    assert f"POST {SANDBOX_PATH}\n{client_id}.{time}.{raw.decode()}" == gateway.entry(answer)["signed"]["request"]


def test_faults(gateway: Live) -> None:
    """A refused call lists every fault: path, expected, found, and a sentence."""
    entry = gateway.entry(gateway.create(sample(productCode=5, order=None)))
    by_path = {fault["path"]: fault for fault in entry["faults"]}
    assert {"productCode", "order"} == by_path.keys()
    assert ("nothing", True) == (by_path["order"]["found"], by_path["order"]["message"].startswith("order: missing"))
    assert "the number 5" in by_path["productCode"]["found"]


def test_unknown_fields(gateway: Live) -> None:
    """Fields that the documentation does not know are named, at any depth, with what was perhaps meant."""
    body = sample(paymentNotifyUrl=None, paymentNotifyURL="https://a.example")
    body["order"]["zzz"] = 1
    entry = gateway.entry(gateway.create(body))
    assert "SUCCESS" == entry["resultCode"]
    assert ["order.zzz: unknown field", "paymentNotifyURL: unknown field, did you mean paymentNotifyUrl?"] == sorted(
        entry["unknownFields"]
    )


@pytest.mark.parametrize("currency", ["EUR", 5])
def test_notes(gateway: Live, currency: Any) -> None:
    """An accepted call notes what its author should know; a refused one has its faults."""
    method = {"paymentMethodType": "alipay_cn"}
    answer = gateway.create(sample(paymentMethod=method, settlementStrategy={"settlementCurrency": currency}))
    note = "paymentMethod.paymentMethodType: alipay_cn is not a known paymentMethodType, did you mean ALIPAY_CN?"
    assert ([note] if answer.code == "SUCCESS" else []) == gateway.entry(answer)["notes"]
    assert (currency == "EUR") == (answer.code == "SUCCESS")


def test_call_that_is_no_ams_call(gateway: Live) -> None:
    """A plain HTTP error stands in the journal with its status, without a result code."""
    entry = gateway.entry(gateway.request("GET", "/index.html?a=b"))
    assert ("GET", "/index.html?a=b", 404, None, None, None) == (
        entry["method"],
        entry["target"],
        entry["httpStatus"],
        entry["resultCode"],
        entry["endpoint"],
        entry["signed"]["reply"],
    )
    assert entry["reply"]["title"] in json.dumps(entry)


def test_body_that_is_no_json(gateway: Live) -> None:
    """A body that is no JSON is shown as text."""
    assert "not { JSON" == gateway.entry(gateway.create(b"not { JSON"))["request"]
    assert "\ufffd" == gateway.entry(gateway.create(b"\xff"))["request"]


def test_no_body(gateway: Live) -> None:
    """A call without a body is shown, too."""
    headers = signed_headers(b"")
    assert "" == gateway.entry(gateway.request("POST", SANDBOX_PATH, b"", headers))["request"]


@pytest.mark.parametrize(
    ("scenario", "fault", "status"),
    [
        ("success", None, 200),
        ("bad-gateway", "status", 502),
        ("tampered-reply", "bad-signature", 200),
        ("unsigned-reply", "no-signature", 200),
        ("forged-reply", "wrong-key", 200),
        ("stale-reply", "stale-time", 200),
    ],
)
def test_scripted_faults(gateway: Live, scenario: str, fault: str | None, status: int) -> None:
    """A scripted fault is named, with the HTTP status that the client saw."""
    entry = gateway.entry(gateway.create(extra={"mock-scenario": scenario}))
    assert (fault, status, scenario) == (entry["fault"], entry["httpStatus"], entry["scenario"])
    assert ("signature" in entry["replyHeaders"]) == (entry["signed"]["reply"] is not None)


def test_timing(gateway: Live) -> None:
    """The scripted delay is told apart from the time that the gateway took."""
    body = sample()
    body["paymentRequestId"] = f"unknown-then-success--{uuid.uuid4().hex[:20]}"
    first, second = (gateway.entry(gateway.create(body)) for _ in range(2))
    assert (0, True) == (first["timing"]["delayMs"], 100 <= second["timing"]["delayMs"] <= 400)
    assert 0 < second["timing"]["tookMs"] < 100


def test_signature_verdicts(gateway: Live, client_id: str) -> None:
    """The verdict tells valid, invalid and unverified apart; an invalid one is explained."""
    valid, unverified = gateway.create(), gateway.create(client_id=client_id)
    raw = json.dumps(sample()).encode()
    invalid = gateway.request("POST", SANDBOX_PATH, raw + b" ", signed_headers(raw))
    found = [gateway.entry(answer)["signature"] for answer in (valid, unverified, invalid)]
    assert ["valid", "unverified", "invalid"] == [signature["verdict"] for signature in found]
    assert (None, True) == (found[0]["explanation"], bool(found[2]["explanation"]))


# --- by the clock -----------------------------------------------------------------------------------------------------


def test_two_times(tmp_path: Path) -> None:
    """A call shows when it came by its client's clock, and by the machine's."""
    components = with_scenario(tmp_path, "createPaymentSession: {}")
    done(components.clocks.advance(timedelta(days=1, milliseconds=7), "A"))
    for name in ("A", "B"):
        ask(components, signed_call(client_id=name))
    shown = [call_view(entry, components.contract) for entry in kept(components.journal)]
    assert ["2026-11-23T01:07:10.007+00:00", "2026-11-22T01:07:10.000+00:00"] == [view["time"] for view in shown]
    assert ["2026-11-22T01:07:10.000+00:00"] * 2 == [view["timing"]["received"] for view in shown]


def test_summaries() -> None:
    """A summary of a call is what the view shows, without the bodies."""
    components = parts_of()
    for body in (sample("p"), sample(productCode=None), b"no JSON", b""):
        ask(components, signed_call(body))
    for entry in kept(components.journal):
        whole = call_view(entry, components.contract)
        assert call_summary(entry, components.contract) == {
            name: value for name, value in whole.items() if name not in ("request", "reply")
        }
        assert list(whole)[-2:] == ["request", "reply"]
