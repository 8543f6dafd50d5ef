"""Texts for messages: shortened values, and suggestions for misspelled names."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from typing import Any

from mock_alipay.text.masking import mask_cards

_LONGEST_NAME = 80
"""The number of characters compared: a longer name is no misspelling."""


_BEYOND = 500
"""The number of characters behind a cut in which a card number may end: 19 digits, and separators such as \\u00a0."""


def short(text: str, most: int = 40) -> str:
    """The text, cut to ``most`` characters; card numbers in a text that is cut are masked first."""
    return text if len(text) <= most else beginning(text, most - 1) + "…"


def beginning(text: str, most: int) -> str:
    """The first ``most`` characters; card numbers in a text that is longer are masked first.

    Every text from outside is cut here, because the log and the journal do not recognize a cut card number.
    """
    return text if len(text) <= most else mask_cards(text[: most + _BEYOND])[:most]


def shortened(value: str) -> str:
    """A value for a message: its card numbers masked in any case, then cut."""
    return short(mask_cards(value[:_BEYOND]))


def described(value: Any, *, secret: bool = False) -> str:
    """A JSON value for an error message: shortened, or only its type and length when it is secret."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return "a number" if secret else f"the number {shortened(str(value))}"
        case str():
            return f"a string of {len(value)} characters" if secret else f'the string "{shortened(value)}"'
        case list():
            return "an array"
        case _:
            return "an object"


def reasons(faults: Iterable[str], message: str, explanation: str | None) -> list[str]:
    """What to show of a call: its faults, or its message unless that contains the explanation; and the explanation."""
    texts = list(faults)
    if not texts and message and not (explanation and explanation[:40] in message):
        texts.append(message)
    return [*texts, explanation] if explanation else texts


def plural(count: int, noun: str) -> str:
    """``1 call``, ``2 calls``."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def not_json(error: ValueError) -> str:
    """Why a text is no JSON, and where. The parser's own message comes last, in brackets."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON at line {error.lineno}, column {error.colno} [{error.msg}]"
    if isinstance(error, UnicodeEncodeError):
        return "JSON with half of a surrogate pair in a string"
    return "not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)


def close(name: str, words: Iterable[str]) -> str | None:
    """The word that is most similar to ``name``, or None when none is similar enough."""
    folded = {word.lower(): word for word in words}
    matches = difflib.get_close_matches(name[:_LONGEST_NAME].lower(), folded, 1, 0.7)
    return folded[matches[0]] if matches else None


def alike(one: str, other: str) -> float:
    """The similarity of two texts, from 0 to 1."""
    return difflib.SequenceMatcher(None, one[:_LONGEST_NAME], other[:_LONGEST_NAME]).ratio()
