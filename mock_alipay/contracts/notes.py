"""Notes on bodies that the contract accepts: fields that are usually there, and values that are not known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mock_alipay.contracts.schemas import MAX_DEPTH, OBSERVED_ABSENT, Schemas
from mock_alipay.text.wording import close, short

_MOST_UNKNOWN = 200
"""Unknown names of one object that are looked at: each is compared with all known ones."""


def notes(
    schemas: Schemas, schema: dict[str, Any], within: str, value: Any, path: str = "", depth: int = 0
) -> Iterator[str]:
    """One sentence for each note.

    Three keywords of the schemas lead to one: ``x-observedAbsent`` (fields that documentation requires and that may
    be absent all the same), ``x-known`` (the known words of an open list) and ``x-note`` (what to know of a field).
    """
    if value is None or depth > MAX_DEPTH:  # goods that cross-sell goods without end; the body was refused
        return
    if "x-note" in schema:
        yield f"{path}: {schema['x-note']}"
    beside = schema
    schema, within = schemas.resolve(schema, within)
    if isinstance(value, str) and value not in schema.get("x-known", (value,)):
        meant = close(value, schema["x-known"])
        hint = f", did you mean {meant}?" if meant else ""
        yield f"{path}: {short(value)} is not a known {path.rpartition('.')[2]}{hint}"
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from notes(schemas, schema.get("items", {}), within, item, f"{path}[{index}]", depth + 1)
    elif isinstance(value, dict):
        rules = (schema, schema.get("else", {}), *([] if beside is schema else [beside]))
        for name in (name for rule in rules for name in rule.get(OBSERVED_ABSENT, ()) if value.get(name) is None):
            yield f"{member(path, name)} is absent: documented as REQUIRED, live integrations omit it"
        for name, inner in schema.get("properties", {}).items():
            yield from notes(schemas, inner, within, value.get(name), member(path, name), depth + 1)


def member(path: str, name: str) -> str:
    """The path of a field within the object at ``path``, which is empty for the body."""
    return f"{path}.{name}" if path else name


def unknown(
    schemas: Schemas, schema: dict[str, Any], within: str, value: Any, path: str = "", depth: int = 0
) -> Iterator[str]:
    """One sentence for each field that the schema does not know."""
    if depth > MAX_DEPTH:
        return
    schema, within = schemas.resolve(schema, within)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from unknown(schemas, schema.get("items", {}), within, item, f"{path}[{index}]", depth + 1)
    if not isinstance(value, dict) or "properties" not in schema:
        return
    known: dict[str, Any] = schema["properties"]
    strange = 0
    for name, inner in value.items():
        if inner is None:  # null is the same as absent
            continue
        where = member(path, name)
        if name in known:
            yield from unknown(schemas, known[name], within, inner, where, depth + 1)
            continue
        strange += 1
        if strange > _MOST_UNKNOWN:
            continue
        meant = close(name, [word for word in known if word not in value])
        # A free map may hold anything; only a near miss is worth a word there.
        if meant or not schema.get("additionalProperties"):
            yield f"{where}: unknown field" + (f", did you mean {meant}?" if meant else "")
