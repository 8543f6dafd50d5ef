"""Parses request bodies, and says why a body is no JSON object."""

from __future__ import annotations

import json
from typing import Any

import orjson

from mock_alipay.contracts.schemas import MAX_DEPTH, nesting
from mock_alipay.errors import Fault, Refusal
from mock_alipay.text.json_text import depth
from mock_alipay.text.wording import described, not_json

_TOO_DEEP = f"JSON nested more than {MAX_DEPTH} levels deep"


def parse(raw: bytes) -> dict[str, Any]:
    """The JSON object in a request body, without null fields (.NET sends unset fields as null). PARAM_ILLEGAL else."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _illegal("a JSON object", why_no_json(raw, error)) from None
    if not isinstance(body, dict):
        raise _illegal("a JSON object", described(body))
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH and depth(body) > MAX_DEPTH:
        raise _illegal("a JSON object", _TOO_DEEP)
    if b"null" in raw:
        return {name: _pruned(value) for name, value in body.items() if value is not None}
    return body


def claimed_id(raw: bytes, field: str) -> str | None:
    """The id in a field of any body, valid or not, for the journal entry of a refused call; None without one."""
    try:
        value = orjson.loads(raw)[field]
    except (ValueError, TypeError, KeyError):
        return None
    return value if isinstance(value, str) and len(value) <= 64 else None


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _pruned(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_pruned(inner) for inner in value]
    return value


def why_no_json(raw: bytes, error: orjson.JSONDecodeError) -> str:
    """What was found in place of JSON; ``error``: the parser's."""
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
        # parse_int: int() refuses integers of thousands of digits; their value is not needed.
        json.loads(text, parse_constant=_refuse_constant, parse_int=len)
    except json.JSONDecodeError as plain:
        return f"text that is {not_json(plain)}"
    except ValueError as constant:
        return str(constant)
    return f"text that is {not_json(error)}"


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name}, which is not JSON")


def _illegal(expected: str, found: str) -> Refusal:
    return Refusal("PARAM_ILLEGAL", faults=[Fault("body", expected, found)])
