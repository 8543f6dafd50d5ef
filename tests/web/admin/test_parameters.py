"""Query parameters and JSON bodies of admin calls are read strictly."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import pytest
from starlette.requests import Request

from mock_alipay.contracts import load
from mock_alipay.web.admin.parameters import JSON, SCHEMA, body_of, check, json_object, parameters, unknown, wrong_media
from mock_alipay.web.asgi.problems import HttpProblem

SCHEMAS = load().schemas
CHOICE = f"{SCHEMA}#/$defs/Choice"


def request(
    query: str = "", body: bytes = b"", media: str | None = "application/json", *, whole: bool = True
) -> Request:
    """A request as the server hands it over; not ``whole`` when its client leaves half-way."""
    headers = [(b"content-type", media.encode())] if media is not None else []
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": not whole}]
    if not whole:
        messages.append({"type": "http.disconnect"})

    async def receive() -> Any:
        return messages.pop(0)

    scope = {"type": "http", "method": "PUT", "path": "/", "query_string": query.encode(), "headers": headers}
    return Request(scope, receive)


def read(body: bytes, media: str = "application/json") -> dict[str, Any]:
    """The body read as that of ``PUT /scenario``: an optional text, a required text and an optional number."""
    found = json_object(media, body)
    check(SCHEMAS, CHOICE, found)
    return found


# --- parameters -------------------------------------------------------------------------------------------------------


def test_parameters() -> None:
    """Known parameters are read as their schemas type them, percent-decoded, with their defaults."""
    known: dict[str, Any] = {
        "clientId": {"type": "string"},
        "limit": {"type": "integer", "minimum": 1, "maximum": 9, "default": 5},
        "timeout": {"type": "number", "minimum": 0, "maximum": 9, "default": 1.5},
        "kind": {"enum": ["a", "b"]},
    }
    assert {"limit": 5, "timeout": 1.5} == parameters(request(), known)
    found = parameters(request("clientId=a%20b%26c&limit=7&timeout=0.25&kind=b"), known)
    assert {"clientId": "a b&c", "limit": 7, "timeout": 0.25, "kind": "b"} == found
    assert isinstance(found["limit"], int)


@pytest.mark.parametrize(
    ("query", "allowed", "words"),
    [
        ("limt=1", ["limit", "after"], ["'limt'", "did you mean limit?", "allowed: limit, after"]),
        ("clientid=x", ["clientId"], ["did you mean clientId?"]),
        ("x", [], ["'x'", "allowed: none"]),
        ("limit=1&limit=2", ["limit"], ["limit is given twice"]),
        ("limit=&limit=2", ["limit"], ["limit"]),
        ("limit=", ["limit"], ["limit: expected a value, got nothing"]),
    ],
)
def test_wrong_parameters(query: str, allowed: list[str], words: list[str]) -> None:
    """An unknown parameter is refused with what is allowed, one given twice or without a value too."""
    with pytest.raises(HttpProblem) as caught:
        parameters(request(query), {name: {"type": "string"} for name in allowed})
    assert caught.value.status == 400
    for word in words:
        assert word in caught.value.detail


WHOLE = {"title": "a whole number from 1 to 1000", "type": "integer", "minimum": 1, "maximum": 1000}
NUMBER = {"title": "seconds from 0 to 300", "type": "number", "minimum": 0, "maximum": 300}
NAME = {"title": "a name", "type": "string", "pattern": "^[a-z]{1,3}$"}
KIND = {"title": "a or b", "enum": ["a", "b"]}


@pytest.mark.parametrize(
    ("schema", "text", "expected"),
    [
        (WHOLE, "1", 1),
        (WHOLE, "1000", 1000),
        (WHOLE, "007", 7),
        (NUMBER, "0", 0.0),
        (NUMBER, "300", 300.0),
        (NUMBER, "0.000001", 0.000001),
        (NUMBER, str(0.1 + 0.2), 0.1 + 0.2),
        (NUMBER, str(1e-7), 1e-7),
        (NUMBER, "3E+2", 300.0),
        (NUMBER, "299.999999", 299.999999),
        (NAME, "abc", "abc"),
        (KIND, "b", "b"),
    ],
)
def test_values(schema: dict[str, Any], text: str, expected: object) -> None:
    """A value within its bounds is read."""
    assert {"x": expected} == parameters(request(f"x={quote(text)}"), {"x": schema})


@pytest.mark.parametrize(
    ("schema", "texts"),
    [
        (
            WHOLE,
            ["0", "1001", "-1", "+1", "1.0", "1.5", "1e2", "", " 1", "1 ", "1\n", "ten", "٣", "²", "9" * 5000, "1_0"],
        ),
        (
            NUMBER,
            [
                *("-1", "-0", "-1e-07", "300.000001", "301", "3.1e2", "1e999", "inf", "-inf", "nan", "Infinity", "NaN"),
                *("", " 1", "1\n", ".5", "5.", "0x1", "1_0", "+1", "1e", "1,5", "5s", "٣", "9" * 5000),
            ],
        ),
        (NAME, ["", "abcd", "A", "a\n", "a b", "ä"]),
        (KIND, ["", "c", "A", "a,b"]),
    ],
)
def test_no_values(schema: dict[str, Any], texts: list[str]) -> None:
    """Anything else is refused with what is expected; what was sent is cut short."""
    for text in texts:
        with pytest.raises(HttpProblem) as caught:
            parameters(request(f"x={quote(text)}"), {"x": schema})
        assert (400, "Bad parameter") == (caught.value.status, caught.value.title)
        assert caught.value.detail.startswith(f"x: expected {schema['title']}, got ")
        assert len(caught.value.detail) < 120


# --- bodies -----------------------------------------------------------------------------------------------------------


def test_json_object() -> None:
    """Known fields are read; null is the same as absent, and so is no body at all."""
    assert {"scenario": "slow", "times": 2} == read(b'{"scenario": "slow", "clientId": null, "times": 2}')
    assert [{}, {}, {}] == [json_object("", b""), json_object("text/plain", b" \n"), json_object(JSON, b"{}")]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("application/json", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ("Application/JSON ;charset=utf-8", "application/json"),
        (None, ""),
        ("", ""),
    ],
)
def test_body_of(header: str | None, expected: str) -> None:
    """A body comes with its media type, without parameters and in lower case."""
    assert (expected, b"x") == asyncio.run(body_of(request(body=b"x", media=header)))


@pytest.mark.parametrize("media", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_other_media_types(media: str) -> None:
    """A body of another type is refused, as pages of other origins can send those unasked."""
    with pytest.raises(HttpProblem) as caught:
        read(b'{"scenario": "slow"}', media)
    assert (415, True) == (caught.value.status, f"got {media or 'none'}" in caught.value.detail)
    assert "header Content-Type: expected a/b, c/d, got e/f" == wrong_media("e/f", ["a/b", "c/d"]).detail


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"scenario": "slow"', ["not JSON"]),
        (b"scenario: slow", ["not JSON"]),
        (b'{"scenario": NaN}', ["not JSON"]),
        (b"\xff", ["not JSON"]),
        (b'["scenario"]', ["expected a JSON object, got an array"]),
        (b'"slow"', ["expected a JSON object", "slow"]),
        (b"null", ["expected a JSON object, got null"]),
        (b'{"scenario": 5}', ["scenario: expected a JSON string, got the number 5"]),
        (b'{"scenario": "slow", "times": "2"}', ["times: expected a JSON integer", '"2"']),
        (b'{"scenario": "slow", "times": 1.5}', ["times: expected a JSON integer", "1.5"]),
        (b'{"scenario": "slow", "times": true}', ["times: expected a JSON integer, got true"]),
        (b'{"scenario": ["slow"]}', ["scenario: expected a JSON string, got an array"]),
        (
            b'{"scenario": "slow", "clientID": "x"}',
            ["'clientID'", "did you mean clientId?", "allowed: clientId, scenario, times"],
        ),
        (b"{}", ["scenario: missing, it is required"]),
        (b"", ["scenario: missing, it is required"]),
        (b" \n", ["scenario: missing, it is required"]),
        (b'{"scenario": null}', ["scenario: missing, it is required"]),
    ],
)
def test_wrong_bodies(body: bytes, words: list[str]) -> None:
    """A body that is no object of the known names and types is refused with what is wrong and allowed."""
    with pytest.raises(HttpProblem) as caught:
        read(body)
    assert caught.value.status == 400
    for word in words:
        assert word in caught.value.detail


def test_all_that_is_wrong() -> None:
    """Every wrong field is told, in words and apart, with what is allowed."""
    with pytest.raises(HttpProblem) as caught:
        read(b'{"times": 0, "clientId": "a b"}')
    extra = caught.value.extra
    assert {"scenario", "times", "clientId"} == {fault["path"] for fault in extra["faults"]}
    assert "; ".join(fault["message"] for fault in extra["faults"]) == caught.value.detail
    assert ["clientId", "scenario", "times"] == extra["allowed"]


def test_body_limit() -> None:
    """A body of 256 KiB is read, a larger one refused with the limit."""
    raw = b" " * (256 * 1024)
    assert raw == asyncio.run(body_of(request(body=raw)))[1]
    with pytest.raises(HttpProblem) as caught:
        asyncio.run(body_of(request(body=raw + b" ")))
    assert (413, True, False) == (
        caught.value.status,
        "at most 262144 bytes" in caught.value.detail,
        "--max-body" in caught.value.detail,
    )


@pytest.mark.parametrize("body", [b"", b'{"scenario": "slow"}'])
def test_half_a_body(body: bytes) -> None:
    """A client that leaves before its body is complete changes nothing, not even as if it had sent none."""
    with pytest.raises(HttpProblem) as caught:
        asyncio.run(body_of(request(body=body, whole=False)))
    assert (400, "Body incomplete") == (caught.value.status, caught.value.title)


def test_unknown_names_are_cut_short() -> None:
    """An endless name is not repeated whole."""
    assert len(unknown("field", "x" * 100_000, ["a"]).detail) < 200
