"""JSON Schemas: a compiled validator decides, a patient one explains.

jsonschema-rs answers yes or no in some 2 µs for the documented sample, jsonschema takes 230 µs but
tells what is wrong. So the second is asked only when the first has said no.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mock_alipay.contracts.fault_messages import faults
from mock_alipay.contracts.names import RequiredMode, TypeMode
from mock_alipay.errors import Fault

if TYPE_CHECKING:
    import jsonschema_rs
    from jsonschema.protocols import Validator

_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""Strings, so that brackets within them do not count, and brackets."""

OBSERVED_ABSENT = "x-observedAbsent"
"""The keyword that lists names of the ``required`` beside it: documentation requires them, official demos omit them."""

MAX_DEPTH = 32
"""Nesting of a body beyond this is refused; the documented fields nest seven levels deep."""


class Schemas:
    """The schemas of a folder, with documented Booleans and Integers typed as ``types`` says.

    With ``required="observed"`` the names in ``x-observedAbsent`` are taken out of the ``required`` beside it.
    A schema may refer to those that stand directly in the folder.
    """

    def __init__(self, folder: Path, types: TypeMode, required: RequiredMode) -> None:
        self._folder = folder
        self._types = types
        self._required = required
        self._documents: dict[str, dict[str, Any]] = {}
        self._followed: dict[tuple[str, str], tuple[Any, str, str]] = {}
        self._deciders: dict[str, Callable[[Any], bool]] = {}
        self._explainers: dict[str, Validator] = {}

    def accepts(self, name: str, value: Any) -> bool:
        """Whether ``value`` is valid.

        ``name`` is a file of the folder without its ending, such as ``payments/cancel.reply``, the absolute path of
        another schema file, or either with ``#pointer`` behind ``.json``.
        """
        decide = self._deciders.get(name)
        if decide is None:
            decide = self._deciders[name] = self._compile(name)
        return decide(value)

    def explain(self, name: str, value: Any) -> list[Fault]:
        """Everything wrong with ``value``, outermost and foremost first; empty when it is valid."""
        explainer = self._explainers.get(name)
        if explainer is None:
            explainer = self._explainers[name] = self._explainer(name)
        return faults(explainer.iter_errors(value))

    def resolve(self, schema: dict[str, Any], within: str) -> tuple[dict[str, Any], str]:
        """Follow ``schema``'s ``$ref`` if it has one; with the file that the result stands in."""
        while "$ref" in schema:
            schema, within, _ = self.follow(schema["$ref"], within)
        return schema, within

    def follow(self, reference: str, within: str) -> tuple[Any, str, str]:
        """What a reference in the file ``within`` leads to: a schema, the file that it stands in, and where there."""
        if (reference, within) not in self._followed:
            name, _, pointer = reference.partition("#")
            file = posixpath.normpath(posixpath.join(posixpath.dirname(within), name)) if name else within
            schema = self.document(file)
            for step in pointer.split("/")[1:]:
                schema = schema[step]
            self._followed[reference, within] = schema, file, pointer
        return self._followed[reference, within]

    def document(self, file: str) -> dict[str, Any]:
        """The content of a file of the folder, or of another by its absolute path, parsed once."""
        if file not in self._documents:
            path = self._folder / (f"types-{self._types}.json" if file == "types.json" else file)
            content = json.loads(path.read_text("utf-8"))
            self._documents[file] = content if self._required == "documented" else _observed(content)
        return self._documents[file]

    def put(self, file: str, document: dict[str, Any]) -> None:
        """Have a document stand for a file, for what is checked from now on."""
        self._documents[file] = document

    def _compile(self, name: str) -> Callable[[Any], bool]:
        # Imported when the first call comes: native code of some megabytes.
        import jsonschema_rs

        root, documents = self._root(name)
        validator: jsonschema_rs.Draft202012Validator = jsonschema_rs.Draft202012Validator(
            root, registry=jsonschema_rs.Registry(documents)
        )
        return validator.is_valid

    def _explainer(self, name: str) -> Validator:
        from referencing import Registry, Resource

        from mock_alipay.contracts.fault_messages import validator_class

        root, documents = self._root(name)
        resources = [(uri, Resource.from_contents(document)) for uri, document in documents]
        return validator_class()(root, registry=Registry().with_resources(resources))

    def _root(self, name: str) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
        """The schema, and the documents by URI that it may refer to."""
        shared = [file.name for file in self._folder.glob("*.json") if not file.name.startswith("types-")]
        documents = [self.document(file) for file in (*shared, "types.json")]
        file, pointed, pointer = name.partition("#")
        if not pointed:
            root = self.document(f"{name.removesuffix('.json')}.json")
        else:
            documents.append(self.document(file))
            root = {"$ref": f"{documents[-1]['$id']}#{pointer}"}
        return root, [(document["$id"], document) for document in documents if "$id" in document]


def _observed(schema: Any) -> Any:
    """The schema without the requirements that official demos do not meet."""
    if isinstance(schema, list):
        return [_observed(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    relaxed = {name: _observed(inner) for name, inner in schema.items()}
    if OBSERVED_ABSENT in schema:
        relaxed["required"] = [name for name in schema["required"] if name not in schema[OBSERVED_ABSENT]]
    return relaxed


def depth(value: Any) -> int:
    """How many levels of objects and arrays a JSON value has within the outermost."""
    levels, level = 0, [value]
    while level:
        levels += 1
        inner = [v.values() if isinstance(v, dict) else v for v in level if isinstance(v, dict | list)]
        level = [item for items in inner for item in items]
    return levels - 1


def nesting(text: str) -> int:
    """How many objects and arrays are open at most at one place of a text, be it JSON or not.

    Parsers bound it too, each elsewhere and in words of its own.
    """
    most = level = 0
    for found in _BRACKETS.finditer(text):
        if found[0] in ("{", "["):
            level += 1
            most = max(most, level)
        elif found[0] in ("}", "]"):
            level = max(level - 1, 0)
    return most
