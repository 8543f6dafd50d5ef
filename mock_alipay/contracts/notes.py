"""What to tell of a body that the contract accepts: usual fields that are absent, unknown fields and values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mock_alipay.contracts.schemas import MAX_DEPTH, OBSERVED_ABSENT, Schemas
from mock_alipay.text.wording import close, short

_MOST_UNKNOWN = 200
"""Unknown names of one object that are looked at: each is compared with all known ones."""


Part = tuple[str, Any, dict[str, Any], dict[str, Any]]
"""A path in a body, the value there, its schema, and the schema that refers to that, or the same where none does."""


def walk(
    schemas: Schemas, schema: dict[str, Any], within: str, value: Any, path: str = "", depth: int = 0
) -> Iterator[Part]:
    """The parts of a body that a schema describes, those outside first; ``within`` is the schema's file."""
    if value is None or depth > MAX_DEPTH:  # goods that cross-sell goods without end; the body was refused
        return
    found, within = schemas.resolve(schema, within)
    yield path, value, found, schema
    inner: list[tuple[str, dict[str, Any], Any]] = []
    if isinstance(value, list):
        inner = [(f"{path}[{index}]", found.get("items", {}), item) for index, item in enumerate(value)]
    elif isinstance(value, dict):
        known = found.get("properties", {})
        inner = [(_member(path, name), known[name], item) for name, item in value.items() if name in known]
    for place, rule, item in inner:
        yield from walk(schemas, rule, within, item, place, depth + 1)


def notes(part: Part) -> Iterator[str]:
    """One sentence for each note.

    Three keywords of the schemas lead to one: ``x-observedAbsent`` (fields that documentation requires and that may
    be absent all the same), ``x-known`` (the known words of an open list) and ``x-note`` (what to know of a field).
    """
    path, value, schema, beside = part
    if "x-note" in beside:
        yield f"{path}: {beside['x-note']}"
    if isinstance(value, str) and value not in schema.get("x-known", (value,)):
        meant = close(value, schema["x-known"])
        hint = f", did you mean {meant}?" if meant else ""
        yield f"{path}: {short(value)} is not a known {path.rpartition('.')[2]}{hint}"
    elif isinstance(value, dict):
        rules = (schema, schema.get("else", {}), *([] if beside is schema else [beside]))
        for name in (name for rule in rules for name in rule.get(OBSERVED_ABSENT, ()) if value.get(name) is None):
            yield f"{_member(path, name)} is absent: documented as REQUIRED, live integrations omit it"


def unknown(part: Part) -> Iterator[str]:
    """One sentence for each field that the schema does not know."""
    path, value, schema, _ = part
    if not isinstance(value, dict) or "properties" not in schema:
        return
    known = schema["properties"]
    # null is the same as absent
    strange = [name for name, inner in value.items() if inner is not None and name not in known]
    for name in strange[:_MOST_UNKNOWN]:
        meant = close(name, [word for word in known if word not in value])
        # A free map may hold anything; only a near miss is worth a word there.
        if meant or not schema.get("additionalProperties"):
            yield f"{_member(path, name)}: unknown field" + (f", did you mean {meant}?" if meant else "")


def _member(path: str, name: str) -> str:
    """The path of a field within the object at ``path``, which is empty for the body."""
    return f"{path}.{name}" if path else name
