"""Request bodies before their schemas: parsed, or told why they are no JSON object."""

from __future__ import annotations

import json
from typing import Any

import orjson

from mock_alipay.contracts.schemas import MAX_DEPTH, depth, nesting
from mock_alipay.errors import Fault, Refusal
from mock_alipay.text.wording import described, not_json

_TOO_DEEP = f"JSON nested more than {MAX_DEPTH} levels deep"


def parse(raw: bytes) -> dict[str, Any]:
    """A JSON object from a request body, null taken as absent (.NET sends every unset field so)."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _illegal("a JSON object", _why_no_json(raw, error)) from None
    if not isinstance(body, dict):
        raise _illegal("a JSON object", described(body))
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH and depth(body) > MAX_DEPTH:
        raise _illegal("a JSON object", _TOO_DEEP)
    if b"null" in raw:
        return {name: _pruned(value) for name, value in body.items() if value is not None}
    return body


def claimed_id(raw: bytes, field: str) -> str | None:
    """What stands in a field of a body that may be anything, so that the journal can name a refused call."""
    try:
        found = orjson.loads(raw)[field]
    except (ValueError, TypeError, KeyError):
        return None
    return found if isinstance(found, str) and len(found) <= 64 else None


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _pruned(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_pruned(inner) for inner in value]
    return value


def _why_no_json(raw: bytes, error: orjson.JSONDecodeError) -> str:
    if not raw.strip():
        return "an empty body"
    try:
        text = raw.decode()
    except UnicodeDecodeError as broken:
        return f"bytes that are not UTF-8, at byte {broken.start}"
    if nesting(text) > MAX_DEPTH:
        return _TOO_DEEP
    if text.startswith("\ufeff"):
        return "a byte order mark before it"
    try:
        # Python refuses integers of thousands of digits in words of its own: nobody needs their value here.
        json.loads(text, parse_constant=_no_constant, parse_int=len)
    except json.JSONDecodeError as plain:
        return f"text that is {not_json(plain)}"
    except ValueError as constant:
        return str(constant)
    return f"text that is {not_json(error)}"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name}, which is not JSON")


def _illegal(expected: str, found: str) -> Refusal:
    return Refusal("PARAM_ILLEGAL", faults=[Fault("body", expected, found)])
