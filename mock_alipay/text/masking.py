"""Keeps card numbers and security codes out of the journal, the log and messages."""

from __future__ import annotations

import re
from typing import Any

SECRET_NAMES = frozenset({"cardno", "cardnumber", "pan", "cvv", "cvv2", "cvc", "securitycode"})
"""Names, lower case, whose values are never shown whole."""

MAX_DEPTH = 64
"""Deeper bodies are refused, but shown: a thousand levels would be more than Python and JSON writers can take."""

_NAMES = "|".join(sorted(SECRET_NAMES))
_VALUE = r'\\+"[^"\\]*(?:\\+")?|"(?:[^"\\]|\\.)*"?|[^\s,}\]]+'
_IN_TEXT = re.compile(rf'(?i)("(?:{_NAMES})\\*"\s*:\s*)({_VALUE})')
"""A secret field in JSON text, or in JSON text within JSON text, its quotes escaped."""

_SCHEMES = r"(?:2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)|[3-6][0-9]{3})"
_CARD_LIKE = re.compile(rf"(?<![0-9]){_SCHEMES}(?:[ -]?[0-9]){{10,15}}(?![0-9])")
"""14 to 19 digits that begin as the card schemes' numbers do; ids that begin with a date do not."""


def mask_value(value: str) -> str:
    """First six and last four digits of a card number; nothing of anything shorter."""
    if len(value) < 13:
        return "*" * len(value)
    return value[:6] + "*" * (len(value) - 10) + value[-4:]


def mask_json(value: Any, *, secret: bool = False, room: int = MAX_DEPTH) -> Any:
    """A copy of a parsed body in which the secret fields and all within them are masked, at any depth.

    ``secret`` says that ``value`` itself stands in such a field; what nests more than ``room`` levels is left out.
    """
    if isinstance(value, dict | list) and room == 0:
        return "…"
    if isinstance(value, dict):
        return {
            name: mask_json(inner, secret=secret or name.lower() in SECRET_NAMES, room=room - 1)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [mask_json(inner, secret=secret, room=room - 1) for inner in value]
    if secret and value is not None:
        return mask_value(str(value))
    return mask_text(value) if isinstance(value, str) else value


def mask_text(text: str) -> str:
    """Any text, JSON or not, with its secret fields and card numbers masked, everything else byte for byte.

    Card numbers are told from other long numbers by their first digits and their check digit (Luhn).
    """
    fields_masked = _IN_TEXT.sub(lambda found: found[1] + _masked_literal(found[2]), text)
    return _CARD_LIKE.sub(lambda found: mask_value(found[0]) if _is_card(found[0]) else found[0], fields_masked)


def _is_card(text: str) -> bool:
    digits = [int(letter) for letter in reversed(text) if letter.isdigit()]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _masked_literal(literal: str) -> str:
    if literal == "null":
        return literal
    content = literal.lstrip('\\"')
    quote = literal[: len(literal) - len(content)] or '"'
    return quote + mask_value(content.rstrip('\\"')) + quote
