"""Fields that a scenario names and no documented body has: taken as they are, but perhaps misspelt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from mock_alipay.contracts.schemas import Schemas
from mock_alipay.scenarios.document import Document
from mock_alipay.scenarios.json_path import Path, parse
from mock_alipay.scenarios.placeholders import paths_in
from mock_alipay.scenarios.scenario import ANY
from mock_alipay.scenarios.template import expand, is_template
from mock_alipay.scenarios.vocabulary import Vocabulary
from mock_alipay.text.wording import alike, close


class _Bodies(NamedTuple):
    """Which schemas a section's requests and replies have."""

    requests: tuple[str, ...]
    replies: tuple[str, ...]


def lint(document: Document, vocabulary: Vocabulary) -> list[str]:
    """A line for each, in a document that is a scenario, with the name that was perhaps meant.

    A field that is set counts only when it looks misspelt: any may be added to a reply.
    """
    if is_template(document):
        lines = [line for scenario in expand(document, "").values() for line in lint(scenario, vocabulary)]
        return document.in_order(dict.fromkeys(lines))
    content: Mapping[str, Any] = document.value
    schemas, sections = vocabulary.schemas, _sections(vocabulary)
    found = []
    for place in content.get("match", {}).get("body", {}):
        complaint = _stranger(schemas, sections[ANY].requests, place)
        found.append((f"match.body.{place}", complaint))
    for name, written in content.items():
        bodies = sections.get(vocabulary.keys.get(name, name))
        if bodies is None:
            continue
        listed = isinstance(written, list)
        for index, one in enumerate(written if listed else [written]):
            where = f"{name}[{index}]" if listed else name
            found += [(f"{where}.{key}", complaint) for key, complaint in _in_step(schemas, bodies, one)]
    return document.in_order(f"{document.at(where)}: {where}: {complaint}" for where, complaint in found if complaint)


def _sections(vocabulary: Vocabulary) -> dict[str, _Bodies]:
    steps = {id_: _Bodies((f"{id_}.json",), (f"{id_}.reply.json",)) for id_ in vocabulary.endpoints}
    steps[ANY] = _Bodies(*(tuple(chain(*files)) for files in zip(*steps.values(), strict=True)))
    # Notifications quote the request with which their aggregate began.
    opening = tuple(f"{id_}.json" for id_ in vocabulary.opening)
    return steps | {id_: _Bodies(opening, (f"{id_}.json",)) for id_ in vocabulary.notifications}


def _in_step(schemas: Schemas, bodies: _Bodies, step: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    for place in step.get("set", {}):
        yield f"set.{place}", _stranger(schemas, bodies.replies, place, free=True)
    values = {"message": step.get("message"), **{f"set.{place}": value for place, value in step.get("set", {}).items()}}
    for key, value in values.items():
        for source, path in paths_in(value):
            files = bodies.requests if source == "request" else bodies.replies
            complaint = _stranger(schemas, files, path, free=source == "reply")
            yield key, complaint and f"${{{source}.{path}}}: {complaint}"


def _stranger(schemas: Schemas, files: Iterable[str], written: str, *, free: bool = False) -> str | None:
    """What to say of a path that none of the schemas knows; ``free``: only when one of them knows a name like it."""
    path, meant = parse(written), list[str]()
    for file in files:
        known, hint = _known(schemas, file, path)
        if known:
            return None
        meant += [hint] if hint else []
    if meant:
        return f"not documented, did you mean {max(meant, key=partial(alike, written))}?"
    return None if free else "not documented"


def _known(schemas: Schemas, file: str, path: Path) -> tuple[bool, str | None]:
    """Whether a schema has a field at a path, or else the path that was perhaps meant."""
    schema, within, before = schemas.document(file), file, ""
    for step in path:
        schema, within = schemas.resolve(schema, within)
        if not isinstance(step, str):
            schema, before = schema.get("items", {}), f"{before}[{'' if step is None else step}]"
            continue
        fields = schema.get("properties")
        if fields is None:
            return True, None
        before += f".{step}" if before else step
        if step not in fields:
            meant = close(step, fields)
            # A free map may hold anything; only a near miss is worth a word there.
            free = bool(schema.get("additionalProperties")) and not meant
            return free, meant and f"{before.removesuffix(step)}{meant}"
        schema = fields[step]
    return True, None
