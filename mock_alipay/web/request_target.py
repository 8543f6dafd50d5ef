"""Request targets in origin form and absolute form, as the official SDKs send them."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from mock_alipay.server.extensions import TARGET


def origin_form(raw: str) -> tuple[str, str]:
    """The path and query as sent, and the path and query over which this client verifies the reply.

    The Python SDK sends the whole URL in the request line, but signs and verifies over the API's path only, even if
    its gateway URL ends in a slash or contains a path. Other clients verify over the target that they sent.
    """
    if raw.startswith("/") or "://" not in raw:
        return raw, raw
    _, slash, rest = raw.partition("://")[2].partition("/")
    target = slash + rest
    start = target.find("/ams/")
    return target, target[start:] if start > 0 else "/" + rest.lstrip("/")


def raw_target(scope: MutableMapping[str, Any]) -> str:
    """The target of the request line, from an ASGI scope."""
    sent: bytes | None = scope.get("extensions", {}).get(TARGET)
    if sent is not None:
        return sent.decode("latin-1")
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope.get("query_string", b"")
    return (raw + b"?" + query if query else raw).decode("latin-1")
