"""Notifications as merchants get them: headers, body and signature."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from mock_alipay.signing import Signer, fits, keys, parse, raw_signature
from mock_alipay.signing.pool import SigningPool
from mock_alipay.webhooks.signed_request import RequestSigner, SignedRequest
from tests.calls import NOW
from tests.shop import Received
from tests.webhooks.rounds import notification

GATEWAY, FORGER = keys.shipped_gateway_key(), keys.shipped_forger_key()
PUBLIC = keys.bare_public_key(GATEWAY.public_key())
FORGED = keys.bare_public_key(FORGER.public_key())
LATER = NOW + timedelta(minutes=2, microseconds=700_000)


def sealed(*, signing: bool = True, **changes: Any) -> SignedRequest:
    """An attempt made two minutes and a bit after NOW."""
    request_signer = RequestSigner(SigningPool(Signer(GATEWAY), partial(Signer, FORGER), enabled=signing))
    return asyncio.run(request_signer.sign(notification("7", **changes), LATER))


def received(of: SignedRequest, target: str = "/notify") -> Received:
    """The same as a merchant gets it on a path."""
    return Received("POST", target, *of)


def test_headers() -> None:
    """Just these, in lower case; the time is that of the attempt, to the second, as in the SDKs' sample."""
    headers, body = sealed()
    signature = headers.pop("signature")
    assert {
        "content-type": "application/json; charset=UTF-8",
        "client-id": "A",
        "request-time": "2026-11-22T01:09:10Z",
        "mock-notification-id": "7",
    } == headers
    assert signature.startswith("algorithm=RSA256,keyVersion=1,signature=")
    assert b'{"notifyType":"PAYMENT_RESULT"}' == body


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://shop.example", "/"),
        ("http://shop.example/notify?shop=1&sign=%2b", "/notify?shop=1&sign=%2b"),
        ("https://shop.example:8443/a//b/../c", "/a//b/../c"),
        ("http://shop.example/拿铁", "/%E6%8B%BF%E9%93%81"),
        ("http://shop.example/notify#top", "/notify"),
    ],
)
def test_the_signature_covers_the_path_and_query(url: str, target: str) -> None:
    """Of the URL as written, without its host; one more blank in the body breaks it."""
    whole = received(sealed(url=url), target)
    assert whole.genuine(PUBLIC)
    assert not Received("POST", f"{target}x", whole.headers, whole.raw).genuine(PUBLIC)
    assert not Received("POST", target, whole.headers, whole.raw + b" ").genuine(PUBLIC)


def test_bad_signature() -> None:
    """The gateway's key signed something else."""
    spoilt = received(sealed(fault="bad-signature"))
    assert (False, False) == (spoilt.genuine(PUBLIC), spoilt.genuine(FORGED))
    assert Received("POST", "/notify", spoilt.headers, b"{}").genuine(PUBLIC)


def test_wrong_key() -> None:
    """Somebody else's key signed just this."""
    forged = received(sealed(fault="wrong-key"))
    assert (False, True) == (forged.genuine(PUBLIC), forged.genuine(FORGED))


def test_stale_time() -> None:
    """A day old and well signed."""
    stale = received(sealed(fault="stale-time"))
    assert "2026-11-21T01:09:10Z" == stale.headers["request-time"]
    assert stale.genuine(PUBLIC)


def test_truncate() -> None:
    """Half the body, with the signature of all of it."""
    whole, half = received(sealed()), received(sealed(fault="truncate"))
    assert (whole.raw[: len(whole.raw) // 2], whole.headers) == (half.raw, half.headers)


@pytest.mark.parametrize(("signing", "fault"), [(True, "no-signature"), (False, None), (False, "wrong-key")])
def test_unsigned(signing: bool, fault: str | None) -> None:
    """Because the scenario wants it, or because signatures are off."""
    headers, _ = sealed(signing=signing, fault=fault)
    assert "signature" not in headers
    assert "2026-11-22T01:09:10Z" == headers["request-time"]


@pytest.mark.parametrize(("client_id", "sent"), [("CAFÉ", "CAFÉ"), ("商店", "??")])
def test_client_ids_beyond_ascii(client_id: str, sent: str) -> None:
    """Headers are Latin-1, in replies and here; what is sent is what is signed."""
    headers, body = sealed(client_id=client_id)
    text = f"POST /notify\n{headers['client-id']}.{headers['request-time']}.".encode("latin-1") + body
    signature = raw_signature(parse(headers["signature"]).value)
    assert (sent, True) == (headers["client-id"], fits(GATEWAY.public_key(), signature, text))
