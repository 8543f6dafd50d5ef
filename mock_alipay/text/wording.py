"""Words for people: values shown short, and the name that was perhaps meant."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from typing import Any

_LONGEST_NAME = 80
"""Characters of a name that are compared; what is longer is no misspelling."""


def short(text: str, most: int = 40) -> str:
    """A text cut to ``most`` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def described(value: Any, *, secret: bool = False) -> str:
    """A JSON value as an error message shows it, cut short, and not at all when it is secret."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return "a number" if secret else f"the number {short(str(value))}"
        case str():
            return f"a string of {len(value)} characters" if secret else f'the string "{short(value)}"'
        case list():
            return "an array"
        case _:
            return "an object"


def reasons(faults: Iterable[str], message: str, explanation: str | None) -> list[str]:
    """What to tell of a call: its faults, or else its message unless it holds the explanation; and the explanation."""
    told = list(faults)
    if not told and message and not (explanation and explanation[:40] in message):
        told.append(message)
    return [*told, explanation] if explanation else told


def not_json(error: json.JSONDecodeError) -> str:
    """Where a text stops being JSON. Each parser has words of its own for why: they come last, in brackets."""
    return f"not JSON at line {error.lineno}, column {error.colno} [{error.msg}]"


def close(name: str, words: Iterable[str]) -> str | None:
    """The known word that ``name`` was perhaps meant to be."""
    folded = {word.lower(): word for word in words}
    found = difflib.get_close_matches(name[:_LONGEST_NAME].lower(), folded, 1, 0.7)
    return folded[found[0]] if found else None


def alike(one: str, other: str) -> float:
    """How much two texts have in common, from 0 to 1."""
    return difflib.SequenceMatcher(None, one[:_LONGEST_NAME], other[:_LONGEST_NAME]).ratio()
