"""Calls as they stood on the wire."""

from __future__ import annotations

import pytest

from mock_alipay.journal.exchange import Call
from tests.calls import NOW


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1:2088", "https://127.0.0.1:2088"),
        ("open-sea-global.alipay.com", "https://open-sea-global.alipay.com"),
        ("[::1]:2089", "https://[::1]:2089"),
        ("shop_gateway", "https://shop_gateway"),
        ("evil/path", ""),
        ("user@host", ""),
        ("a, b", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_origin(host: str | None, expected: str) -> None:
    """Scheme and host that the caller used, unless it named what is no host."""
    headers = {} if host is None else {"host": host}
    assert expected == Call(NOW, "POST", "/", "/", headers, b"", "https").origin
