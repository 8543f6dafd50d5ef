"""The signed text, signing and verification."""

from __future__ import annotations

import re
from base64 import b64decode
from urllib.parse import unquote

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from mock_alipay.signing import Signer, content, fits, keys, parse, raw_signature

MERCHANT = keys.shipped_merchant_key()
SMALL = generate_private_key(65537, 1024)


def test_the_signed_text_is_the_documented_one() -> None:
    """Method, target, client id, time and raw body; bytes beyond ASCII stay as they are."""
    expected = b'POST /ams/api/v1/payments/pay?\xff\x80\nSANDBOX_1.1664259600000.{"a": "\xc3\xa4"}\r\n'
    target = b"/ams/api/v1/payments/pay?\xff\x80".decode("latin-1")
    assert expected == content("POST", target, "SANDBOX_1", "1664259600000", '{"a": "ä"}\r\n'.encode())


def test_a_signature_fits_its_text_and_key_only() -> None:
    """Another text, key or length does not fit, and raises nothing."""
    signature = raw_signature(parse(Signer(SMALL).header(b"signed").decode()).value)
    assert fits(SMALL.public_key(), signature, b"signed")
    assert not fits(SMALL.public_key(), signature, b"signed ")
    assert not fits(MERCHANT.public_key(), signature, b"signed")
    for wrong in (signature[::-1], signature[:-1], signature + b"x", b""):
        assert not fits(SMALL.public_key(), wrong, b"signed")


@pytest.mark.parametrize("key", [MERCHANT, SMALL], ids=["2048 bits", "1024 bits"])
def test_the_header_is_sha256_with_rsa_percent_encoded(key: RSAPrivateKey) -> None:
    """With upper-case escapes and no bare plus, slash or equals sign, as every SDK reads it."""
    for number in range(10):
        header = Signer(key).header(str(number).encode()).decode()
        assert re.fullmatch(r"algorithm=RSA256,keyVersion=1,signature=(?:[A-Za-z0-9]|%2B|%2F)+(?:%3D){1,2}", header)
        signature = b64decode(unquote(header.rpartition("=")[2]))
        key.public_key().verify(signature, str(number).encode(), padding.PKCS1v15(), SHA256())
