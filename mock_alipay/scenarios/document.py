"""The content of a scenario file or request body, with the line of each value."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Lines = int | tuple[int, "dict[str, Lines] | list[Lines]"]
"""The line of a value and the lines of its children, in the shape of the value; 0 if the line is unknown.

Paths are not stored, because the text of a path is as long as all keys above the value.
"""

_INDEX = re.compile(r"\[([0-9]{1,9})\]")
_END_OF_KEY = re.compile(r"[.\[]|\Z")


def unknown_lines() -> Lines:
    """The lines of a document whose lines are not known."""
    return 0


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file and the line of each value."""

    origin: str
    value: Any
    lines: Callable[[], Lines] = unknown_lines
    """Computes the lines when they are first needed."""

    def at(self, path: str) -> str:
        """``file:line`` of a dotted path, or of its nearest ancestor in the file."""
        line = _line(self.lines(), path)
        return f"{self.origin}:{line}" if line else self.origin

    def line_of(self, problem: str) -> int:
        """The line of a problem that begins with ``file:line``; 0 for one without a line."""
        number = problem.removeprefix(f"{self.origin}:").partition(":")[0]
        return int(number) if number.isdecimal() else 0

    def in_order(self, problems: Iterable[str]) -> list[str]:
        """Problems that begin with ``file:line``, sorted by line; those without a line come first."""
        return sorted(problems, key=self.line_of)

    def without(self, paths: Iterable[str]) -> Document:
        """A copy without the values at these paths; an array element is replaced with an empty object."""
        return dataclasses.replace(self, value=_without(self.value, frozenset(paths), ""))


def _line(lines: Lines, path: str) -> int:
    while not isinstance(lines, int):
        line, inner = lines
        child = _step(inner, path)
        if child is None:
            return line
        lines, path = child
    return lines


def _step(inner: dict[str, Lines] | list[Lines], path: str) -> tuple[Lines, str] | None:
    """The child that a path names first, and the rest of the path. Keys may have dots: the longest match counts."""
    if isinstance(inner, list):
        index = _INDEX.match(path)
        if index is None or int(index[1]) >= len(inner):
            return None
        return inner[int(index[1])], path[index.end() :].removeprefix(".")
    for end in reversed([match.start() for match in _END_OF_KEY.finditer(path)]):
        if path[:end] in inner:
            return inner[path[:end]], path[end:].removeprefix(".")
    return None


def _without(value: Any, paths: frozenset[str], at: str) -> Any:
    if isinstance(value, dict):
        inner = {key: f"{at}.{key}" if at else key for key in value}
        return {key: _without(value[key], paths, where) for key, where in inner.items() if where not in paths}
    if isinstance(value, list):
        places = [f"{at}[{index}]" for index in range(len(value))]
        items = zip(value, places, strict=True)
        return [{} if where in paths else _without(item, paths, where) for item, where in items]
    return value
