"""Globs mean what a shell means by them, and cost what the text is long."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mock_alipay.scenarios.budget import Budget, OverBudget
from mock_alipay.scenarios.glob import MAX_GLOB, compile_glob

LETTERS = st.text("ab*?", max_size=9)


def fits(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern."""
    return compile_glob(pattern).fits(text, Budget(len(text)))


@settings(max_examples=400, deadline=None)
@given(LETTERS, LETTERS)
@example("", "*")
@example("", "**")
@example("ab", "*b*")
@example("aab", "*ab")
@example("*", "?")
@example("\n", "?")
def test_globs_mean_what_the_shell_means(text: str, pattern: str) -> None:
    """Without brackets the two agree on every text."""
    assert fnmatch.fnmatchcase(text, pattern) == fits(text, pattern)


class Counted(str):
    """A text that counts how often one of its letters is handed out."""

    __slots__ = ("looks",)
    looks: int

    def __iter__(self) -> Iterator[str]:
        for letter in super().__iter__():
            self.looks += 1
            yield letter

    def __getitem__(self, key: object) -> str:
        raise AssertionError("letters are looked at in order only")


@pytest.mark.parametrize(
    "pattern",
    [
        "*" + "a" * (MAX_GLOB - 2) + "b",
        "*a" * 127 + "*b",
        "a*" * 127 + "b",
        "*" * 255 + "b",
        "?*" * 127 + "b",
        "*a?" * 85,
    ],
)
def test_no_glob_looks_at_a_letter_twice(pattern: str) -> None:
    """Whatever it is, and however long."""
    text = Counted("a" * 3000)
    text.looks = 0
    compile_glob(pattern).fits(text, Budget(3000))
    assert text.looks <= 3000


def test_a_glob_takes_no_more_than_its_budget() -> None:
    """The length of the text, or nothing at all."""
    glob, budget = compile_glob("*b"), Budget(5)
    assert (True, False) == (glob.fits("ab", budget), glob.fits("abc", budget))
    with pytest.raises(OverBudget):
        glob.fits("b", budget)


def test_a_long_glob_is_refused() -> None:
    """With its length and the longest that is taken."""
    compile_glob("*" * MAX_GLOB)
    with pytest.raises(ValueError, match=f"has {MAX_GLOB + 1} characters, expected at most {MAX_GLOB}"):
        compile_glob("*" * (MAX_GLOB + 1))
