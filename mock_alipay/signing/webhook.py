"""Checks the signatures of webhooks, as a shop does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from mock_alipay.signing import keys
from mock_alipay.signing.header import parse, raw_signature
from mock_alipay.signing.signer import content, fits


def webhook_verdict(key: RSAPublicKey, path: str, headers: Mapping[str, str], body: bytes) -> str:
    """``valid``, ``none``, or why the signature is invalid; names of ``headers`` are in lower case."""
    header = headers.get("signature")
    if header is None:
        return "none"
    signed = content("POST", path, headers.get("client-id", ""), headers.get("request-time", ""), body)
    try:
        valid = fits(key, raw_signature(parse(header).value), signed)
    except ValueError as error:
        return f"invalid: {error}"
    return "valid" if valid else "invalid: it does not match the body and the gateway's key"


def verifier(public_key: Callable[[], str]) -> Callable[[str, Mapping[str, str], bytes], str]:
    """A check of path, headers and body; ``public_key`` returns the gateway's, as bare base64, when it is needed."""
    key = cache(lambda: keys.parse_public_key(public_key().encode(), "the gateway's key"))
    return lambda path, headers, body: webhook_verdict(key(), path, headers, body)
