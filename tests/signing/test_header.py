"""The signature header, as official clients and careless ones write it."""

from __future__ import annotations

import base64
import re
import urllib.parse
from base64 import encodebytes
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.signing import BadEncoding, SignatureHeader, parse, raw_signature


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("algorithm=RSA256,keyVersion=1,signature=abc", SignatureHeader(1, "abc")),
        ("algorithm=RSA256, keyVersion=1, signature=abc", SignatureHeader(1, "abc")),
        ("  algorithm = RSA256 ,keyVersion = 2 ,  signature = abc  ", SignatureHeader(2, "abc")),
        ("ALGORITHM=rsa256,KEYVERSION=3,SIGNATURE=aBc", SignatureHeader(3, "aBc")),
        ("signature=abc", SignatureHeader(None, "abc")),
        ("algorithm=RSA256,signature=abc", SignatureHeader(None, "abc")),
        ("keyVersion=,signature=abc", SignatureHeader(None, "abc")),
        ("keyVersion=0,signature=abc", SignatureHeader(0, "abc")),
        ("keyVersion=007,signature=abc", SignatureHeader(7, "abc")),
        ("keyVersion=999999999,signature=abc", SignatureHeader(999999999, "abc")),
        ("signature=abc,keyVersion=1,algorithm=RSA256", SignatureHeader(1, "abc")),
        ("signature=abc==,keyVersion=1", SignatureHeader(1, "abc==")),
        ("signature=abc%3D%3D", SignatureHeader(None, "abc%3D%3D")),
        ("extra=1,signature=abc", SignatureHeader(None, "abc")),
    ],
)
def test_a_header_is_read(header: str, expected: SignatureHeader) -> None:
    """Blanks, order and the case of names are free; algorithm and key version may be left out."""
    assert expected == parse(header)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("", "no name=value pair"),
        ("abc", "'abc', which is no name=value pair"),
        ("algorithm=RSA256,keyVersion=1,abc", "'abc', which is no name=value pair"),
        ("algorithm=RSA256,,signature=abc", "no name=value pair"),
        ("signature=abc,", "no name=value pair"),
        ("algorithm=RSA256,keyVersion=1", "no signature= part"),
        ("algorithm=RSA256,keyVersion=1,signature=", "could not read its private key"),
        ("signature= ", "could not read its private key"),
        ("algorithm=RSA,signature=abc", "algorithm=RSA"),
        ("algorithm=HMAC-SHA256,signature=abc", "algorithm=HMAC-SHA256"),
        ("algorithm=,signature=abc", "algorithm="),
        ("keyVersion=one,signature=abc", "keyVersion=one"),
        ("keyVersion=-1,signature=abc", "keyVersion=-1"),
        ("keyVersion=1.0,signature=abc", "keyVersion=1.0"),
        ("keyVersion=1234567890,signature=abc", "keyVersion=1234567890"),
        ("keyVersion=²,signature=abc", "keyVersion=²"),
    ],
)
def test_a_malformed_header_is_refused(header: str, words: str) -> None:
    """The error says which part is wrong."""
    with pytest.raises(ValueError, match=re.escape(words)):
        parse(header)


def test_a_long_header_is_not_repeated_whole() -> None:
    """The error quotes its beginning only."""
    with pytest.raises(ValueError, match=r"^'x{39}…', which is no name=value pair$"):
        parse("x" * 10_000)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_url_encoded_base64_gives_back_its_bytes(raw: bytes) -> None:
    """In both spellings of escapes, and with safe characters left as they are."""
    text = base64.b64encode(raw).decode()
    encoded = urllib.parse.quote_plus(text)
    assert raw == raw_signature(encoded)
    assert raw == raw_signature(encoded.replace("%2B", "%2b").replace("%2F", "/").replace("%3D", "="))


def test_base64_that_is_not_url_encoded_fails_by_its_plus_signs() -> None:
    """The error names the mistake; without a plus sign it goes unnoticed, as at the real gateway."""
    with pytest.raises(ValueError, match="not url-encoded"):
        raw_signature(base64.b64encode(b"\xfb\xef\xbe").decode())
    assert raw_signature("//+/".replace("+", "%2B")) == b"\xff\xff\xbf"


@pytest.mark.parametrize(
    "value", ["abc", "a", "ab=c", "ä", "%FF", "%ZZ", "abcd%", "a.b-", "YWJj%0AYWJj", "YWJj%2", "====", "a_b-"]
)
def test_text_that_is_no_base64_is_refused(value: str) -> None:
    """Cut off, in another alphabet, or broken by a line end."""
    with pytest.raises(ValueError, match="is not base64"):
        raw_signature(value)


RAW = bytes(range(190, 256)) + b"\xff\xef\xbe!"
TEXT = base64.b64encode(RAW).decode()
URL_SAFE = base64.urlsafe_b64encode(RAW).decode()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (quote_plus(quote_plus(TEXT)), "it is url-encoded twice"),
        (quote_plus(TEXT).replace("%", "%25").replace("%252B", "%252b"), "it is url-encoded twice"),
        (TEXT, "it is not url-encoded"),
        (TEXT.rstrip("="), "it is not url-encoded; its padding is missing"),
        (quote_plus(TEXT.rstrip("=")), "its padding is missing"),
        (URL_SAFE, "it is base64url"),
        (URL_SAFE.rstrip("="), "it is base64url"),
        (quote_plus(URL_SAFE), "it is base64url"),
        (quote_plus(encodebytes(RAW).decode()), "it has line breaks"),
        (quote_plus(TEXT[:64] + "\r\n" + TEXT[64:]), "it has line breaks"),
        (quote_plus(TEXT[:64]) + " " + quote_plus(TEXT[64:]), "it has line breaks"),
        (TEXT[:64] + " " + TEXT[64:], "it is not url-encoded; it has line breaks"),
        (quote_plus(quote_plus(encodebytes(RAW).decode())), "it is url-encoded twice; it has line breaks"),
        (quote_plus(URL_SAFE[:64] + "\n" + URL_SAFE[64:]), "it has line breaks; it is base64url"),
    ],
)
def test_a_known_mistake_in_the_encoding_is_named_and_undone(value: str, words: str) -> None:
    """Alone or two of them: the error has the bytes."""
    with pytest.raises(BadEncoding) as caught:
        raw_signature(value)
    found = re.sub(r", [^;]*", "", str(caught.value).partition(": ")[2])
    assert (RAW, words) == (caught.value.raw, found)


def test_an_encoding_that_nobody_knows_has_no_bytes() -> None:
    """The error says what is expected."""
    with pytest.raises(BadEncoding, match="encode it in base64, then url-encode that") as caught:
        raw_signature("not.base64")
    assert caught.value.raw is None
