"""Words for people: values shown short, and the name that was perhaps meant."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_alipay.text.wording import alike, close, described, not_json, short


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [("", 3, ""), ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("x" * 40, 40, "x" * 40), ("x" * 41, 40, "x" * 39 + "…")],
)
def test_short(text: str, most: int, expected: str) -> None:
    """Longer texts end with an ellipsis within the length allowed."""
    assert expected == short(text, most)


def test_not_json() -> None:
    """The place comes first, and what the parser calls it last."""
    assert "not JSON at line 2, column 2 [why]" == not_json(json.JSONDecodeError("why", "[\n x", 3))


class TestDescribed:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (None, "null"),
            (True, "true"),
            (False, "false"),
            (100, "the number 100"),
            (-1.5, "the number -1.5"),
            ("", 'the string ""'),
            ("x" * 40, f'the string "{"x" * 40}"'),
            ("x" * 41, f'the string "{"x" * 39}…"'),
            (10**50, f"the number 1{'0' * 38}…"),
            ([1], "an array"),
            ({"a": 1}, "an object"),
        ],
    )
    def test_shows_a_value_in_few_words(self, value: Any, expected: str) -> None:
        """JSON's words rather than Python's, long ones cut."""
        assert expected == described(value)

    @pytest.mark.parametrize(
        ("value", "expected"), [("4054", "a string of 4 characters"), (4054, "a number"), (40.5, "a number")]
    )
    def test_hides_a_secret(self, value: Any, expected: str) -> None:
        """Its kind is told, and the length of a text."""
        assert expected == described(value, secret=True)


class TestClose:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("merchantregion", "merchantRegion"),
            ("merchantRegions", "merchantRegion"),
            ("Order", "order"),
            ("locale ", "locale"),
            ("zzz", None),
            ("", None),
        ],
    )
    def test_finds_the_word_that_was_meant(self, name: str, expected: str | None) -> None:
        """Case does not matter, and neither do a few letters."""
        assert expected == close(name, ["merchantRegion", "order", "locale"])

    def test_finds_nothing_among_no_words(self) -> None:
        """There is nothing to mean."""
        assert close("order", []) is None


class TestAlike:
    def test_tells_how_much_two_texts_have_in_common(self) -> None:
        """From nothing to everything; the nearer of two is told from the farther."""
        assert [0.0, 1.0, 1.0] == [alike("abc", "xyz"), alike("order-1", "order-1"), alike("", "")]
        assert 0 < alike("order-1", "other") < alike("order-1", "order-2") < 1

    def test_looks_no_further_than_names_go(self) -> None:
        """Long texts cost no more than short ones."""
        assert 1.0 == alike("x" * 80 + "a" * 1_000_000, "x" * 80 + "b" * 1_000_000)
