"""Query parameters are validated."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from starlette.requests import Request

from mock_alipay.web.admin.parameters import parameters
from mock_alipay.web.asgi.problems import HttpProblem


def request(query: str = "") -> Request:
    """A request with a query."""
    return Request({"type": "http", "method": "PUT", "path": "/", "query_string": query.encode(), "headers": []})


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
