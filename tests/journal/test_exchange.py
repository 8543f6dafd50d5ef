"""Calls and replies as they are on the wire."""

from __future__ import annotations

import pytest

from mock_alipay.journal.exchange import Call, Reply
from tests.calls import NOW


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1:2088", "https://127.0.0.1:2088"),
        ("[::1]:2089", "https://[::1]:2089"),
        ("evil/path", ""),
        ("user@host", ""),
        ("a, b", ""),
        (None, ""),
    ],
)
def test_the_origin_is_the_host_that_the_client_used(host: str | None, expected: str) -> None:
    """It is empty without a valid Host header."""
    headers = {} if host is None else {"host": host}
    assert expected == Call(NOW, "POST", "/", "/", headers, b"", "https").origin


def test_headers_of_a_reply() -> None:
    """Header lines are split at the first colon; the client id is empty without its header."""
    reply = Reply(200, b"client-id: A\r\nx: a: b\r\n", b"")
    assert [(b"client-id", b"A"), (b"x", b"a: b")] == reply.headers
    assert ("A", "") == (reply.client_id, Reply(200, b"", b"").client_id)
