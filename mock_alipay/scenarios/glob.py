"""Globs: ``*`` stands for any run of characters, ``?`` for one. Nothing else is special.

The standard library's ``fnmatch`` makes a regular expression, which looks at each character of a text as often as the
pattern is long. Here all positions of the pattern are bits of one number, so each character is looked at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from mock_alipay.scenarios.budget import Budget
from mock_alipay.text.wording import short

MAX_GLOB = 256
"""Characters of a glob; a scenario with a longer one is refused. A step takes time by the length of the glob."""


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern, made for many comparisons. Bit n stands for: n characters of the pattern, stars apart, are matched."""

    characters: dict[str, int]
    """By character, the bits that it leads on from."""
    any_character: int
    """The bits that every character leads on from: those before a ``?``."""
    stays: int
    """The bits before a ``*``, which stay whatever comes."""
    end: int
    """The bit of the whole pattern."""

    def fits(self, text: str, budget: Budget) -> bool:
        """Whether the whole text fits. Costs its length; OverBudget when that is not left."""
        budget.spend(len(text))
        state, characters, any_character, stays, end = 1, self.characters, self.any_character, self.stays, self.end
        done = stays & end  # All is matched, and the rest may be anything.
        for character in text:
            state = (state & characters.get(character, any_character)) << 1 | state & stays
            if not state:
                return False
            if state & done:
                return True
        return bool(state & end)


def compile_glob(pattern: str) -> Glob:
    """The glob of a pattern; ValueError when it is too long."""
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
