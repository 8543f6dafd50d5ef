"""JSON Schema validation: a compiled validator decides, a second one explains.

jsonschema-rs takes about 2 µs for the documented sample, but only says whether it is valid. jsonschema takes 230 µs and
describes the errors, so it runs only when the first has found the body invalid.
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
"""Matches brackets, and whole strings so that brackets in strings are skipped."""

OBSERVED_ABSENT = "x-observedAbsent"
"""The keyword that lists those names of the ``required`` beside it which official demos omit."""

MAX_DEPTH = 32
"""The maximum nesting depth of a body; the documented fields nest seven levels deep."""


class Schemas:
    """The schemas of a folder, with the definitions of ``types-<types>.json``.

    With ``required="observed"`` the names in ``x-observedAbsent`` are not required. A schema can refer to the schemas
    directly in the folder.
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

        ``name`` is a file of the folder without ``.json``, such as ``payments/cancel.reply``; or the absolute path of
        another schema file; or a file with ``.json`` followed by ``#pointer``.
        """
        decide = self._deciders.get(name)
        if decide is None:
            decide = self._deciders[name] = self._compile(name)
        return decide(value)

    def explain(self, name: str, value: Any) -> list[Fault]:
        """The faults of ``value`` in the order of the schema; empty when it is valid."""
        explainer = self._explainers.get(name)
        if explainer is None:
            explainer = self._explainers[name] = self._explainer(name)
        return faults(explainer.iter_errors(value))

    def resolve(self, schema: dict[str, Any], within: str) -> tuple[dict[str, Any], str]:
        """The schema at the end of ``schema``'s references, and its file; ``within`` is the file of ``schema``."""
        while "$ref" in schema:
            schema, within, _ = self.follow(schema["$ref"], within)
        return schema, within

    def follow(self, reference: str, within: str) -> tuple[Any, str, str]:
        """The schema that a reference in the file ``within`` names, with its file and its JSON pointer."""
        if (reference, within) not in self._followed:
            name, _, pointer = reference.partition("#")
            file = posixpath.normpath(posixpath.join(posixpath.dirname(within), name)) if name else within
            schema = self.document(file)
            for step in pointer.split("/")[1:]:
                schema = schema[step]
            self._followed[reference, within] = schema, file, pointer
        return self._followed[reference, within]

    def document(self, file: str) -> dict[str, Any]:
        """The parsed content of a file of the folder, or of an absolute path; cached."""
        if file not in self._documents:
            path = self._folder / (f"types-{self._types}.json" if file == "types.json" else file)
            content = json.loads(path.read_text("utf-8"))
            self._documents[file] = content if self._required == "documented" else _observed(content)
        return self._documents[file]

    def put(self, file: str, document: dict[str, Any]) -> None:
        """Use a document instead of a file's content, in validators compiled from now on."""
        self._documents[file] = document

    def _compile(self, name: str) -> Callable[[Any], bool]:
        # Imported on first use: some megabytes of native code.
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
        """The schema, and the documents that it can refer to, each with its URI."""
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
    """The schema without the required fields that official demos omit."""
    if isinstance(schema, list):
        return [_observed(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    relaxed = {name: _observed(inner) for name, inner in schema.items()}
    if OBSERVED_ABSENT in schema:
        relaxed["required"] = [name for name in schema["required"] if name not in schema[OBSERVED_ABSENT]]
    return relaxed


def nesting(text: str) -> int:
    """The maximum number of open objects and arrays in a text, valid JSON or not.

    JSON parsers have limits of their own, with different values and messages.
    """
    most = level = 0
    for token in _BRACKETS.finditer(text):
        if token[0] in ("{", "["):
            level += 1
            most = max(most, level)
        elif token[0] in ("}", "]"):
            level = max(level - 1, 0)
    return most
