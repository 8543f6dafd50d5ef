"""Headers, body and signature of notifications."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.signing import fits, keys, parse, raw_signature
from mock_alipay.webhooks.signed_request import SignedRequest
from tests.calls import NOW
from tests.shop import Received
from tests.webhooks.deliveries import notification, request_signer

GATEWAY, FORGER = keys.shipped_gateway_key(), keys.shipped_forger_key()
PUBLIC, FORGED = (keys.bare_public_key(key.public_key()) for key in (GATEWAY, FORGER))


def signed(*, signing: bool = True, **changes: Any) -> SignedRequest:
    """An attempt made 2 minutes and 0.7 s after NOW."""
    moment = NOW + timedelta(minutes=2, seconds=0.7)
    return asyncio.run(request_signer(enabled=signing).sign(notification("7", **changes), moment))


def test_headers_are_the_documented_ones() -> None:
    """The request-time is that of the attempt, in seconds; a truncated body has the signature of the whole."""
    headers, body = signed()
    assert headers.pop("signature").startswith("algorithm=RSA256,keyVersion=1,signature=")
    assert {
        "content-type": "application/json; charset=UTF-8",
        "client-id": "A",
        "request-time": "2026-11-22T01:09:10Z",
        "mock-notification-id": "7",
    } == headers
    assert b'{"notifyType":"PAYMENT_RESULT"}' == body
    assert (signed()[0], body[: len(body) // 2]) == signed(fault="truncate")


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://shop.example", "/"),
        ("http://shop.example/notify?shop=1&sign=%2b#top", "/notify?shop=1&sign=%2b"),
        ("https://shop.example:8443/a//b/../c", "/a//b/../c"),
        ("http://shop.example/拿铁", "/%E6%8B%BF%E9%93%81"),
    ],
)
def test_the_signature_covers_target_and_body(url: str, target: str) -> None:
    """The target is path and query of the URL as written; another target or body does not verify."""
    headers, body = signed(url=url)
    assert Received("POST", target, headers, body).genuine(PUBLIC)
    assert not Received("POST", f"{target}x", headers, body).genuine(PUBLIC)
    assert not Received("POST", target, headers, body + b" ").genuine(PUBLIC)


@pytest.mark.parametrize(
    ("fault", "genuine", "forged"),
    [("bad-signature", False, False), ("wrong-key", False, True), ("stale-time", True, False)],
)
def test_injected_faults_of_the_signature(fault: str, genuine: bool, forged: bool) -> None:
    """A bad signature covers another body, a wrong key is the forger's, a stale time is a day old."""
    headers, body = signed(fault=fault)
    received = Received("POST", "/notify", headers, body)
    assert (genuine, forged) == (received.genuine(PUBLIC), received.genuine(FORGED))
    assert (fault == "stale-time") == (headers["request-time"] == "2026-11-21T01:09:10Z")
    if fault == "bad-signature":
        assert Received("POST", "/notify", headers, b"{}").genuine(PUBLIC)


@pytest.mark.parametrize(("signing", "fault"), [(True, "no-signature"), (False, None), (False, "wrong-key")])
def test_without_a_signature(signing: bool, fault: str | None) -> None:
    """The fault or the setting removes the header."""
    headers, _ = signed(signing=signing, fault=fault)
    assert "signature" not in headers


@pytest.mark.parametrize(("client_id", "sent"), [("CAFÉ", "CAFÉ"), ("商店", "??")])
def test_client_ids_are_signed_as_sent(client_id: str, sent: str) -> None:
    """Headers are Latin-1; other characters are replaced."""
    headers, body = signed(client_id=client_id)
    text = f"POST /notify\n{sent}.{headers['request-time']}.".encode("latin-1") + body
    assert sent == headers["client-id"]
    assert fits(GATEWAY.public_key(), raw_signature(parse(headers["signature"]).value), text)
