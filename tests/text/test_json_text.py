"""Parses JSON from outside, so that every failure is a ValueError, and nothing that accepts it fails later."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_alipay.text.json_text import depth, parse_json
from mock_alipay.text.wording import not_json


@pytest.mark.parametrize("text", ['{"a": [1, "b", null]}', "[" * 200 + "1" + "]" * 200, '"\\ud83d\\ude00"', "1.5"])
def test_a_value_can_be_written_again(text: str) -> None:
    """Also indented, which Python's writer can do less deep."""
    value = parse_json(text.encode())
    assert value == json.loads(json.dumps(value, indent=2))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"[1", "not JSON at line 1, column 3 ["),
        (b"\xff", "not UTF-8 text"),
        (b"[" * 201 + b"1" + b"]" * 201, "JSON nested more than 200 levels deep"),
        (b"[" * 100_000, "JSON nested more than 200 levels deep"),
        (b'"\\ud83d"', "JSON with half of a surrogate pair in a string"),
        (b"9" * 5_000, ""),
    ],
    ids=["broken", "bytes", "201 levels", "100,000 levels", "surrogate", "5,000 digits"],
)
def test_other_texts_are_refused(raw: bytes, expected: str) -> None:
    """``not_json`` says why."""
    with pytest.raises(ValueError, match=r"\w") as caught:
        parse_json(raw)
    assert not_json(caught.value).startswith(expected)


@pytest.mark.parametrize(("value", "levels"), [(1, 0), ([1], 1), ({"a": [[[]]], "b": {}}, 3)])
def test_the_depth_of_a_value(value: Any, levels: int) -> None:
    """A scalar has none; an empty array or object adds none."""
    assert levels == depth(value)
