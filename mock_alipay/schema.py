"""JSON Schemas: a compiled validator decides, a patient one explains.

jsonschema-rs answers yes or no in some 2 µs for the documented sample, jsonschema takes 230 µs but
tells what is wrong. So the second is asked only when the first has said no.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mock_alipay.explain import faults
from mock_alipay.terms import Fault, TypeMode

if TYPE_CHECKING:
    import jsonschema_rs
    from jsonschema.protocols import Validator

FOLDER = Path(__file__).parent / "schemas"
_SHARED = ("common.json", "codes.json")


class Schemas:
    """The shipped schemas, with documented Booleans and Integers typed as ``types`` says."""

    def __init__(self, types: TypeMode = "documented") -> None:
        self._types = types
        self._deciders: dict[str, Callable[[Any], bool]] = {}

    def accepts(self, name: str, value: Any) -> bool:
        """Whether ``value`` is valid; ``name`` is a schema's file name without its ending."""
        decide = self._deciders.get(name)
        if decide is None:
            decide = self._deciders[name] = self._compile(name)
        return decide(value)

    def explain(self, name: str, value: Any) -> list[Fault]:
        """Everything wrong with ``value``, outermost and foremost first; empty when it is valid."""
        return faults(self._explainer(name).iter_errors(value))

    def resolve(self, schema: dict[str, Any], within: str) -> tuple[dict[str, Any], str]:
        """Follow ``schema``'s ``$ref`` if it has one; with the file that the result stands in."""
        while "$ref" in schema:
            file, _, pointer = schema["$ref"].partition("#")
            within = file or within
            schema = self.document(within)
            for step in pointer.split("/")[1:]:
                schema = schema[step]
        return schema, within

    def document(self, file: str) -> dict[str, Any]:
        """A schema file's content."""
        content: dict[str, Any] = read(f"types-{self._types}.json" if file == "types.json" else file)
        return content

    def _compile(self, name: str) -> Callable[[Any], bool]:
        # Imported when the first call comes: native code of some megabytes.
        import jsonschema_rs

        validator: jsonschema_rs.Draft202012Validator = jsonschema_rs.Draft202012Validator(
            self.document(f"{name}.json"), registry=jsonschema_rs.Registry(list(self._documents()))
        )
        return validator.is_valid

    def _explainer(self, name: str) -> Validator:
        from mock_alipay.explain import validator_class

        return validator_class()(self.document(f"{name}.json"), registry=self._registry)

    @cached_property
    def _registry(self) -> Any:
        from referencing import Registry, Resource

        resources = [(uri, Resource.from_contents(document)) for uri, document in self._documents()]
        return Registry().with_resources(resources)

    def _documents(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for file in (*_SHARED, "types.json"):
            document = self.document(file)
            yield document["$id"], document


@cache
def read(file: str) -> Any:
    """A data file of the schema folder, parsed once."""
    return json.loads((FOLDER / file).read_text("utf-8"))
