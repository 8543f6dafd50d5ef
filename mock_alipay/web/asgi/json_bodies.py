"""Reads and validates the JSON bodies of requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from starlette.requests import Request

from mock_alipay.contracts.schemas import Schemas
from mock_alipay.errors import Fault
from mock_alipay.text.json_text import MAX_LEVELS, depth
from mock_alipay.text.wording import close, described, not_json, short
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.web.asgi.request_body import read_body

JSON = "application/json"
YAML = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")

MAX_BODY = 256 * 1024


async def body_of(request: Request, most: int = MAX_BODY) -> tuple[str, bytes]:
    """The body's media type in lower case, and its bytes, at most so many."""
    raw = await read_body(request.scope, request.receive, most, flag=None)
    if raw is None:
        # An incomplete body must not count as an empty one: a reset of one client id would become a reset of all.
        raise HttpProblem(400, "Incomplete body", "the client disconnected before the end of the body")
    return request.headers.get("content-type", "").partition(";")[0].strip().lower(), raw


def json_object(media: str, raw: bytes) -> dict[str, Any]:
    """The JSON object in a body, without members that are null; an empty body counts as {}."""
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
    if depth(body) > MAX_LEVELS:
        raise HttpProblem(
            400, "Bad body", f"expected a JSON object, got JSON nested more than {MAX_LEVELS} levels deep"
        )
    return {name: value for name, value in body.items() if value is not None}


def check(schemas: Schemas, schema: str, body: Mapping[str, Any]) -> None:
    """HttpProblem (400) lists everything in a body that is invalid by ``schema``, and the allowed fields."""
    if schemas.accepts(schema, body):
        return
    file, _, pointer = schema.partition("#")
    allowed = schemas.resolve({"$ref": f"#{pointer}"}, file)[0]["properties"]
    for name in body:
        if name not in allowed:
            raise unknown("field", name, allowed)
    raise bad_fields(schemas.explain(schema, body), list(allowed))


def bad_fields(faults: Iterable[Fault], allowed: list[str]) -> HttpProblem:
    """The error for fields that are missing or invalid."""
    details = [{"path": f.path, "expected": f.expected, "found": f.found, "message": f.text} for f in faults]
    return HttpProblem(
        400, "Bad field", "; ".join(fault["message"] for fault in details), faults=details, allowed=allowed
    )


def wrong_media(media: str, allowed: Iterable[str]) -> HttpProblem:
    """The error for a body of an unsupported media type."""
    expected = ", ".join(allowed)
    return HttpProblem(415, "Wrong media type", f"header Content-Type: expected {expected}, got {media or 'none'}")


def unknown(noun: str, name: str, allowed: Iterable[str]) -> HttpProblem:
    """The error for an unknown name, with the closest known one; ``noun`` says what it names."""
    names = list(allowed)
    meant = close(name, names)
    hint = f"did you mean {meant}? " if meant else ""
    detail = f"there is no {noun} '{short(name, 80)}'; {hint}allowed: {', '.join(names) or 'none'}"
    return HttpProblem(400, f"Unknown {noun}", detail, allowed=names)
