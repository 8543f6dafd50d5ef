"""Parses and validates the query parameters of admin calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request

from mock_alipay.text.wording import close, short
from mock_alipay.web.asgi.json_bodies import unknown
from mock_alipay.web.asgi.problems import HttpProblem

SCHEMA = str(Path(__file__).with_name("admin.json"))
"""The file that describes the request and the reply of each admin call."""

_WHOLE = re.compile(r"[0-9]{1,13}")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
"""A number as JSON and programs write it, such as 1e-07."""


def parameters(request: Request, known: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The query with the types and defaults of ``known``, schemas by parameter name.

    HttpProblem (400) for a parameter that is unknown, repeated or invalid.
    """
    values = {name: schema["default"] for name, schema in known.items() if "default" in schema}
    given: set[str] = set()
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise unknown("query parameter", name, known)
        if name in given:
            raise HttpProblem(400, "Repeated parameter", f"query parameter {name}: expected one, got several")
        given.add(name)
        values[name] = _typed(name, value, known[name])
    return values


def _number(text: str, kind: str) -> float | None:
    if kind == "integer":
        return int(text) if _WHOLE.fullmatch(text) else None
    return float(text) if _NUMBER.fullmatch(text) else None


def _typed(name: str, text: str, schema: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    fits: bool
    if kind in ("integer", "number"):
        value = _number(text, kind)
        fits = value is not None and schema["minimum"] <= value <= schema["maximum"]
        if fits:
            return value
    else:
        pattern = schema.get("pattern")
        fits = text in schema["enum"] if "enum" in schema else not pattern or bool(re.fullmatch(pattern, text))
    if not fits or not text:
        words = [word for word in schema.get("enum", ()) if isinstance(word, str)]
        expected = " or ".join(words) if words else schema.get("title", "a value")
        meant = close(text, words) if words else None
        hint = f"; did you mean {meant}?" if meant else ""
        raise HttpProblem(400, "Bad parameter", f"{name}: expected {expected}, got {short(text) or 'nothing'}{hint}")
    return text
