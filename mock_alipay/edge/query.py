"""What admin calls ask for: query parameters and JSON bodies, read strictly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from starlette.requests import Request

from mock_alipay.edge.merchant import read_body
from mock_alipay.errors import Misuse
from mock_alipay.journal import Entry
from mock_alipay.words import close, described

FILTERS: Mapping[str, Callable[[Entry], str | None]] = {
    "clientId": lambda entry: entry.client_id,
    "endpoint": lambda entry: entry.endpoint,
    "paymentRequestId": lambda entry: entry.payment_request_id,
    "resultCode": lambda entry: entry.result_code,
    "scenario": lambda entry: entry.scenario,
}
"""Query parameters of the journal, and what each is compared with."""

DEFAULT_LIMIT = 100
MOST = 1_000
_MAX_BODY = 256 * 1024


def parameters(request: Request, allowed: Sequence[str]) -> dict[str, str]:
    """The query; Misuse (400) for a parameter that does not exist or is given twice."""
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in allowed:
            raise unknown("query parameter", name, allowed)
        if name in found:
            raise Misuse(400, "Parameter given twice", f"query parameter {name} is given twice")
        found[name] = value
    return found


def whole_number(query: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A number among the parameters; Misuse (400) when it is none or out of range."""
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 12 or not least <= int(text) <= most:
        raise Misuse(400, "Bad parameter", f"{name}: expected a whole number from {least} to {most}, got {text[:40]}")
    return int(text)


def wanted(query: Mapping[str, str]) -> Callable[[Entry], bool]:
    """A predicate on journal entries from the filters in a query."""
    chosen = [(FILTERS[name], value) for name, value in query.items() if name in FILTERS]
    return lambda entry: all(read(entry) == value for read, value in chosen)


async def json_object(request: Request, allowed: Mapping[str, type], required: Sequence[str] = ()) -> dict[str, Any]:
    """The body, an object of known names and types; an empty body counts as {}."""
    raw = await read_body(request.scope, request.receive, _MAX_BODY, flag=None)
    if raw is None:
        # Half a body is not an empty one: a reset meant for one client id would become a reset of all.
        raise Misuse(400, "Body incomplete", "the client left before the body had arrived")
    body = _parsed(request, raw) if raw.strip() else {}
    if not isinstance(body, dict):
        raise Misuse(400, "Bad body", f"expected a JSON object, got {described(body)}")
    for name, value in body.items():
        if name not in allowed:
            raise unknown("field", name, list(allowed))
        if value is not None and (not isinstance(value, allowed[name]) or isinstance(value, bool)):
            kind = "a string" if allowed[name] is str else "a whole number"
            raise Misuse(400, "Bad field", f"{name}: expected {kind}, got {described(value)}")
    given = {name: value for name, value in body.items() if value is not None}
    for name in required:
        if name not in given:
            raise Misuse(400, "Missing field", f"{name}: it is required", allowed=list(allowed))
    return given


def _parsed(request: Request, raw: bytes) -> Any:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise Misuse(415, "Not JSON", f"header Content-Type: expected application/json, got {media or 'none'}")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Misuse(400, "Not JSON", f"the body is not JSON: {error}") from None


def unknown(what: str, name: str, allowed: Sequence[str]) -> Misuse:
    """The error for a name that does not exist."""
    meant = close(name, allowed)
    hint = f"did you mean {meant}? " if meant else ""
    listed = ", ".join(allowed) or "none"
    return Misuse(
        400, f"Unknown {what}", f"there is no {what} '{name[:80]}'; {hint}allowed: {listed}", allowed=list(allowed)
    )
