"""JSON bodies are read and validated."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import Request

from mock_alipay.contracts import load
from mock_alipay.web.admin.parameters import SCHEMA
from mock_alipay.web.asgi.json_bodies import JSON, body_of, check, json_object, unknown
from mock_alipay.web.asgi.problems import HttpProblem


def request(*body: bytes, media: str | None = JSON, whole: bool = True) -> Request:
    """A request as from a server, its body in pieces; not ``whole`` when its client disconnects before the end."""
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": piece, "more_body": True} for piece in body]
    messages.append({"type": "http.request"} if whole else {"type": "http.disconnect"})

    async def receive() -> Any:
        return messages.pop(0)

    headers = [] if media is None else [(b"content-type", media.encode())]
    scope = {"type": "http", "method": "PUT", "path": "/", "query_string": b"", "headers": headers}
    return Request(scope, receive)


def read(body: bytes, media: str = JSON) -> dict[str, Any]:
    """The body of ``PUT /scenario``: an optional text, a required text and an optional number."""
    content = json_object(media, body)
    check(load().schemas, f"{SCHEMA}#/$defs/Choice", content)
    return content


def test_null_is_absent_and_an_empty_body_is_an_empty_object() -> None:
    """The media type of an empty body does not matter."""
    assert {"scenario": "slow", "times": 2} == read(b'{"scenario": "slow", "clientId": null, "times": 2}')
    assert [{}, {}] == [json_object("text/plain", b" \n"), json_object(JSON, b"{}")]


@pytest.mark.parametrize(("header", "expected"), [("Application/JSON ;charset=utf-8", JSON), (None, "")])
async def test_a_body_has_a_media_type_and_a_limit(header: str | None, expected: str) -> None:
    """The media type is without parameters, in lower case; the limit is 256 KiB; an incomplete body is refused."""
    raw = b" " * (256 * 1024)
    assert (expected, raw) == await body_of(request(raw[:7], raw[7:], media=header))
    for body, whole, status in ((raw + b" ", True, 413), (b"{}", False, 400)):
        with pytest.raises(HttpProblem) as caught:
            await body_of(request(body, media=header, whole=whole))
        assert (status, False) == (caught.value.status, "--max-body" in caught.value.detail)


@pytest.mark.parametrize(
    ("media", "body", "status", "word"),
    [
        ("", b'{"scenario": "slow"}', 415, "got none"),
        ("application/jsonx", b'{"scenario": "slow"}', 415, "expected application/json, got application/jsonx"),
        (JSON, b'{"scenario": "slow"', 400, "not JSON"),
        (JSON, b"\xff", 400, "not JSON"),
        (JSON, b'{"scenario": %b}' % (b"[" * 200 + b"1" + b"]" * 200), 400, "JSON nested more than 200 levels deep"),
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
