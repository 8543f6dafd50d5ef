"""What stands in a scenario file or a request body, and on which lines."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Document:
    """A file's content and where each value stands."""

    origin: str
    value: Any
    lines: Callable[[], Mapping[str, int]]
    """Gives lines by dotted path, once some are needed; empty when nobody knows."""

    def at(self, path: str) -> str:
        """``file:line`` of a path, or of the nearest thing above it that the file has."""
        lines = self.lines()
        while path and path not in lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return f"{self.origin}:{lines[path]}" if path in lines else self.origin

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


def _without(value: Any, paths: frozenset[str], at: str) -> Any:
    if isinstance(value, dict):
        inner = {key: f"{at}.{key}" if at else key for key in value}
        return {key: _without(value[key], paths, where) for key, where in inner.items() if where not in paths}
    if isinstance(value, list):
        places = [f"{at}[{index}]" for index in range(len(value))]
        items = zip(value, places, strict=True)
        return [{} if where in paths else _without(item, paths, where) for item, where in items]
    return value
