"""Which answers of merchants count, and what is said of those that do not."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_alipay.webhooks.acknowledgement import complaint
from tests.shop import ACKNOWLEDGEMENT


@pytest.mark.parametrize(
    "body",
    [
        ACKNOWLEDGEMENT,
        b' {"result": {"resultStatus": "S", "resultCode": "SUCCESS"}}\n',
        b'{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"thanks","more":1},"data":null}',
    ],
    ids=["documented", "without a message", "with more"],
)
def test_what_counts(body: bytes) -> None:
    """Status 200, SUCCESS and S; the words are the merchant's own."""
    assert complaint(200, body) is None


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (201, ACKNOWLEDGEMENT, "the HTTP status was 201, expected 200"),
        (302, b"", "the HTTP status was 302, expected 200"),
        (500, ACKNOWLEDGEMENT, "the HTTP status was 500, expected 200"),
        (200, b"", "the body was empty, expected "),
        (200, b" \n", "the body was empty, expected "),
        (200, b"success", "the body was not JSON at line 1, column "),
        (200, b"\xff", "the body was not UTF-8 (0xff at byte 0), Latin-1 perhaps: send it in UTF-8; expected "),
        (200, b'"success"', "the body was the string"),
        (200, b"[]", "the body was "),
        (200, b"null", "the body was null, expected an object"),
        (200, b"{}", "result was missing, expected an object"),
        (200, b'{"result":null}', "result was missing, expected an object"),
        (200, b'{"result":"S"}', "result was 'S', expected an object"),
        (200, b'{"result":{}}', "resultCode was missing, expected 'SUCCESS'"),
        (200, b'{"result":{"resultCode":"success","resultStatus":"S"}}', "resultCode was 'success', expected"),
        (200, b'{"result":{"resultCode":"SUCCESS"}}', "resultStatus was missing, expected 'S'"),
        (200, b'{"result":{"resultCode":"SUCCESS","resultStatus":"success"}}', "resultStatus was 'success', expected"),
        (200, b'{"result":{"resultCode":"SUCCESS","resultStatus":true}}', "resultStatus was true, expected 'S'"),
        (200, b'{"resultCode":"SUCCESS","resultStatus":"S"}', "result was missing, expected an object"),
    ],
)
def test_what_does_not(status: int, body: bytes, words: str) -> None:
    """The first thing that is wrong is told in words, with what was expected."""
    assert (complaint(status, body) or "nothing").startswith(words)


TEXT = '{"result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "reçu"}}'
UNCOMPRESSED = "send it uncompressed: accept-encoding was identity; expected "


@pytest.mark.parametrize(
    ("body", "encoding", "words"),
    [
        (gzip.compress(ACKNOWLEDGEMENT, mtime=0), "gzip", f"compressed (gzip), {UNCOMPRESSED}"),
        (gzip.compress(ACKNOWLEDGEMENT, mtime=0), "", f"compressed (gzip), {UNCOMPRESSED}"),
        (gzip.compress(ACKNOWLEDGEMENT, mtime=0), " GZIP ", f"compressed (gzip), {UNCOMPRESSED}"),
        (zlib.compress(ACKNOWLEDGEMENT), "", f"compressed (deflate), {UNCOMPRESSED}"),
        (zlib.compress(ACKNOWLEDGEMENT, 1), "", f"compressed (deflate), {UNCOMPRESSED}"),
        (zlib.compress(ACKNOWLEDGEMENT, 9), "", f"compressed (deflate), {UNCOMPRESSED}"),
        (zlib.compress(ACKNOWLEDGEMENT, wbits=-15), "deflate", f"compressed (deflate), {UNCOMPRESSED}"),
        (b"\x1b\x0f\x00\xf8", "br", f"compressed (br), {UNCOMPRESSED}"),
        (b"\x28\xb5\x2f\xfd\x04", "", f"compressed (zstd), {UNCOMPRESSED}"),
        (TEXT.encode("utf-16"), "", "UTF-16, send it in UTF-8; expected "),
        (TEXT.encode("utf-16-le"), "identity", "UTF-16, send it in UTF-8; expected "),
        (TEXT.encode("utf-16-be"), "", "UTF-16, send it in UTF-8; expected "),
        (TEXT.encode("utf-32"), "", "UTF-32, send it in UTF-8; expected "),
        (TEXT.encode("utf-8-sig"), "", "UTF-8 with a byte order mark, send it without; expected "),
        (TEXT.encode("latin-1"), "", "not UTF-8 (0xe7 at byte 78), Latin-1 perhaps: send it in UTF-8; expected "),
    ],
)
def test_bytes_that_are_no_plain_utf_8_are_named(body: bytes, encoding: str, words: str) -> None:
    """Compressed or in another charset, with what to do; whether the headers tell it or not."""
    found = complaint(200, body, encoding=encoding)
    assert found is not None
    assert found.startswith(f"the body was {words}")


def test_a_readable_body_counts_whatever_the_header_says() -> None:
    """A proxy may have unpacked it and left the header."""
    assert complaint(200, ACKNOWLEDGEMENT, encoding="gzip") is None


def test_of_a_body_without_an_end_nothing_is_believed() -> None:
    """However well it begins."""
    assert "the body was longer than 64 KiB" == complaint(200, ACKNOWLEDGEMENT, truncated=True)


@given(st.integers(100, 599), st.binary(max_size=200), st.text(st.characters(max_codepoint=255)))
def test_any_answer_can_be_judged(status: int, body: bytes, encoding: str) -> None:
    """Nothing that a merchant says is too odd for a complaint of one line."""
    found = complaint(status, body, encoding=encoding)
    assert found is not None
    assert (True, True) == ("\n" not in found, len(found) < 200)


_json = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@given(_json, _json, _json)
def test_only_the_documented_words_count(code: Any, status: Any, other: Any) -> None:
    """Any other values of the two fields, and any other JSON, are complained of."""
    body = json.dumps({"result": {"resultCode": code, "resultStatus": status}}).encode()
    assert (code, status) == ("SUCCESS", "S") or complaint(200, body)
    assert complaint(200, json.dumps(other).encode())
