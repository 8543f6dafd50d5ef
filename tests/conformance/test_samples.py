"""Requests and replies as published: the former are accepted, ours look like the latter.

``samples/`` holds them, each named after its API: session_page_* from the page of createPaymentSession,
session_card_web_guide_* from the guide for card payments on the web, pay_openapi from an OpenAPI description, *_oldsdk
from the mocks of an official SDK of 2020, the rest from the pages of their APIs and from demos.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.contracts import load
from tests.live import Live

SAMPLES = Path(__file__).parent / "samples"

ACKNOWLEDGEMENT = "notify_ack.response.json"

LACKING = {
    # From before January 2022, when these came to be always there (REL).
    "inquiryPayment_success.response.json": ["paymentResultCode", "paymentResultMessage"],
    "inquiryPayment_oldsdk_processing.response.json": ["paymentCreateTime"],
    # Published in parts only, without its result.
    "inquiryRefund_partial.response.json": ["result"],
}
"""Fields that we send and these samples do not have."""

every_sample = pytest.mark.parametrize("name", ["session_page_alipay_collects_card", "session_card_web_guide"])


def published(name: str) -> dict[str, Any]:
    """A sample, parsed."""
    parsed: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return parsed


def schema_of(file: Path) -> str:
    """The schema that a sample should fit, by the sample's name."""
    stem, kind, _ = file.name.split(".")
    api = stem.partition("_")[0].replace("session", "createPaymentSession")
    return f"payments/{api}.reply" if kind == "response" else f"payments/{api}"


def samples(*kinds: str) -> list[Any]:
    """The files of all samples that are requests, notifications or replies, each under its name."""
    return [pytest.param(file, id=file.name) for file in sorted(SAMPLES.iterdir()) if kind_of(file.name) in kinds]


def kind_of(name: str) -> str:
    """What a sample is, by its name: an acknowledgement is what merchants answer to notifications."""
    if name == ACKNOWLEDGEMENT:
        return "acknowledgement"
    if ".response." in name:
        return "reply"
    return "notification" if name.startswith("notify") else "request"


def reply_to(gateway: Live, name: str) -> dict[str, Any]:
    """Our reply to a published request, sent byte for byte."""
    return gateway.create((SAMPLES / f"{name}.request.json").read_bytes(), client_id=f"SANDBOX_{name.upper()}").body


def shape(value: Any) -> Any:
    """Names and JSON types."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return type(value).__name__


@every_sample
def test_published_requests(gateway: Live, name: str) -> None:
    """A published request is accepted, with the result that was published for it."""
    assert published(f"{name}.response")["result"] == reply_to(gateway, name)["result"]


@every_sample
def test_shape_of_published_replies(gateway: Live, name: str) -> None:
    """Our reply has the published reply's fields, all of its types, and no more."""
    assert shape(published(f"{name}.response")) == shape(reply_to(gateway, name))


@every_sample
def test_shape_of_published_values(gateway: Live, name: str) -> None:
    """Session id, data and expiry time are built as the published ones: same lengths, same parts, same start."""
    for reply in (published(f"{name}.response"), reply_to(gateway, name)):
        session_id = base64.b64decode(reply["paymentSessionId"], validate=True)
        secret, *rest = reply["paymentSessionData"].split("&&")
        data = base64.b64decode(secret, validate=True)

        assert (48, 64) == (len(session_id), len(data))
        assert session_id[:32] == data[:32]
        assert ["SG", "111"] == rest[:2]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", reply["paymentSessionExpiryTime"])
        assert 4096 >= len(reply["paymentSessionData"])


@pytest.mark.parametrize("file", samples("request"))
def test_requests_of_every_api_fit_their_schemas(file: Path) -> None:
    """Byte for byte, and without a field that is unknown."""
    contract = load()
    body = contract.check(schema_of(file), file.read_bytes())
    assert [] == contract.unknown(schema_of(file), body)


@pytest.mark.parametrize("file", samples("reply", "notification"))
def test_replies_and_notifications_fit_the_schemas_of_ours(file: Path) -> None:
    """Their ids end in placeholders, which are texts as good as any; three are too old or cut short."""
    expected = [f"{field}: missing, it is required" for field in LACKING.get(file.name, [])]
    body = json.loads(file.read_bytes())
    assert expected == [fault.text for fault in load(types="strict").schemas.explain(schema_of(file), body)]


def test_the_acknowledgement_is_a_result_alone() -> None:
    """What merchants answer to notifications looks like the least that we answer."""
    acknowledgement = json.loads((SAMPLES / ACKNOWLEDGEMENT).read_bytes())
    assert ["result"] == list(acknowledgement)
    assert load().schemas.accepts("common.json#/$defs/Result", acknowledgement["result"])
