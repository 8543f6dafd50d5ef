"""Describes the merchant API and the admin API as OpenAPI 3.1, from the schemas that validate requests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from mock_alipay.contracts.names import spoken_names
from mock_alipay.contracts.samples import sample
from mock_alipay.contracts.schemas import Schemas
from mock_alipay.gateway.routing import PREFIXES
from mock_alipay.scenarios.vocabulary import SCHEMA as SCENARIO_SCHEMA
from mock_alipay.version import __version__
from mock_alipay.web.admin.parameters import SCHEMA


def describe(schemas: Schemas, endpoints: Iterable[str]) -> dict[str, Any]:
    """The OpenAPI document."""
    spoken = {id_: name for name, id_ in spoken_names(endpoints).items()}
    parts = _Components(schemas, spoken)
    paths = {f"{prefix}{id_}": {"post": _endpoint(parts, id_, prefix)} for id_ in spoken for prefix in PREFIXES}
    admin = schemas.document(SCHEMA)
    for call, spec in admin["calls"].items():
        method, _, path = call.partition(" ")
        paths.setdefault(f"/__admin{path}", {})[method.lower()] = _admin_call(parts, path, call, spec)
    own = admin["openapi"]
    return {
        **own,
        "info": {**own["info"], "version": __version__},
        "paths": paths,
        "components": {**own["components"], "schemas": parts.made()},
    }


_LOADED_SCENARIO = "#/$defs/LoadedScenario"


class _Components:
    """The schemas under ``components``, by unique names: those that are referenced, directly or indirectly."""

    def __init__(self, schemas: Schemas, spoken: Mapping[str, str]) -> None:
        self.schemas = schemas
        self.spoken = spoken
        """Endpoints as users write them, by id."""
        self._made: dict[str, Any] = {}

    def made(self) -> dict[str, Any]:
        return dict(sorted(self._made.items()))

    def ref(self, reference: str, within: str = "") -> dict[str, str]:
        """A reference to a schema file or to a definition in it, which is added to the components."""
        schema, file, pointer = self.schemas.follow(reference, within)
        name = self._name(file, pointer)
        if name not in self._made:
            self._made[name] = {}
            self._made[name] = self.rewritten(schema, file)
        return {"$ref": f"#/components/schemas/{name}"}

    def _name(self, file: str, pointer: str) -> str:
        stem = Path(file).stem
        last = pointer.rpartition("/")[2]
        if not last:
            id_, _, reply = file.removesuffix(".json").partition(".")
            word = _capitalized(self.spoken.get(id_, stem))
            return f"{word}{_capitalized(reply) or 'Request'}"
        # Definitions of the wire keep their names; those of other files get the file's name as a prefix.
        if stem == "codes":
            return f"{last}Code"
        return last if stem in ("common", "types") else f"{stem.capitalize()}{last}"

    def rewritten(self, schema: Any, within: str) -> Any:
        """A schema whose references point into the document, without keywords that concern its file only."""
        if isinstance(schema, list):
            return [self.rewritten(item, within) for item in schema]
        if not isinstance(schema, Mapping):
            return schema
        result: dict[str, Any] = {}
        for key, value in schema.items():
            if key == "$ref":
                result.update(self.ref(value, within))
            elif key not in ("$id", "$schema", "$defs", "$comment"):
                result[key] = value if key in ("enum", "const", "default") else self.rewritten(value, within)
        return result


def _capitalized(name: str) -> str:
    """``toys/cancel`` as ``ToysCancel``."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("/"))


def _endpoint(parts: _Components, id_: str, prefix: str) -> dict[str, Any]:
    sandbox, name = "sandbox" in prefix, parts.spoken[id_]
    described = parts.rewritten(parts.schemas.document(SCHEMA)["endpoint"], SCHEMA)
    described["responses"]["200"]["content"] = {"application/json": {"schema": parts.ref(f"{id_}.reply.json")}}
    described["responses"]["default"] = _problem(parts)
    return {
        **described,
        "operationId": f"{name.replace('/', '_')}{'Sandbox' if sandbox else ''}",
        "summary": name + (" for client ids of the sandbox" if sandbox else ""),
        "requestBody": _body(["application/json"], parts.ref(f"{id_}.json"), required=True, **_example(id_)),
    }


def _example(id_: str) -> dict[str, Any]:
    """The documented sample of an endpoint, if there is one: importers such as Bruno make requests of it."""
    raw = sample(id_)
    return {"example": orjson.loads(raw)} if raw else {}


def _admin_call(parts: _Components, path: str, call: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    schema = {name: parts.rewritten(one, SCHEMA) for name, one in spec.get("query", {}).items()}
    path_parameters = re.findall(r"{(\w+)}", path)
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in path_parameters
    ]
    parameters += [{"name": name, "in": "query", "schema": one} for name, one in schema.items()]
    parameters += [_header(name, one["description"]) for name, one in spec.get("headers", {}).items()]
    answers = {status: _answer(parts, one, "problem+json") for status, one in spec.get("otherwise", {}).items()}
    described: dict[str, Any] = {
        "operationId": re.sub(r"\W+(\w?)", lambda match: match[1].upper(), call.lower()),
        "summary": spec["summary"],
        "tags": ["admin"],
        "responses": {"200": _good(parts, spec), **answers, "default": _problem(parts)},
    }
    if spec.get("token", True):
        described["security"] = [{}, {"adminToken": []}]
    if parameters:
        described["parameters"] = parameters
    if "body" in spec:
        pointer = spec["body"]["$ref"]
        own = _posted(parts, pointer) if pointer == _LOADED_SCENARIO else parts.rewritten(spec["body"], SCHEMA)
        described["requestBody"] = _body(spec.get("media", ["application/json"]), own)
    return described


def _posted(parts: _Components, pointer: str) -> dict[str, Any]:
    """A scenario's schema with the additional keys of the admin API."""
    scenario = parts.rewritten(parts.schemas.document(SCENARIO_SCHEMA)["else"], SCENARIO_SCHEMA)
    own = parts.schemas.follow(pointer, SCHEMA)[0]
    properties = {**parts.rewritten(own["properties"], SCHEMA), **scenario["properties"]}
    return {"type": "object", **scenario, "description": own["description"], "properties": properties}


def _good(parts: _Components, spec: Mapping[str, Any]) -> dict[str, Any]:
    if "text" in spec:
        text = spec["text"]
        return {"description": text["description"], "content": {text["media"]: {"schema": {"type": "string"}}}}
    if "stream" not in spec:
        return _answer(parts, spec["reply"], "json")
    kinds = ", ".join(spec["stream"])
    data = {"anyOf": [parts.rewritten(one, SCHEMA) for one in spec["stream"].values()]}
    return {
        "description": f"Events named {kinds}; the data of each is one of these, as JSON.",
        "content": {"text/event-stream": {"schema": data}},
    }


def _answer(parts: _Components, schema: Mapping[str, Any], media: str) -> dict[str, Any]:
    definition = parts.schemas.follow(schema["$ref"], SCHEMA)[0]
    return {
        "description": definition.get("description", "The reply."),
        "content": {f"application/{media}": {"schema": parts.rewritten(schema, SCHEMA)}},
    }


def _problem(parts: _Components) -> dict[str, Any]:
    return _answer(parts, {"$ref": "#/$defs/Problem"}, "problem+json")


def _body(media: Iterable[str], schema: Mapping[str, Any], *, required: bool = False, **more: Any) -> dict[str, Any]:
    return {"required": required, "content": {one: {"schema": schema, **more} for one in media}}


def _header(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}
