"""Which responses of merchants are acknowledgements, and why others are not."""

from __future__ import annotations

import gzip
import zlib

import pytest

from mock_alipay.webhooks.acknowledgement import complaint
from tests.shop import ACKNOWLEDGEMENT


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (ACKNOWLEDGEMENT, "gzip"),
        (b' {"result": {"resultStatus": "S", "resultCode": "SUCCESS"}}\n', ""),
        (b'{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"thanks","more":1},"data":null}', ""),
    ],
    ids=["wrong content-encoding", "without a message", "with more"],
)
def test_success_and_s_with_status_200_is_an_acknowledgement(body: bytes, encoding: str) -> None:
    """Other fields do not matter, nor does the content-encoding of a readable body: a proxy may have unpacked it."""
    assert complaint(200, body, encoding=encoding) is None


TEXT = '{"result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "reçu"}}'


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (201, ACKNOWLEDGEMENT, "the HTTP status was 201, expected 200"),
        (200, b" \n", "the body was empty"),
        (200, b"success\n" * 200, "the body was not JSON at line 1"),
        (200, b'"success"', "the body was the string"),
        (200, b"{}", "result was missing"),
        (200, b'{"result":"S"}', "result was 'S', expected an object"),
        (200, b'{"result":{}}', "resultCode was missing, expected 'SUCCESS'"),
        (200, b'{"result":{"resultCode":"%b","resultStatus":"S"}}' % (b"s" * 200), "resultCode was 'ssss"),
        (200, b'{"result":{"resultCode":"SUCCESS","resultStatus":true}}', "resultStatus was true, expected 'S'"),
        (200, TEXT.encode("utf-16"), "the body was UTF-16, send it in UTF-8"),
        (200, TEXT.encode("utf-32"), "the body was UTF-32, send it in UTF-8"),
        (200, TEXT.encode("utf-8-sig"), "the body was UTF-8 with a byte order mark"),
        (200, TEXT.encode("latin-1"), "the body was not UTF-8 (0xe7 at byte 78), Latin-1 perhaps"),
    ],
)
def test_other_responses_are_explained(status: int, body: bytes, words: str) -> None:
    """The first difference is named in one short line."""
    found = complaint(status, body) or ""
    assert (True, True, False) == (found.startswith(words), len(found) < 200, "\n" in found)


@pytest.mark.parametrize(
    ("body", "encoding", "name"),
    [
        (gzip.compress(ACKNOWLEDGEMENT, mtime=0), "", "gzip"),
        (gzip.compress(ACKNOWLEDGEMENT, mtime=0), " GZIP ", "gzip"),
        *((zlib.compress(ACKNOWLEDGEMENT, level), "", "deflate") for level in (1, 6, 9)),
        (zlib.compress(ACKNOWLEDGEMENT, wbits=-15), "deflate", "deflate"),
        (b"\x28\xb5\x2f\xfd\x04", "", "zstd"),
    ],
)
def test_compressed_bodies_are_named(body: bytes, encoding: str, name: str) -> None:
    """The compression is recognised by the header or by the first bytes."""
    assert (complaint(200, body, encoding=encoding) or "").startswith(f"the body was compressed ({name}), ")


def test_a_truncated_body_is_no_acknowledgement() -> None:
    """However well it begins."""
    assert "64 KiB" in (complaint(200, ACKNOWLEDGEMENT, truncated=True) or "")
