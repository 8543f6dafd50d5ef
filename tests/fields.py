"""The data files, the fields of each request schema, and small valid bodies."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import mock_alipay
from mock_alipay.contracts import CURRENT, FOLDER, load
from mock_alipay.contracts.names import TypeMode

PACKAGE = Path(mock_alipay.__file__).parent
PLACES = {
    **{file.relative_to(FOLDER / CURRENT).as_posix(): file for file in (FOLDER / CURRENT).rglob("*.json")},
    "admin.json": PACKAGE / "web" / "admin" / "admin.json",
    "scenario.json": PACKAGE / "scenarios" / "scenario.json",
    "conditions.json": Path(__file__).with_name("conditions.json"),
}
"""Every data file by its name, with its family's folder."""

MODES: tuple[TypeMode, ...] = ("documented", "strict")

CONTRACTS = {mode: load(types=mode) for mode in MODES}

REQUESTS = CONTRACTS["documented"].endpoints
"""The id of every endpoint."""
Rule = Mapping[str, Any]
Steps = tuple[str | int, ...]

_EXAMPLES = ("2", "24", "02", "2026-01-31", "2026-01-31T12:00:00+08:00", "https://shop.example/return")
"""Each pattern of the schemas matches one of these, in both type modes."""


@dataclass(frozen=True)
class Field:
    """A field of a request body, and its schema."""

    steps: Steps  # names, and 0 for an element of an array
    rule: Rule  # the schema without references
    required: bool
    kind: str | None  # the name of its definition in types.json, such as Boolean
    home: str  # the file of its schema

    @property
    def path(self) -> str:
        """The path as in faults."""
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps).lstrip(".")

    @property
    def types(self) -> list[str]:
        """The JSON types of the schema."""
        types = self.rule.get("type", [])
        return [types] if isinstance(types, str) else list(types)

    def __repr__(self) -> str:
        return self.path


@cache
def read(file: str) -> Any:
    """The content of a data file; it is cached, so do not change it."""
    return json.loads(PLACES[file].read_text("utf-8"))


class Book:
    """The fields of an endpoint's request in a type mode."""

    def __init__(self, mode: TypeMode, endpoint: str) -> None:
        self._schemas = CONTRACTS[mode].schemas
        self.file = f"{endpoint}.json"
        self.root = self.resolve({"$ref": self.file}, "")[0]
        self.fields = list(self._walk(self.root, self.file, (), ()))
        self._fields = {field.steps: field for field in self.fields}

    def resolve(self, rule: Rule, file: str) -> tuple[Rule, str, str]:
        """A schema without references, but with the keywords beside ``$ref``; its file; its file#pointer."""
        whole = ""
        while "$ref" in rule:
            target, file, pointer = self._schemas.follow(rule["$ref"], file)
            whole = f"{file}#{pointer}"
            beside = {key: value for key, value in rule.items() if key != "$ref"}
            if "required" in target and "required" in beside:
                beside["required"] = [*target["required"], *beside["required"]]
            rule = {**target, **beside}
        return rule, file, whole

    def body(self, steps: Steps, value: Any) -> dict[str, Any]:
        """The smallest valid body with this value of a field."""
        whole: dict[str, Any] = copy.deepcopy(example(self.root, self, self.file))
        inner: Any = whole
        for depth, step in enumerate(steps[:-1], 1):
            if step not in inner and step != 0:
                inner[step] = self.example(steps[:depth])
            elif step == 0 and not inner:
                inner.append(self.example(steps[:depth]))
            inner = inner[step]
        if isinstance(inner, list):
            inner[:] = [value]
        else:
            inner[steps[-1]] = value
        return whole

    def without(self, steps: Steps) -> dict[str, Any]:
        """The same body without the field."""
        body = self.body(steps, None)
        inner: Any = body
        for step in steps[:-1]:
            inner = inner[step]
        del inner[steps[-1]]
        return body

    def example(self, steps: Steps) -> Any:
        """A small valid value of a field."""
        return example(self._fields[steps].rule, self, self._fields[steps].home)

    def _walk(self, rule: Rule, file: str, steps: Steps, seen: tuple[str, ...]) -> Iterator[Field]:
        inner: dict[str | int, Rule] = rule.get("properties", {}) | ({0: rule["items"]} if "items" in rule else {})
        for step, reference in inner.items():
            schema, home, pointer = self.resolve(reference, file)
            kind = pointer.rpartition("/")[2] if home == "types.json" else None
            yield Field((*steps, step), schema, step in needed(rule), kind, home)
            if seen.count(pointer) < 2:  # goods can nest in goods
                yield from self._walk(schema, home, (*steps, step), (*seen, pointer) if pointer else seen)


def needed(rule: Rule) -> list[str]:
    """The required names of an object that has no other fields."""
    return [*rule.get("required", []), *rule.get("else", {}).get("required", [])]


def example(rule: Rule, book: Book, file: str) -> Any:
    """A small value that is valid for a schema in both type modes."""
    if "const" in rule:
        return rule["const"]
    if "enum" in rule:
        return next(word for word in rule["enum"] if isinstance(word, str))
    if "pattern" in rule:
        return next(text for text in _EXAMPLES if re.fullmatch(rule["pattern"], text))
    types = rule.get("type", "string")
    if "array" in types:
        return []
    if types == "object":
        inner = {name: book.resolve(rule["properties"][name], file) for name in needed(rule)}
        return {name: example(schema, book, home) for name, (schema, home, _) in inner.items()}
    if "anyOf" in rule:
        schema, home, _ = book.resolve(rule["anyOf"][0], file)
        return example(schema, book, home)
    return "x"


@cache
def book_of(endpoint: str, mode: TypeMode) -> Book:
    """The fields of an endpoint's request; cached."""
    return Book(mode, endpoint)


BOOKS: Mapping[TypeMode, Book] = {mode: book_of("payments/createPaymentSession", mode) for mode in MODES}
"""The fields of createPaymentSession."""
