"""Warnings about fields in scenarios that no documented body has: they are accepted, but may be misspelt."""

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
    """The schemas of the requests and replies of a section."""

    requests: tuple[str, ...]
    replies: tuple[str, ...]


def lint(document: Document, vocabulary: Vocabulary) -> list[str]:
    """One line for each undocumented field of a valid scenario, with a similar documented name if there is one.

    Scenarios may add any field to a reply, so a field in ``set`` is reported only when it looks misspelt.
    """
    if is_template(document):
        lines = [line for scenario in expand(document, "").values() for line in lint(scenario, vocabulary)]
        return document.in_order(dict.fromkeys(lines))
    content: Mapping[str, Any] = document.value
    schemas, sections = vocabulary.schemas, _sections(vocabulary)
    warnings = []
    for place in content.get("match", {}).get("body", {}):
        warning = _undocumented(schemas, sections[ANY].requests, place)
        warnings.append((f"match.body.{place}", warning))
    for name, written in content.items():
        bodies = sections.get(vocabulary.keys.get(name, name))
        if bodies is None:
            continue
        listed = isinstance(written, list)
        for index, step in enumerate(written if listed else [written]):
            where = f"{name}[{index}]" if listed else name
            warnings += [(f"{where}.{key}", warning) for key, warning in _in_step(schemas, bodies, step)]
    return document.in_order(f"{document.at(where)}: {where}: {warning}" for where, warning in warnings if warning)


def lacking_fields(document: Document, vocabulary: Vocabulary) -> list[str]:
    """The problem of each ``set`` on a misspelt field of a notification, or that removes one that it does not have.

    Any other name adds a field, such as one that later documentation may have.
    """
    problems = []
    for name, written in document.value.items():
        id_ = vocabulary.keys.get(name)
        if id_ not in vocabulary.notifications:
            continue
        listed = isinstance(written, list)
        for index, step in enumerate(written if listed else [written]):
            where = f"{name}[{index}].set" if listed else f"{name}.set"
            for place, value in step.get("set", {}).items():
                why = _undocumented(vocabulary.schemas, [f"{id_}.json"], place, any_name=value is not None)
                if why is not None:
                    problems.append(f"{document.at(f'{where}.{place}')}: {where}.{place}: {why}")
    return problems


def _sections(vocabulary: Vocabulary) -> dict[str, _Bodies]:
    steps = {id_: _Bodies((f"{id_}.json",), (f"{id_}.reply.json",)) for id_ in vocabulary.endpoints}
    steps[ANY] = _Bodies(*(tuple(chain(*files)) for files in zip(*steps.values(), strict=True)))
    # In notifications, ${request...} is the request that created the aggregate.
    opening = tuple(f"{id_}.json" for id_ in vocabulary.opening)
    return steps | {id_: _Bodies(opening, (f"{id_}.json",)) for id_ in vocabulary.notifications}


def _in_step(schemas: Schemas, bodies: _Bodies, step: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    for place in step.get("set", {}):
        yield f"set.{place}", _undocumented(schemas, bodies.replies, place, any_name=True)
    values = {"message": step.get("message"), **{f"set.{place}": value for place, value in step.get("set", {}).items()}}
    for key, value in values.items():
        for source, path in paths_in(value):
            files = bodies.requests if source == "request" else bodies.replies
            warning = _undocumented(schemas, files, path, any_name=source == "reply")
            yield key, warning and f"${{{source}.{path}}}: {warning}"


def _undocumented(schemas: Schemas, files: Iterable[str], written: str, *, any_name: bool = False) -> str | None:
    """The warning for a path that is in none of the schemas; ``any_name``: only if one of them has a similar name."""
    path, suggestions = parse(written), list[str]()
    for file in files:
        known, hint = _known(schemas, file, path)
        if known:
            return None
        suggestions += [hint] if hint else []
    if suggestions:
        return f"not documented, did you mean {max(suggestions, key=partial(alike, written))}?"
    return None if any_name else "not documented"


def _known(schemas: Schemas, file: str, path: Path) -> tuple[bool, str | None]:
    """Whether a schema has a field at a path, and if not, a similar path that it has."""
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
            similar = close(step, fields)
            # A map with free keys may have any field: only a similar name deserves a warning.
            free = bool(schema.get("additionalProperties")) and not similar
            return free, similar and f"{before.removesuffix(step)}{similar}"
        schema = fields[step]
    return True, None
