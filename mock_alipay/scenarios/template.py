"""Templates: a scenario file with ``each`` becomes one scenario per value of a variable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from mock_alipay.errors import SetupError
from mock_alipay.scenarios.document import Document, Lines
from mock_alipay.scenarios.matching import text

EACH = "each"

_PLACEHOLDER = re.compile(r"\$\$\{|\$\{each\.([^{}]*)\}?")
"""``$${`` stands for a literal ``${``, as in all placeholders."""

_GAP = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z0-9]+")
"""The gap between two words of a value."""

_NODE, _MOST = 10, 1_000_000
"""The size of a key or value is its length plus _NODE; all scenarios of a template may have the size _MOST.

Expanding a template of that size takes a second or two.
"""

_Filling = Mapping[str, Any]
"""Values by placeholder name: the value itself, and its text if ``each`` has texts."""


def is_template(written: Document) -> bool:
    """Whether a document has ``each``."""
    return isinstance(written.value, dict) and EACH in written.value


def expand(written: Document, name: str) -> dict[str, Document]:
    """Expand a template that is valid by its schema: documents by the names of their scenarios.

    SetupError lists the problems of the values and of the placeholders.
    """
    ((variable, values),) = written.value[EACH].items()
    texts = values if isinstance(values, dict) else {}
    body = _body(written)
    if len(values) * sum(_NODE + len(string) for _, string in _strings(body)) > _MOST:
        raise SetupError(
            f"{written.at(EACH)}: {EACH}: {len(values)} values are too many for a scenario as long as this"
        )
    problems = [problem for _, problem in unknown_placeholders(written)]
    places = (f"{EACH}.{variable}.{value}" if texts else f"{EACH}.{variable}[{n}]" for n, value in enumerate(values))
    named = _named(written, name, zip(places, values, strict=True), problems)
    if problems:
        raise SetupError(*written.in_order(problems))
    return {
        own: _document(written, {variable: value, f"{variable}.text": texts.get(value)}) for own, value in named.items()
    }


def unknown_placeholders(written: Document) -> list[tuple[str, str]]:
    """The places of a template's unknown placeholders, each with its problem.

    The place is ``each`` if there are no placeholders at all.
    """
    ((variable, values),) = written.value[EACH].items()
    known = [variable, f"{variable}.text"] if isinstance(values, dict) else [variable]
    return list(_misnamed(written, _strings(_body(written)), known))


def _named(
    written: Document, name: str, placed: Iterable[tuple[str, Any]], problems: list[str]
) -> dict[str, str | float | bool]:
    """The values by the names of their scenarios."""
    named: dict[str, str | float | bool] = {}
    for place, value in placed:
        word = _GAP.sub("-", text(value) or "").strip("-").lower()
        if not word:
            problems.append(f"{written.at(place)}: {place}: expected a value with letters or digits, got '{value}'")
        elif (own := f"{name}-{word}") in named:
            problems.append(f"{written.at(place)}: {place}: {value} and {named[own]} both make the scenario {own}")
        else:
            named[own] = value
    return named


def _misnamed(written: Document, strings: Iterable[tuple[str, str]], known: Sequence[str]) -> Iterator[tuple[str, str]]:
    placeholders = [(where, match) for where, string in strings for match in _placeholders(string)]
    names = " and ".join(f"${{each.{name}}}" for name in known)
    if not placeholders:
        problem = f"expected {names} in the scenario, found none: all scenarios would be alike"
        yield EACH, f"{written.at(EACH)}: {EACH}: {problem}"
    for where, match in placeholders:
        if match[1] not in known or not match[0].endswith("}"):
            yield where, f"{written.at(where)}: {where}: unknown placeholder {match[0]}; known are {names}"


def _body(written: Document) -> dict[str, Any]:
    return {key: value for key, value in written.value.items() if key != EACH}


def _strings(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Keys and values, each with its path; a value that is not a string counts as an empty one."""
    if isinstance(value, dict):
        for key, inner in value.items():
            place = f"{where}.{key}" if where else key
            yield place, key
            yield from _strings(inner, place)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _strings(inner, f"{where}[{index}]")
    else:
        yield where, value if isinstance(value, str) else ""


def _placeholders(string: str) -> Iterator[re.Match[str]]:
    return (match for match in _PLACEHOLDER.finditer(string) if match[1] is not None)


def _document(written: Document, filling: _Filling) -> Document:
    def lines() -> Lines:
        return _filled_lines(written.lines(), filling)

    try:
        return Document(written.origin, _filled(_body(written), filling), cache(lines))
    except KeyError as error:
        raise SetupError(f"{written.at(EACH)}: {EACH}: the key {error.args[0]} would appear twice") from None


def _filled(value: Any, filling: _Filling) -> Any:
    if isinstance(value, dict):
        filled: dict[str, Any] = {}
        for key, inner in value.items():
            own = _filled_text(key, filling)
            if own in filled:
                raise KeyError(own)
            filled[own] = _filled(inner, filling)
        return filled
    if isinstance(value, list):
        return [_filled(inner, filling) for inner in value]
    if not isinstance(value, str):
        return value
    whole = _PLACEHOLDER.fullmatch(value)
    return filling[whole[1]] if whole and whole[1] is not None else _filled_text(value, filling)


def _filled_lines(lines: Lines, filling: _Filling) -> Lines:
    if isinstance(lines, int):
        return lines
    line, inner = lines
    if isinstance(inner, list):
        return line, [_filled_lines(item, filling) for item in inner]
    return line, {_filled_text(key, filling): _filled_lines(item, filling) for key, item in inner.items()}


def _filled_text(string: str, filling: _Filling) -> str:
    if "${each." not in string:
        return string
    return _PLACEHOLDER.sub(lambda match: match[0] if match[1] is None else text(filling[match[1]]) or "", string)
