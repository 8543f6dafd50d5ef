"""Globs match as in a shell, and read each character of the text once."""

from __future__ import annotations

import fnmatch
import itertools
from collections.abc import Iterator

import pytest

from mock_alipay.scenarios.budget import Budget, OverBudget
from mock_alipay.scenarios.glob import MAX_GLOB, compile_glob

TEXTS = ["".join(text) for length in range(5) for text in itertools.product("ab", repeat=length)] + ["\n", "a*b?"]


def test_a_glob_matches_what_the_shell_matches() -> None:
    """``fnmatch`` agrees for patterns without brackets."""
    for pattern in ("".join(letters) for length in range(5) for letters in itertools.product("ab*?", repeat=length)):
        glob = compile_glob(pattern)
        expected = [text for text in TEXTS if fnmatch.fnmatchcase(text, pattern)]
        assert expected == [text for text in TEXTS if glob.fits(text, Budget(len(text)))], pattern


class Counted(str):
    """A text that counts how often a character is read."""

    __slots__ = ("reads",)
    reads: int

    def __iter__(self) -> Iterator[str]:
        for character in super().__iter__():
            self.reads += 1
            yield character


@pytest.mark.parametrize("pattern", ["*" + "a" * (MAX_GLOB - 2) + "b", "*a" * 127 + "*b", "?*" * 127 + "b"])
def test_no_glob_reads_a_character_twice(pattern: str) -> None:
    """A backtracking engine would take very long for these patterns."""
    text = Counted("a" * 3000)
    text.reads = 0
    compile_glob(pattern).fits(text, Budget(3000))
    assert text.reads <= 3000


def test_a_match_spends_the_length_of_the_text() -> None:
    """A text longer than what is left is not compared, nor is any text after it."""
    glob, budget = compile_glob("*b"), Budget(5)
    assert [True, False] == [glob.fits("ab", budget), glob.fits("abc", budget)]
    for text in ("b", ""):
        with pytest.raises(OverBudget):
            glob.fits(text, budget)


def test_the_length_of_a_glob_is_limited() -> None:
    """One more character is refused."""
    compile_glob("*" * MAX_GLOB)
    with pytest.raises(ValueError, match=f"has {MAX_GLOB + 1} characters, expected at most {MAX_GLOB}"):
        compile_glob("*" * (MAX_GLOB + 1))
