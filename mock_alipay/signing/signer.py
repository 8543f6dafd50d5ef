"""The signed text, signing and verification."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

_PADDING = PKCS1v15()
_SHA256 = SHA256()


def content(method: str, target: str, client_id: str, time: str, body: bytes) -> bytes:
    """The bytes to sign; headers and target are the bytes on the wire decoded as Latin-1."""
    return f"{method} {target}\n{client_id}.{time}.".encode("latin-1") + body


def fits(key: RSAPublicKey, signature: bytes, signed: bytes) -> bool:
    """Whether ``key`` made this signature of ``signed``."""
    try:
        key.verify(signature, signed, _PADDING, _SHA256)
    except InvalidSignature:
        return False
    return True


class Signer:
    """Signs with one private key."""

    def __init__(self, key: RSAPrivateKey) -> None:
        self._key = key

    def header(self, signed: bytes) -> bytes:
        """The value of the ``signature`` header over ``signed``.

        ``+ / =`` are percent-encoded in upper case: the Java and PHP SDKs split the header at
        ``=`` and decode a bare ``+`` as a blank.
        """
        signature = base64.b64encode(self._key.sign(signed, _PADDING, _SHA256))
        encoded = signature.replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D")
        return b"algorithm=RSA256,keyVersion=1,signature=" + encoded

    def call_headers(self, target: str, client_id: str, body: bytes) -> dict[str, str]:
        """The headers that sign a merchant's call now: client-id, request-time and signature."""
        time = datetime.now(UTC).isoformat(timespec="seconds")
        signature = self.header(content("POST", target, client_id, time, body)).decode()
        return {"client-id": client_id, "request-time": time, "signature": signature}
