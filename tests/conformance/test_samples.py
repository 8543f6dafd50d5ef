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

LACKING = {
    # From before January 2022, when these fields became mandatory (REL).
    "inquiryPayment_success.response.json": ["paymentResultCode", "paymentResultMessage"],
    "inquiryPayment_oldsdk_processing.response.json": ["paymentCreateTime"],
    # Published without its result.
    "inquiryRefund_partial.response.json": ["result"],
}
"""Fields that our replies have and these samples do not."""


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
        assert (48, 64, session_id[:32], ["SG", "111"]) == (len(session_id), len(data), data[:32], rest[:2])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", body["paymentSessionExpiryTime"])
        assert 4096 >= len(body["paymentSessionData"])


@pytest.mark.parametrize("name", sorted(file.name for file in SAMPLES.iterdir()))
def test_a_published_body_fits_the_schema_of_ours(name: str) -> None:
    """Requests have no unknown field; three replies lack fields, because they are old or incomplete."""
    raw, contract = (SAMPLES / name).read_bytes(), load(types="strict")
    stem, kind, _ = name.split(".")
    schema = "payments/" + stem.partition("_")[0].replace("session", "createPaymentSession")
    if kind == "request" and not stem.startswith("notify"):
        assert [] == load().unknown(schema, load().check(schema, raw))
    elif stem == "notify_ack":  # what merchants answer: only a result
        ((field, result),) = json.loads(raw).items()
        assert ("result", True) == (field, contract.schemas.accepts("common.json#/$defs/Result", result))
    else:
        expected = [f"{field}: missing, it is required" for field in LACKING.get(name, [])]
        schema += ".reply" if kind == "response" else ""
        assert expected == [fault.text for fault in contract.schemas.explain(schema, json.loads(raw))]
