"""Notes on accepted bodies: absent fields that are usually required, unknown fields and values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mock_alipay.contracts.schemas import MAX_DEPTH, OBSERVED_ABSENT, Schemas
from mock_alipay.text.wording import close, shortened

_MOST_UNKNOWN = 200
"""The maximum number of unknown names examined per object: each is compared with every known name."""

Part = tuple[str, Any, dict[str, Any], dict[str, Any]]
"""A path in a body, its value, its schema, and the referring schema with ``$ref`` (the same schema without one)."""


def walk(
    schemas: Schemas, schema: dict[str, Any], within: str, value: Any, path: str = "", depth: int = 0
) -> Iterator[Part]:
    """The parts of a body that a schema describes, outer parts first; ``within`` is the schema's file."""
    if value is None or depth > MAX_DEPTH:  # refused bodies too are walked, and goods nest without limit
        return
    resolved, within = schemas.resolve(schema, within)
    yield path, value, resolved, schema
    inner: list[tuple[str, dict[str, Any], Any]] = []
    if isinstance(value, list):
        inner = [(f"{path}[{index}]", resolved.get("items", {}), item) for index, item in enumerate(value)]
    elif isinstance(value, dict):
        known = resolved.get("properties", {})
        inner = [(_member(path, name), known[name], item) for name, item in value.items() if name in known]
    for inner_path, rule, item in inner:
        yield from walk(schemas, rule, within, item, inner_path, depth + 1)


def notes(part: Part) -> Iterator[str]:
    """One sentence for each note.

    They come from three keywords of the schemas: ``x-observedAbsent`` (fields that the documentation requires but that
    may be absent), ``x-known`` (the known values of an open list) and ``x-note`` (a remark about a field).
    """
    path, value, schema, beside = part
    if "x-note" in beside:
        yield f"{path}: {beside['x-note']}"
    if isinstance(value, str) and value not in schema.get("x-known", (value,)):
        meant = close(value, schema["x-known"])
        hint = f", did you mean {meant}?" if meant else ""
        yield f"{path}: {shortened(value)} is not a known {path.rpartition('.')[2]}{hint}"
    elif isinstance(value, dict):
        rules = (schema, schema.get("else", {}), *([] if beside is schema else [beside]))
        for name in (name for rule in rules for name in rule.get(OBSERVED_ABSENT, ()) if value.get(name) is None):
            yield f"{_member(path, name)} is absent: documented as REQUIRED, live integrations omit it"


def unknown(part: Part) -> Iterator[str]:
    """One sentence for each field that is not in the schema."""
    path, value, schema, _ = part
    if not isinstance(value, dict) or "properties" not in schema:
        return
    known = schema["properties"]
    # null is the same as absent
    unknown_names = [name for name, inner in value.items() if inner is not None and name not in known]
    for name in unknown_names[:_MOST_UNKNOWN]:
        meant = close(name, [word for word in known if word not in value])
        # A free map may contain any name, so only a likely misspelling is reported there.
        if meant or not schema.get("additionalProperties"):
            yield f"{_member(path, name)}: unknown field" + (f", did you mean {meant}?" if meant else "")


def _member(path: str, name: str) -> str:
    """The path of a field in the object at ``path``; an empty path is the body."""
    return f"{path}.{name}" if path else name
