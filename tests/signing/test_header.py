"""The signature header, in the forms that official and careless clients send."""

from __future__ import annotations

import base64
import re
from base64 import encodebytes
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.signing import BadEncoding, SignatureHeader, parse, raw_signature
from mock_alipay.signing import header as module


@pytest.mark.parametrize(
    ("header", "version", "value"),
    [
        ("algorithm=RSA256,keyVersion=1,signature=abc", 1, "abc"),
        ("  algorithm = RSA256 ,keyVersion = 2 ,  signature = abc  ", 2, "abc"),
        ("ALGORITHM=rsa256,KEYVERSION=3,SIGNATURE=aBc", 3, "aBc"),
        ("signature=abc==,keyVersion=,extra=1", None, "abc=="),
        ("keyVersion=999999999,signature=abc", 999_999_999, "abc"),
    ],
)
def test_a_header_is_parsed(header: str, version: int | None, value: str) -> None:
    """Blanks, order and case are free; algorithm and key version are optional."""
    assert SignatureHeader(version, value) == parse(header)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "not a name=value pair"),
        ("algorithm=RSA256,keyVersion=1,abc", "'abc', which is not a name=value pair"),
        ("algorithm=RSA256,,signature=abc", "not a name=value pair"),
        ("x" * 10_000, f"'{'x' * 39}…'"),
        ("algorithm=RSA256,keyVersion=1", "no signature= part"),
        ("signature= ", "an empty signature= part"),
        ("algorithm=HMAC-SHA256,signature=abc", "algorithm=HMAC-SHA256"),
        ("keyVersion=one,signature=abc", "keyVersion=one"),
        ("keyVersion=1234567890,signature=abc", "keyVersion=1234567890"),
        ("keyVersion=²,signature=abc", "keyVersion=²"),
    ],
    ids=lambda text: text[:40],
)
def test_a_malformed_header_is_refused(header: str, message: str) -> None:
    """The error quotes the malformed part, shortened."""
    with pytest.raises(ValueError, match=re.escape(message)):
        parse(header)


@settings(max_examples=20)
@given(st.binary(max_size=300))
def test_url_encoded_base64_is_decoded(raw: bytes) -> None:
    """With escapes in either case; slashes and equals signs need no escape."""
    encoded = quote_plus(base64.b64encode(raw).decode())
    assert raw == raw_signature(encoded)
    assert raw == raw_signature(encoded.replace("%2B", "%2b").replace("%2F", "/").replace("%3D", "="))


@settings(max_examples=300)
@given(
    st.one_of(
        st.binary(max_size=20).map(lambda raw: quote_plus(base64.b64encode(raw).decode())),
        st.lists(
            st.sampled_from(["A", "b9", "+", "/", "=", "%2B", "%2f", "%3D", "%", "%41", "%FF", " ", "-", "ä"])
        ).map("".join),
    )
)
def test_both_decoders_agree(value: str) -> None:
    """The one for the usual form decodes as the general one does, or leaves the value to it."""
    assert module._usual(value) in (None, module._general(value))


def test_the_usual_decoder_reads_what_the_gateway_sends() -> None:
    """Percent-encoded in upper case, as the official SDKs send it."""
    assert RAW == module._usual(quote_plus(TEXT))


@pytest.mark.parametrize("value", ["a", "ab=c", "ä", "%FF", "abcd%", "a.b-", "===="])
def test_an_unknown_encoding_is_refused(value: str) -> None:
    """The error says what is expected, and has no bytes."""
    with pytest.raises(BadEncoding, match="encode it in base64, then url-encode that") as caught:
        raw_signature(value)
    assert caught.value.raw is None


RAW = bytes(range(252)) + b"\xff\xef\xbe!"  # as long as a signature
TEXT = base64.b64encode(RAW).decode()
URL_SAFE = base64.urlsafe_b64encode(RAW).decode()


@pytest.mark.parametrize(
    ("value", "mistakes"),
    [
        (quote_plus(quote_plus(TEXT)), "it is url-encoded twice"),
        (TEXT, "it is not url-encoded"),
        (TEXT.rstrip("="), "it is not url-encoded; its padding is missing"),
        (quote_plus(TEXT.rstrip("=")), "its padding is missing"),
        (URL_SAFE, "it is base64url"),
        (URL_SAFE.rstrip("="), "it is base64url"),
        (quote_plus(encodebytes(RAW).decode()), "it has line breaks"),
        (quote_plus(TEXT[:64] + "\r\n" + TEXT[64:]), "it has line breaks"),
        (TEXT[:64] + " " + TEXT[64:], "it is not url-encoded; it has line breaks"),
        (quote_plus(quote_plus(encodebytes(RAW).decode())), "it is url-encoded twice; it has line breaks"),
        (quote_plus(URL_SAFE[:64] + "\n" + URL_SAFE[64:]), "it has line breaks; it is base64url"),
    ],
)
def test_a_known_encoding_mistake_is_named_and_undone(value: str, mistakes: str) -> None:
    """One or two at once; the error has the bytes."""
    with pytest.raises(BadEncoding) as caught:
        raw_signature(value)
    named = re.sub(r", [^;]*", "", str(caught.value).partition(": ")[2])
    assert (RAW, mistakes) == (caught.value.raw, named)
