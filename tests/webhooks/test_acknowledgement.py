"""Which answers of merchants count, and what is said of those that do not."""

from __future__ import annotations

import json
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
        (200, b"\xff", "the body was not JSON at line 1, column "),
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


def test_of_a_body_without_an_end_nothing_is_believed() -> None:
    """However well it begins."""
    assert "the body was longer than 64 KiB" == complaint(200, ACKNOWLEDGEMENT, truncated=True)


@given(st.integers(100, 599), st.binary(max_size=200))
def test_any_answer_can_be_judged(status: int, body: bytes) -> None:
    """Nothing that a merchant says is too odd for a complaint of one line."""
    found = complaint(status, body)
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
