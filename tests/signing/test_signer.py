"""What is signed, signing it, and checking it."""

from __future__ import annotations

import base64
import re
import urllib.parse

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.signing import Signer, content, fits, keys, parse, raw_signature

MERCHANT = keys.shipped_merchant_key()
SMALL = generate_private_key(65537, 1024)


def test_the_string_to_sign_is_the_documented_one() -> None:
    """Method, target, client id, time and the raw body, as documented."""
    expected = b'POST /ams/api/v1/payments/pay?a=b\nSANDBOX_1.1664259600000.{"a": "\xc3\xa4"}\r\n'
    body = '{"a": "ä"}\r\n'.encode()
    assert expected == content("POST", "/ams/api/v1/payments/pay?a=b", "SANDBOX_1", "1664259600000", body)


def test_the_bytes_of_the_target_are_signed_as_sent() -> None:
    """Raw bytes beyond ASCII stand as Latin-1 text, and come out as the same bytes."""
    assert content("POST", b"/\xff\x80".decode("latin-1"), "c", "t", b"\xff") == b"POST /\xff\x80\nc.t.\xff"


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=200), st.binary(min_size=1, max_size=20))
def test_a_signature_fits_its_text_and_no_other(signed: bytes, more: bytes) -> None:
    """Sign and verify are each other's inverse."""
    signature = raw_signature(parse(Signer(SMALL).header(signed).decode()).value)
    assert fits(SMALL.public_key(), signature, signed)
    assert not fits(SMALL.public_key(), signature, signed + more)
    assert not fits(SMALL.public_key(), signature[::-1], signed)


@pytest.mark.parametrize("length", [0, 1, 127, 129, 256])
def test_a_signature_of_another_length_does_not_fit(length: int) -> None:
    """And raises nothing."""
    assert not fits(SMALL.public_key(), b"x" * length, b"signed")


def test_another_key_does_not_fit() -> None:
    """Not even over the same text."""
    signature = raw_signature(parse(Signer(keys.shipped_gateway_key()).header(b"signed").decode()).value)
    assert fits(keys.shipped_gateway_key().public_key(), signature, b"signed")
    assert not fits(MERCHANT.public_key(), signature, b"signed")


def test_the_signature_is_sha256_with_rsa_in_pkcs1_padding() -> None:
    """Checked with the library's own words, not ours."""
    header = Signer(MERCHANT).header(b"signed").decode()
    signature = base64.b64decode(urllib.parse.unquote(header.rpartition("signature=")[2]))
    MERCHANT.public_key().verify(signature, b"signed", padding.PKCS1v15(), SHA256())


@pytest.mark.parametrize("key", [MERCHANT, SMALL])
def test_the_header_is_percent_encoded_as_every_sdk_reads_it(key: RSAPrivateKey) -> None:
    """Upper-case escapes, no bare plus, slash or equals sign; the padding is always there."""
    for number in range(20):
        header = Signer(key).header(str(number).encode()).decode()
        assert re.fullmatch(
            r"algorithm=RSA256,keyVersion=1,signature=(?:[A-Za-z0-9]|%2B|%2F)+(?:%3D){1,2}",
            header,
        )
        assert header.count("=") == 3
        value = header.rpartition("=")[2]
        assert value == urllib.parse.quote_plus(urllib.parse.unquote_plus(value))
