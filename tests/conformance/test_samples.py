"""Published requests are accepted, and replies and notifications look like the published ones.

The files in ``samples/`` are named after their API: session_page_* from the page of createPaymentSession,
session_card_web_guide_* from the guide for card payments on the web, pay_openapi from an OpenAPI description, *_oldsdk
from the mocks of an official SDK of 2020, the others from the pages of their APIs and from demos.
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
    # From before January 2022, when these fields became mandatory (REL).
    "inquiryPayment_success.response.json": ["paymentResultCode", "paymentResultMessage"],
    "inquiryPayment_oldsdk_processing.response.json": ["paymentCreateTime"],
    # Published without its result.
    "inquiryRefund_partial.response.json": ["result"],
}
"""Fields that our replies have and these samples do not."""


def schema_of(file: Path) -> str:
    """The schema of a sample, by its file name."""
    stem, kind, _ = file.name.split(".")
    api = stem.partition("_")[0].replace("session", "createPaymentSession")
    return f"payments/{api}.reply" if kind == "response" else f"payments/{api}"


def kind_of(file: Path) -> str:
    """The kind of a sample, by its file name."""
    if ".response." in file.name:
        return "reply"
    return "notification" if file.name.startswith("notify") else "request"


def samples(*kinds: str) -> list[Any]:
    """All samples of some kinds."""
    files = [file for file in sorted(SAMPLES.iterdir()) if file.name != ACKNOWLEDGEMENT and kind_of(file) in kinds]
    return [pytest.param(file, id=file.name) for file in files]


def shape(value: Any) -> Any:
    """The names and JSON types of a value."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return type(value).__name__


@pytest.mark.parametrize("name", ["session_page_alipay_collects_card", "session_card_web_guide"])
def test_a_published_request_gets_a_reply_like_the_published_one(gateway: Live, name: str) -> None:
    """The same result and fields; the session's id, data and expiry time are built alike."""
    published = json.loads((SAMPLES / f"{name}.response.json").read_text())
    reply = gateway.create((SAMPLES / f"{name}.request.json").read_bytes(), client_id=f"SANDBOX_{name.upper()}").body
    assert published["result"] == reply["result"]
    assert shape(published) == shape(reply)
    for body in (published, reply):
        session_id = base64.b64decode(body["paymentSessionId"], validate=True)
        secret, *rest = body["paymentSessionData"].split("&&")
        data = base64.b64decode(secret, validate=True)
        assert (48, 64) == (len(session_id), len(data))
        assert session_id[:32] == data[:32]
        assert ["SG", "111"] == rest[:2]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", body["paymentSessionExpiryTime"])
        assert 4096 >= len(body["paymentSessionData"])


@pytest.mark.parametrize("file", samples("request"))
def test_a_published_request_fits_its_schema(file: Path) -> None:
    """It has no unknown field."""
    contract = load()
    body = contract.check(schema_of(file), file.read_bytes())
    assert [] == contract.unknown(schema_of(file), body)


@pytest.mark.parametrize("file", samples("reply", "notification"))
def test_a_published_reply_or_notification_fits_the_schema_of_ours(file: Path) -> None:
    """Three of them lack fields, because they are old or incomplete."""
    expected = [f"{field}: missing, it is required" for field in LACKING.get(file.name, [])]
    body = json.loads(file.read_bytes())
    assert expected == [fault.text for fault in load(types="strict").schemas.explain(schema_of(file), body)]


def test_the_published_acknowledgement_is_only_a_result() -> None:
    """It is what merchants answer to notifications."""
    acknowledgement = json.loads((SAMPLES / ACKNOWLEDGEMENT).read_bytes())
    assert ["result"] == list(acknowledgement)
    assert load().schemas.accepts("common.json#/$defs/Result", acknowledgement["result"])
