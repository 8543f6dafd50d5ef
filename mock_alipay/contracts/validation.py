"""Request bodies against their schemas: parsed, checked, and told what is wrong."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import orjson

from mock_alipay.contracts.fault_messages import MAX_FAULTS
from mock_alipay.contracts.notes import member, notes
from mock_alipay.contracts.schemas import MAX_DEPTH, Schemas, depth, nesting
from mock_alipay.errors import Fault, Refusal
from mock_alipay.text.wording import close, described, not_json

_MOST_UNKNOWN = 200
"""Unknown names of one object that are looked at: each is compared with all known ones."""

_TOO_DEEP = f"JSON nested more than {MAX_DEPTH} levels deep"


class Contract:
    """What the gateway accepts, endpoint by endpoint."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas

    def check(self, endpoint: str, raw: bytes) -> dict[str, Any]:
        """The parsed body, its nulls removed; PARAM_ILLEGAL with every fault when it is not valid."""
        body = parse(raw)
        if not self._schemas.accepts(endpoint, body):
            faults = self._schemas.explain(endpoint, body)
            raise Refusal("PARAM_ILLEGAL", faults=faults or [Fault("body", "what the documentation asks for", "less")])
        return body

    def unknown(self, endpoint: str, body: Any) -> list[str]:
        """The first hundred fields that the documentation does not know, each with the name that was perhaps meant."""
        return list(itertools.islice(self._unknown({"$ref": f"{endpoint}.json"}, "", body, ""), MAX_FAULTS))

    def notes(self, endpoint: str, body: Any) -> list[str]:
        """The first hundred things in a body that pass, but that its author should know of."""
        return list(itertools.islice(notes(self._schemas, {"$ref": f"{endpoint}.json"}, "", body), MAX_FAULTS))

    def _unknown(self, schema: dict[str, Any], within: str, value: Any, path: str, depth: int = 0) -> Iterator[str]:
        if depth > MAX_DEPTH:  # goods that cross-sell goods without end; the body was refused
            return
        schema, within = self._schemas.resolve(schema, within)
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from self._unknown(schema.get("items", {}), within, item, f"{path}[{index}]", depth + 1)
        if not isinstance(value, dict) or "properties" not in schema:
            return
        known: dict[str, Any] = schema["properties"]
        unknown = 0
        for name, inner in value.items():
            if inner is None:  # null is the same as absent
                continue
            where = member(path, name)
            if name in known:
                yield from self._unknown(known[name], within, inner, where, depth + 1)
                continue
            unknown += 1
            if unknown > _MOST_UNKNOWN:
                continue
            meant = close(name, [word for word in known if word not in value])
            # A free map may hold anything; only a near miss is worth a word there.
            if meant or not schema.get("additionalProperties"):
                yield f"{where}: unknown field" + (f", did you mean {meant}?" if meant else "")


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
