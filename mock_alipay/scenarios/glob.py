"""Globs: ``*`` matches any number of characters, ``?`` matches one. No other character is special.

The standard library's ``fnmatch`` compiles to a regular expression, whose time can grow with the length of the pattern
times the length of the text. Here all positions in the pattern are bits of one integer, so each character is read once.
"""

from __future__ import annotations

from dataclasses import dataclass

from mock_alipay.scenarios.budget import Budget
from mock_alipay.text.wording import short

MAX_GLOB = 256
"""Maximum length of a glob, in characters. The time per character of the text grows with the length of the glob."""


@dataclass(frozen=True, slots=True)
class Glob:
    """A compiled pattern. Bit n of a state: the first n characters of the pattern, without stars, have matched."""

    characters: dict[str, int]
    """By character: the bits that advance when it is read."""
    any_character: int
    """The bits that advance with every character: those before a ``?``."""
    stays: int
    """The bits before a ``*``, which stay set whatever is read."""
    end: int
    """The bit of the whole pattern."""

    def fits(self, text: str, budget: Budget) -> bool:
        """Whether the whole text matches. Spends the length of the text; OverBudget when less is left."""
        budget.spend(len(text))
        state, characters, any_character, stays, end = 1, self.characters, self.any_character, self.stays, self.end
        done = stays & end  # The pattern ends with a star: once all before it has matched, the rest is free.
        for character in text:
            state = (state & characters.get(character, any_character)) << 1 | state & stays
            if not state:
                return False
            if state & done:
                return True
        return bool(state & end)


def compile_glob(pattern: str) -> Glob:
    """Compile a pattern; ValueError when it is too long."""
    if len(pattern) > MAX_GLOB:
        raise ValueError(f"the glob '{short(pattern)}' has {len(pattern)} characters, expected at most {MAX_GLOB}")
    characters: dict[str, int] = {}
    any_character = stays = 0
    bit = 1
    for character in pattern:
        if character == "*":
            stays |= bit
            continue
        if character == "?":
            any_character |= bit
        else:
            characters[character] = characters.get(character, 0) | bit
        bit <<= 1
    return Glob({character: bits | any_character for character, bits in characters.items()}, any_character, stays, bit)
