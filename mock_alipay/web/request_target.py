"""Request targets: absolute form and odd slashes, as official SDKs send them."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from mock_alipay.server.extensions import TARGET


def origin_form(raw: str) -> tuple[str, str]:
    """The target as path and query, as sent; and the one over which this client verifies the reply.

    The Python SDK puts the whole URL into the request line, but signs and verifies over the API's path alone, whatever
    its gateway URL holds beside the host: a slash at its end, or a path. Other clients verify over what they sent.
    """
    if raw.startswith("/") or "://" not in raw:
        return raw, raw
    _, slash, rest = raw.partition("://")[2].partition("/")
    target = slash + rest
    start = target.find("/ams/")
    return target, target[start:] if start > 0 else "/" + rest.lstrip("/")


def raw_target(scope: MutableMapping[str, Any]) -> str:
    """What stood in the request line, from an ASGI scope."""
    sent: bytes | None = scope.get("extensions", {}).get(TARGET)
    if sent is not None:
        return sent.decode("latin-1")
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return (raw + b"?" + query if query else raw).decode("latin-1")
