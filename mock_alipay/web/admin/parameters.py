"""What admin calls ask for: query parameters and bodies, read strictly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request

from mock_alipay.contracts.schemas import Schemas
from mock_alipay.errors import Fault
from mock_alipay.text.wording import close, described, not_json, short
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.web.asgi.request_body import read_body

SCHEMA = str(Path(__file__).with_name("admin.json"))
"""What each admin call takes and gives."""
JSON = "application/json"
YAML = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")

_MAX_BODY = 256 * 1024
_WHOLE = re.compile(r"[0-9]{1,13}")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
"""As JSON writes numbers, and so as programs do: 1e-07."""


def parameters(request: Request, known: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The query, as ``known`` (schemas by name) types it and with its defaults.

    HttpProblem (400) for a parameter that does not exist, is given twice, or has a wrong value.
    """
    found = {name: schema["default"] for name, schema in known.items() if "default" in schema}
    given: set[str] = set()
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise unknown("query parameter", name, known)
        if name in given:
            raise HttpProblem(400, "Parameter given twice", f"query parameter {name} is given twice")
        given.add(name)
        found[name] = _typed(name, value, known[name])
    return found


async def body_of(request: Request) -> tuple[str, bytes]:
    """The body's media type, lower case, and its bytes."""
    raw = await read_body(request.scope, request.receive, _MAX_BODY, flag=None)
    if raw is None:
        # Half a body is not an empty one: a reset meant for one client id would become a reset of all.
        raise HttpProblem(400, "Body incomplete", "the client left before the body had arrived")
    return request.headers.get("content-type", "").partition(";")[0].strip().lower(), raw


def json_object(media: str, raw: bytes) -> dict[str, Any]:
    """A JSON object from a body, without its nulls; an empty body counts as {}."""
    if not raw.strip():
        return {}
    if media != JSON:
        raise wrong_media(media, [JSON])
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise HttpProblem(400, "Not JSON", f"the body is {not_json(error)}") from None
    if not isinstance(body, dict):
        raise HttpProblem(400, "Bad body", f"expected a JSON object, got {described(body)}")
    return {name: value for name, value in body.items() if value is not None}


def check(schemas: Schemas, schema: str, body: Mapping[str, Any]) -> None:
    """HttpProblem (400) tells everything that ``schema`` says no to, and what is allowed."""
    if schemas.accepts(schema, body):
        return
    file, _, pointer = schema.partition("#")
    allowed = schemas.resolve({"$ref": f"#{pointer}"}, file)[0]["properties"]
    for name in body:
        if name not in allowed:
            raise unknown("field", name, allowed)
    raise bad_fields(schemas.explain(schema, body), list(allowed))


def bad_fields(faults: Iterable[Fault], allowed: list[str]) -> HttpProblem:
    """The error for fields that are missing or wrong."""
    told = [{"path": f.path, "expected": f.expected, "found": f.found, "message": f.text} for f in faults]
    return HttpProblem(400, "Bad field", "; ".join(fault["message"] for fault in told), faults=told, allowed=allowed)


def wrong_media(found: str, allowed: Iterable[str]) -> HttpProblem:
    """The error for a body of another type."""
    expected = ", ".join(allowed)
    return HttpProblem(415, "Wrong media type", f"header Content-Type: expected {expected}, got {found or 'none'}")


def unknown(what: str, name: str, allowed: Iterable[str]) -> HttpProblem:
    """The error for a name that does not exist."""
    names = list(allowed)
    meant = close(name, names)
    hint = f"did you mean {meant}? " if meant else ""
    detail = f"there is no {what} '{name[:80]}'; {hint}allowed: {', '.join(names) or 'none'}"
    return HttpProblem(400, f"Unknown {what}", detail, allowed=names)


def _number(text: str, kind: str) -> float | None:
    if kind == "integer":
        return int(text) if _WHOLE.fullmatch(text) else None
    return float(text) if _NUMBER.fullmatch(text) else None


def _typed(name: str, text: str, schema: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    fits: bool
    if kind in ("integer", "number"):
        value = _number(text, kind)
        fits = value is not None and schema["minimum"] <= value <= schema["maximum"]
        if fits:
            return value
    else:
        pattern = schema.get("pattern")
        fits = text in schema["enum"] if "enum" in schema else not pattern or bool(re.fullmatch(pattern, text))
    if not fits or not text:
        words = [word for word in schema.get("enum", ()) if isinstance(word, str)]
        expected = " or ".join(words) if words else schema.get("title", "a value")
        meant = close(text, words) if words else None
        hint = f"; did you mean {meant}?" if meant else ""
        raise HttpProblem(400, "Bad parameter", f"{name}: expected {expected}, got {short(text) or 'nothing'}{hint}")
    return text
