"""Query parameters and bodies of admin calls are validated."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from starlette.requests import Request

from mock_alipay.contracts import load
from mock_alipay.web.admin.parameters import JSON, SCHEMA, body_of, check, json_object, parameters, unknown
from mock_alipay.web.asgi.problems import HttpProblem


def request(query: str = "", *body: bytes, media: str | None = JSON, whole: bool = True) -> Request:
    """A request as from a server, its body in pieces; not ``whole`` when its client disconnects before the end."""
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": piece, "more_body": True} for piece in body]
    messages.append({"type": "http.request"} if whole else {"type": "http.disconnect"})

    async def receive() -> Any:
        return messages.pop(0)

    headers = [] if media is None else [(b"content-type", media.encode())]
    scope = {"type": "http", "method": "PUT", "path": "/", "query_string": query.encode(), "headers": headers}
    return Request(scope, receive)


def read(body: bytes, media: str = JSON) -> dict[str, Any]:
    """The body of ``PUT /scenario``: an optional text, a required text and an optional number."""
    content = json_object(media, body)
    check(load().schemas, f"{SCHEMA}#/$defs/Choice", content)
    return content


WHOLE: dict[str, Any] = {"title": "a whole number from 1 to 1000", "type": "integer", "minimum": 1, "maximum": 1000}
NUMBER: dict[str, Any] = {"title": "seconds from 0 to 300", "type": "number", "minimum": 0, "maximum": 300}
NAME: dict[str, Any] = {"title": "a name", "type": "string", "pattern": "^[a-z]{1,3}$"}
KIND: dict[str, Any] = {"title": "a or b", "enum": ["a", "b"]}


def test_parameters_have_types_and_defaults() -> None:
    """They are percent-decoded."""
    known = {"limit": {**WHOLE, "default": 5}, "timeout": {**NUMBER, "default": 1.5}, "x": {"type": "string"}}
    assert {"limit": 5, "timeout": 1.5} == parameters(request(), known)
    values = parameters(request("x=a%20b%26c&limit=007&timeout=1e-07"), known)
    assert ({"limit": 7, "timeout": 1e-07, "x": "a b&c"}, int) == (values, type(values["limit"]))
    for schema, text in (*((WHOLE, n) for n in ("1", "1000")), *((NUMBER, n) for n in ("0", "300")), (NAME, "abc")):
        assert text == str(parameters(request(f"x={text}"), {"x": schema})["x"]).removesuffix(".0")


def test_unknown_repeated_and_empty_parameters_are_refused() -> None:
    """With what is allowed."""
    for query, word in (
        ("limt=1", "did you mean limit? allowed: limit, after"),
        ("zzzz", "'zzzz'; allowed: limit, after"),
        ("limit=1&limit=2", "limit: expected one"),
        ("limit=", "limit: expected a value, got nothing"),
    ):
        with pytest.raises(HttpProblem, match=re.escape(word)) as caught:
            parameters(request(query), {name: {"type": "string"} for name in ("limit", "after")})
        assert 400 == caught.value.status


@pytest.mark.parametrize(
    ("schema", "texts"),
    [
        (WHOLE, ["0", "1001", "-1", "+1", "1.0", "1e2", "", " 1", "1\n", "ten", "٣", "²", "9" * 5000, "1_0"]),
        (NUMBER, ["-0", "300.000001", "1e999", "inf", "nan", "", " 1", ".5", "5.", "0x1", "5s", "9" * 999]),
        (NAME, ["", "abcd", "A", "a\n"]),
        (KIND, ["", "c", "A", "a,b"]),
    ],
    ids=["integer", "number", "pattern", "enum"],
)
def test_an_invalid_value_is_refused(schema: dict[str, Any], texts: list[str]) -> None:
    """With what was expected, and at most 40 characters of the value."""
    for text in texts:
        with pytest.raises(HttpProblem) as caught:
            parameters(request(f"x={quote(text)}"), {"x": schema})
        assert caught.value.detail.startswith(f"x: expected {schema['title']}, got ")
        assert (400, True) == (caught.value.status, len(caught.value.detail) < 120)


def test_null_is_absent_and_an_empty_body_is_an_empty_object() -> None:
    """The media type of an empty body does not matter."""
    assert {"scenario": "slow", "times": 2} == read(b'{"scenario": "slow", "clientId": null, "times": 2}')
    assert [{}, {}] == [json_object("text/plain", b" \n"), json_object(JSON, b"{}")]


@pytest.mark.parametrize(("header", "expected"), [("Application/JSON ;charset=utf-8", JSON), (None, "")])
async def test_a_body_has_a_media_type_and_a_limit(header: str | None, expected: str) -> None:
    """The media type is without parameters, in lower case; the limit is 256 KiB; an incomplete body is refused."""
    raw = b" " * (256 * 1024)
    assert (expected, raw) == await body_of(request("", raw[:7], raw[7:], media=header))
    for body, whole, status in ((raw + b" ", True, 413), (b"{}", False, 400)):
        with pytest.raises(HttpProblem) as caught:
            await body_of(request("", body, media=header, whole=whole))
        assert (status, False) == (caught.value.status, "--max-body" in caught.value.detail)


@pytest.mark.parametrize(
    ("media", "body", "status", "word"),
    [
        ("", b'{"scenario": "slow"}', 415, "got none"),
        ("application/jsonx", b'{"scenario": "slow"}', 415, "expected application/json, got application/jsonx"),
        (JSON, b'{"scenario": "slow"', 400, "not JSON"),
        (JSON, b"\xff", 400, "not JSON"),
        (JSON, b'["scenario"]', 400, "expected a JSON object, got an array"),
        (JSON, b'{"scenario": "slow", "times": true}', 400, "times: expected a JSON integer, got true"),
        (JSON, b'{"scenario": "slow", "times": 0}', 400, "times: expected a whole number from 1"),
        (JSON, b'{"scenario": "slow", "clientID": "x"}', 400, "mean clientId? allowed: clientId, scenario, times"),
        (JSON, b"", 400, "scenario: missing, it is required"),
        (JSON, b'{"scenario": null}', 400, "scenario: missing, it is required"),
    ],
)
def test_an_invalid_body_is_refused(media: str, body: bytes, status: int, word: str) -> None:
    """With what was expected; forms that pages of other origins can send are of other media types."""
    with pytest.raises(HttpProblem) as caught:
        read(body, media)
    assert (status, True) == (caught.value.status, word in caught.value.detail), caught.value.detail


def test_every_invalid_field_is_listed() -> None:
    """With what is allowed; a long name is cut."""
    with pytest.raises(HttpProblem) as caught:
        read(b'{"times": 0, "clientId": "a b"}')
    faults = caught.value.extra["faults"]
    assert {"scenario", "times", "clientId"} == {fault["path"] for fault in faults}
    assert "; ".join(fault["message"] for fault in faults) == caught.value.detail
    assert ["clientId", "scenario", "times"] == caught.value.extra["allowed"]
    assert len(unknown("field", "x" * 100_000, ["a"]).detail) < 200
