"""Requests and replies as published: the former are accepted, ours look like the latter.

``samples/`` holds them: session_page_* from the API's own page, session_card_web_guide_* from the guide for card
payments on the web.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.live import Live

SAMPLES = Path(__file__).parent / "samples"

every_sample = pytest.mark.parametrize("name", ["session_page_alipay_collects_card", "session_card_web_guide"])


def published(name: str) -> dict[str, Any]:
    """A sample, parsed."""
    parsed: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return parsed


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
