"""Calls as JSON: complete, and without card numbers."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.signing.keys import shipped_gateway_key
from mock_alipay.web.admin.call_views import call_summary, call_view, whole_call_view
from tests.calls import ask, latest, parts_of, plain_call, signed_call, with_scenario
from tests.live import SANDBOX_PATH, sample
from tests.memory import done

CARD, CVV = "4111111111111111", "737"
PARTS = parts_of()


def shown(body: Any = None, **how: Any) -> dict[str, Any]:
    """A call of createPaymentSession as it is shown alone."""
    ask(PARTS, signed_call(body, **how))
    return whole_call_view(latest(PARTS), PARTS.contract)


def with_card(**fields: Any) -> str:
    card = {"cardNo": CARD, "cvv": CVV, **fields}
    return json.dumps(sample(paymentMethod={"paymentMethodType": "CARD", "paymentMethodMetaData": card}))


@pytest.mark.parametrize(
    "body",
    [
        with_card(),
        with_card(cardNo=[int(CARD), {"value": CARD}]),
        with_card().replace("cardNo", "card\\u004eo").replace("cvv", "c\\u0076v"),
        with_card()[:-1],
        json.dumps([{"cardNumber": CARD, "securityCode": CVV}]),
    ],
    ids=itertools.count(),
)
def test_card_numbers_are_masked(body: str) -> None:
    """In valid and invalid bodies, in the query and in unknown headers, everywhere in the view."""
    text = json.dumps(shown(body.encode(), path=f"{SANDBOX_PATH}?card={CARD}", extra={"x-card": CARD}))
    for secret in (CARD, CARD[6:], f'"{CVV}"', f'\\"{CVV}\\"'):
        assert secret not in text
    assert "411111******1111" in text


def test_the_signed_text_is_exact_except_secrets() -> None:
    """Blanks and escapes stay as they are."""
    raw = f"  {json.dumps(json.loads(with_card()), indent=3)}\n"
    masked = raw.replace(CARD, "411111******1111").replace(CVV, "***")
    text = shown(raw.encode(), client_id="A", time="1732237200000")["signed"]["request"]
    assert f"POST {SANDBOX_PATH}\nA.1732237200000.{masked}" == text


def test_faults_unknown_fields_and_notes_are_listed() -> None:
    """Faults with path, expected and found; unknown fields with suggestions; notes for accepted calls only."""
    faults = {fault["path"]: fault["found"] for fault in shown(sample(productCode=5, order=None))["faults"]}
    assert {"productCode": "the number 5", "order": "nothing"} == faults
    unknown = shown(sample(paymentNotifyUrl=None, paymentNotifyURL="https://a.example", zzz=1))["unknownFields"]
    assert ["paymentNotifyURL: unknown field, did you mean paymentNotifyUrl?", "zzz: unknown field"] == sorted(unknown)
    method = {"paymentMethodType": "alipay_cn"}
    for currency, count in (("EUR", 1), (5, 0)):
        notes = shown(sample(paymentMethod=method, settlementStrategy={"settlementCurrency": currency}))["notes"]
        assert (count, count) == (len(notes), "ALIPAY_CN" in str(notes))


def test_a_request_to_another_path_is_shown() -> None:
    """With its HTTP status, without endpoint, result code and signature; a body that is not JSON as text."""
    ask(PARTS, plain_call(b"not { \xff", target="/index.html?a=b", method="GET"))
    view = whole_call_view(latest(PARTS), PARTS.contract)
    names = ("method", "target", "httpStatus", "resultCode", "endpoint", "request")
    assert ["GET", "/index.html?a=b", 404, None, None, "not { \ufffd"] == [view[name] for name in names]
    assert view["signed"]["reply"] is None


def test_an_injected_fault_is_shown() -> None:
    """With the HTTP status that the client saw."""
    for scenario, fault, status, signed in (
        ("success", None, 200, True),
        ("bad-gateway", "status", 502, True),
        ("timeout", "hang", None, True),
        ("unsigned-reply", "no-signature", 200, False),
    ):
        view = shown(extra={"mock-scenario": scenario})
        assert (fault, status, scenario) == (view["fault"], view["httpStatus"], view["scenario"])
        assert [signed] * 2 == ["signature" in view["replyHeaders"], view["signed"]["reply"] is not None]


def test_only_an_invalid_signature_has_an_explanation() -> None:
    """A valid or unverified one has none."""
    views = [shown(**how)["signature"] for how in ({}, {"client_id": "NEW"}, {"key": shipped_gateway_key()})]
    verdicts = [(view["verdict"], bool(view["explanation"])) for view in views]
    assert [("valid", False), ("unverified", False), ("invalid", True)] == verdicts


def test_time_delay_and_summary(tmp_path: Path) -> None:
    """A call has the time of its client's clock and of the machine; the delay does not count as time taken."""
    components = with_scenario(tmp_path, "createPaymentSession: {delay: 2s}")
    done(components.clocks.advance(timedelta(days=1, milliseconds=7), "A"))
    ask(components, signed_call(client_id="A"))
    view = call_view(latest(components), components.contract)
    took = view["timing"].pop("tookMs")
    assert ("2026-11-23T01:07:10.007+00:00", True) == (view["time"], 0 <= took < 2000)
    assert {"received": "2026-11-22T01:07:10.000+00:00", "delayMs": 2000} == view["timing"]
    summary = call_summary(latest(components), components.contract)
    assert {**summary, "timing": view["timing"]} == {
        name: value for name, value in view.items() if name not in ("request", "reply")
    }
