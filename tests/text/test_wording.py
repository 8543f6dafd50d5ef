"""Texts for messages: shortened values, and suggestions for misspelled names."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.text.wording import alike, close, described, reasons, short


@pytest.mark.parametrize(("text", "most", "expected"), [("", 3, ""), ("abc", 3, "abc"), ("abcd", 3, "ab…")])
def test_a_long_text_is_cut(text: str, most: int, expected: str) -> None:
    """The ellipsis is within the length."""
    assert expected == short(text, most)


@pytest.mark.parametrize(
    ("value", "expected", "secret"),
    [
        (None, "null", "null"),
        (True, "true", "true"),
        (-1.5, "the number -1.5", "a number"),
        ("x" * 40, f'the string "{"x" * 40}"', "a string of 40 characters"),
        ("x" * 41, f'the string "{"x" * 39}…"', "a string of 41 characters"),
        (10**50, f"the number 1{'0' * 38}…", "a number"),
        ("4054692760174822", 'the string "405469******4822"', "a string of 16 characters"),
        (f"{'x' * 24}4054692760174822x", f'the string "{"x" * 24}405469******482…"', "a string of 41 characters"),
        (f"{'x' * 25} 4054 6927 6017 4822", f'the string "{"x" * 25} 4054 6*******…"', "a string of 45 characters"),
        (4054692760174822, "the number 405469******4822", "a number"),
        ([1], "an array", "an array"),
        ({"a": 1}, "an object", "an object"),
    ],
)
def test_a_value_is_described_in_few_words(value: Any, expected: str, secret: str) -> None:
    """In JSON's words; card numbers are masked, also one that is cut; of a secret value only the type and length."""
    assert (expected, secret) == (described(value), described(value, secret=True))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("merchantregion", "merchantRegion"), ("merchantRegions", "merchantRegion"), ("locale ", "locale"), ("zzz", None)],
)
def test_a_similar_word_is_suggested(name: str, expected: str | None) -> None:
    """Case does not matter; without words there is no suggestion."""
    assert (expected, None) == (close(name, ["merchantRegion", "order", "locale"]), close(name, []))


def test_similarity_is_a_number_from_0_to_1() -> None:
    """Only the first 80 characters are compared."""
    assert [0.0, 1.0, 1.0] == [alike("abc", "xyz"), alike("order-1", "order-1"), alike("", "")]
    assert 0 < alike("order-1", "other") < alike("order-1", "order-2") < 1
    assert 1.0 == alike("x" * 80 + "a" * 1_000_000, "x" * 80 + "b" * 1_000_000)


@pytest.mark.parametrize(
    ("faults", "message", "explanation", "expected"),
    [
        (["a"], "m", None, ["a"]),
        ([], "m", None, ["m"]),
        ([], "", None, []),
        ([], "m: because", "because", ["because"]),
        (["a"], "m", "because", ["a", "because"]),
    ],
)
def test_the_reasons_of_a_reply_have_no_duplicates(
    faults: list[str], message: str, explanation: str | None, expected: list[str]
) -> None:
    """The faults, else the message, and the explanation."""
    assert expected == reasons(faults, message, explanation)
