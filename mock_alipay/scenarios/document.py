"""What stands in a scenario file or a request body, and on which lines."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Lines = int | tuple[int, "dict[str, Lines] | list[Lines]"]
"""The line of a value, and those of what is in it, in the value's own shape; 0 where nobody knows.

No paths are stored: the text of a path is as long as all keys above a value.
"""

_INDEX = re.compile(r"\[([0-9]{1,9})\]")
_END_OF_KEY = re.compile(r"[.\[]|\Z")


def unknown_lines() -> Lines:
    """The lines of a document that has none."""
    return 0


@dataclass(frozen=True, slots=True)
class Document:
    """A file's content and where each value stands."""

    origin: str
    value: Any
    lines: Callable[[], Lines] = unknown_lines
    """Gives the lines, once some are needed."""

    def at(self, path: str) -> str:
        """``file:line`` of a dotted path, or of the nearest thing above it that the file has."""
        line = _line(self.lines(), path)
        return f"{self.origin}:{line}" if line else self.origin

    def line_of(self, problem: str) -> int:
        """The line of a problem that begins as ``at`` has it; 0 for one without."""
        number = problem.removeprefix(f"{self.origin}:").partition(":")[0]
        return int(number) if number.isdecimal() else 0

    def in_order(self, problems: Iterable[str]) -> list[str]:
        """Problems that begin as ``at`` has it, by line; those without a line first."""
        return sorted(problems, key=self.line_of)

    def without(self, paths: Iterable[str]) -> Document:
        """The same without what stands at these paths; of an array, an empty object takes an element's place."""
        return dataclasses.replace(self, value=_without(self.value, frozenset(paths), ""))


def _line(lines: Lines, path: str) -> int:
    while not isinstance(lines, int):
        line, inner = lines
        found = _step(inner, path)
        if found is None:
            return line
        lines, path = found
    return lines


def _step(inner: dict[str, Lines] | list[Lines], path: str) -> tuple[Lines, str] | None:
    """What a path leads to first, and the rest of the path. Keys may have dots: the longest that is there counts."""
    if isinstance(inner, list):
        index = _INDEX.match(path)
        if index is None or int(index[1]) >= len(inner):
            return None
        return inner[int(index[1])], path[index.end() :].removeprefix(".")
    for end in reversed([found.start() for found in _END_OF_KEY.finditer(path)]):
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
