"""Keeps card numbers and security codes out of the journal, the log and messages."""

from __future__ import annotations

import re
from typing import Any

SECRET_NAMES = frozenset({"cardno", "cardnumber", "pan", "cvv", "cvv2", "cvc", "securitycode"})
"""Names, lower case, whose values are never shown whole."""

_IN_TEXT = re.compile(r'(?i)("(?:' + "|".join(sorted(SECRET_NAMES)) + r')"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s,}\]]+)')
_CARD_LIKE = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")


def mask_value(value: str) -> str:
    """First six and last four digits of a card number; nothing of anything shorter."""
    if len(value) < 13:
        return "*" * len(value)
    return value[:6] + "*" * (len(value) - 10) + value[-4:]


def mask_json(value: Any) -> Any:
    """A copy of a parsed body in which the secret fields are masked, at any depth."""
    if isinstance(value, dict):
        return {
            name: mask_value(str(inner))
            if name.lower() in SECRET_NAMES and not isinstance(inner, dict | list | None)
            else mask_json(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [mask_json(inner) for inner in value]
    return value


def mask_text(text: str) -> str:
    """JSON text with its secret fields masked, everything else byte for byte."""
    return _IN_TEXT.sub(lambda found: found[1] + _masked_literal(found[2]), text)


def mask_loose_text(text: str) -> str:
    """Text that is not JSON: the secret fields and whatever could be a card number."""
    return _CARD_LIKE.sub(lambda found: mask_value(found[0]), mask_text(text))


def _masked_literal(literal: str) -> str:
    return '"' + mask_value(literal.strip('"')) + '"'
