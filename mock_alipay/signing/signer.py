"""Composing what is signed, signing it, and checking it."""

from __future__ import annotations

import base64

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

_PADDING = PKCS1v15()
_SHA256 = SHA256()


def content(method: str, target: str, client_id: str, time: str, body: bytes) -> bytes:
    """The string to sign; headers and target are the Latin-1 text of the bytes on the wire."""
    return f"{method} {target}\n{client_id}.{time}.".encode("latin-1") + body


def fits(key: RSAPublicKey, signature: bytes, signed: bytes) -> bool:
    """Whether ``signature`` is ``key``'s over ``signed``."""
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

        ``+ / =`` are percent-encoded, upper case: the Java and PHP SDKs split the header on
        ``=`` and take a bare ``+`` for a blank.
        """
        signature = base64.b64encode(self._key.sign(signed, _PADDING, _SHA256))
        encoded = signature.replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D")
        return b"algorithm=RSA256,keyVersion=1,signature=" + encoded
