"""Request targets in origin form and absolute form."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.server.extensions import TARGET
from mock_alipay.web.request_target import origin_form, raw_target


@pytest.mark.parametrize(
    ("raw", "target", "reply_target"),
    [
        ("/ams/api/v1/x", "/ams/api/v1/x", "/ams/api/v1/x"),
        ("/ams/api//v1/x?a=//b", "/ams/api//v1/x?a=//b", "/ams/api//v1/x?a=//b"),
        ("/x?next=https://elsewhere/y", "/x?next=https://elsewhere/y", "/x?next=https://elsewhere/y"),
        ("https://h:8943/ams/x?a=b", "/ams/x?a=b", "/ams/x?a=b"),
        ("https://h//ams//x", "//ams//x", "/ams//x"),
        ("http://h///ams", "///ams", "/ams"),
        ("https://[::1]:2089/ams/x", "/ams/x", "/ams/x"),
        ("https://h", "", "/"),
        ("*", "*", "*"),
        ("", "", ""),
    ],
)
def test_a_target_as_signed_and_as_verified_in_the_reply(raw: str, target: str, reply_target: str) -> None:
    """A URL loses its origin; its reply is signed over a target with one leading slash."""
    assert (target, reply_target) == origin_form(raw)


@pytest.mark.parametrize(
    ("scope", "target"),
    [
        ({"path": "/a b", "raw_path": b"/a%20b", "query_string": b""}, "/a%20b"),
        ({"path": "/a", "raw_path": b"/a", "query_string": b"x=%2F"}, "/a?x=%2F"),
        ({"path": "/a"}, "/a"),
        ({"path": "/a", "raw_path": None, "query_string": b"b"}, "/a?b"),
        ({"path": "https://h/a", "raw_path": b"https://h/a"}, "https://h/a"),
        ({"path": "/a", "raw_path": b"/a", "extensions": {TARGET: b"https://h//a?"}}, "https://h//a?"),
        ({"path": "/\xe9", "raw_path": b"/\xe9"}, "/\xe9"),
    ],
)
def test_the_target_of_the_request_line(scope: dict[str, Any], target: str) -> None:
    """From mock-alipay's server if it is the server, otherwise from raw path and query."""
    assert target == raw_target(scope)
