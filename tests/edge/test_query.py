"""Query parameters and JSON bodies of admin calls are read strictly."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from mock_alipay.edge.query import json_object, parameters, unknown, whole_number
from mock_alipay.errors import Misuse


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


def read(body: bytes, media: str | None = "application/json", *, whole: bool = True) -> dict[str, Any]:
    """The body read as that of a call with an optional text, a required text and an optional number."""
    asked = request(body=body, media=media, whole=whole)
    return asyncio.run(json_object(asked, {"clientId": str, "scenario": str, "times": int}, ["scenario"]))


def test_parameters() -> None:
    """Known parameters are read, percent-decoded, an empty one as empty."""
    assert {"clientId": "a b&c", "limit": ""} == parameters(request("clientId=a%20b%26c&limit="), ["clientId", "limit"])


@pytest.mark.parametrize(
    ("query", "allowed", "words"),
    [
        ("limt=1", ["limit", "after"], ["'limt'", "did you mean limit?", "allowed: limit, after"]),
        ("clientid=x", ["clientId"], ["did you mean clientId?"]),
        ("x", [], ["'x'", "allowed: none"]),
        ("limit=1&limit=2", ["limit"], ["limit is given twice"]),
    ],
)
def test_wrong_parameters(query: str, allowed: list[str], words: list[str]) -> None:
    """An unknown parameter is refused with what is allowed, one given twice too."""
    with pytest.raises(Misuse) as caught:
        parameters(request(query), allowed)
    assert caught.value.status == 400
    for word in words:
        assert word in caught.value.detail


@pytest.mark.parametrize(("text", "expected"), [("1", 1), ("1000", 1000), ("007", 7)])
def test_whole_number(text: str, expected: int) -> None:
    """A number within its bounds is read."""
    assert expected == whole_number({"limit": text}, "limit", 100, 1, 1000)


def test_whole_number_left_out() -> None:
    """One that is left out has its default."""
    assert whole_number({}, "limit", 100, 1, 1000) == 100


@pytest.mark.parametrize("text", ["0", "1001", "-1", "+1", "1.0", "1e2", "", " 1", "ten", "٣", "²", "9" * 5000])
def test_no_whole_number(text: str) -> None:
    """Anything else is refused with the bounds; what was sent is cut short."""
    with pytest.raises(Misuse) as caught:
        whole_number({"limit": text}, "limit", 100, 1, 1000)
    assert caught.value.status == 400
    assert "limit: expected a whole number from 1 to 1000" in caught.value.detail
    assert len(caught.value.detail) < 120


def test_json_object() -> None:
    """Known fields are read; null is the same as absent."""
    assert {"scenario": "slow", "times": 2} == read(b'{"scenario": "slow", "clientId": null, "times": 2}')


@pytest.mark.parametrize("media", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_media_types(media: str) -> None:
    """Parameters and case of the content type are free."""
    assert {"scenario": "slow"} == read(b'{"scenario": "slow"}', media)


@pytest.mark.parametrize("media", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_other_media_types(media: str | None) -> None:
    """A body of another type is refused, as pages of other origins can send those unasked."""
    with pytest.raises(Misuse) as caught:
        read(b'{"scenario": "slow"}', media)
    assert (415, True) == (caught.value.status, f"got {media or 'none'}" in caught.value.detail)


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
        (b'{"scenario": 5}', ["scenario: expected a string, got the number 5"]),
        (b'{"scenario": "slow", "times": "2"}', ["times: expected a whole number", '"2"']),
        (b'{"scenario": "slow", "times": 1.5}', ["times: expected a whole number", "1.5"]),
        (b'{"scenario": "slow", "times": true}', ["times: expected a whole number, got true"]),
        (b'{"scenario": ["slow"]}', ["scenario: expected a string, got an array"]),
        (
            b'{"scenario": "slow", "clientID": "x"}',
            ["'clientID'", "did you mean clientId?", "allowed: clientId, scenario, times"],
        ),
        (b"{}", ["scenario: it is required"]),
        (b"", ["scenario: it is required"]),
        (b" \n", ["scenario: it is required"]),
        (b'{"scenario": null}', ["scenario: it is required"]),
    ],
)
def test_wrong_bodies(body: bytes, words: list[str]) -> None:
    """A body that is no object of the known names and types is refused with what is wrong and allowed."""
    with pytest.raises(Misuse) as caught:
        read(body)
    assert caught.value.status == 400
    for word in words:
        assert word in caught.value.detail


def test_body_limit() -> None:
    """A body of 256 KiB is read, a larger one refused with the limit."""
    padding = b" " * (256 * 1024 - len(b'{"scenario":"s"}'))
    assert {"scenario": "s"} == read(b'{"scenario":"s"}' + padding)
    with pytest.raises(Misuse) as caught:
        read(b'{"scenario":"s"}' + padding + b" ")
    assert (413, True, False) == (
        caught.value.status,
        "at most 262144 bytes" in caught.value.detail,
        "--max-body" in caught.value.detail,
    )


@pytest.mark.parametrize("body", [b"", b'{"scenario": "slow"}'])
def test_half_a_body(body: bytes) -> None:
    """A client that leaves before its body is complete changes nothing, not even as if it had sent none."""
    with pytest.raises(Misuse) as caught:
        read(body, whole=False)
    assert (400, "Body incomplete") == (caught.value.status, caught.value.title)


def test_unknown_names_are_cut_short() -> None:
    """An endless name is not repeated whole."""
    assert len(unknown("field", "x" * 100_000, ["a"]).detail) < 200
