"""Parses JSON from outside, so that every failure is a ValueError, and nothing that accepts it fails later."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

MAX_LEVELS = 200
"""Nested objects and arrays. The limits of Python's parser and writer are higher; they differ between versions."""


class TooDeepError(ValueError):
    """JSON is nested more than ``MAX_LEVELS`` levels deep."""

    def __init__(self) -> None:
        super().__init__(f"JSON nested more than {MAX_LEVELS} levels deep")


def parse_json(raw: str | bytes, *, parse_constant: Callable[[str], Any] | None = None) -> Any:
    """The value of a JSON text; ValueError when it is no JSON, or cannot be written again in UTF-8.

    ``not_json`` of ``text.wording`` says why. ``parse_constant`` is as in ``json.loads``.
    """
    try:
        value = json.loads(raw, parse_constant=parse_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise TooDeepError from None
    if depth(value) > MAX_LEVELS:
        raise TooDeepError
    return value


def refuse_infinite(value: Any) -> None:
    """ValueError for a value with a number that JSON does not have: NaN, or too large for a float, such as 1e999."""
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        raise ValueError("a number that is too large, or NaN, which JSON does not have") from None


def depth(value: Any) -> int:
    """How many levels of values are nested in a JSON value; 0 for a scalar and for an empty object or array."""
    levels, level = 0, [value]
    while level:
        levels += 1
        inner = [v.values() if isinstance(v, dict) else v for v in level if isinstance(v, dict | list)]
        level = [item for items in inner for item in items]
    return levels - 1
