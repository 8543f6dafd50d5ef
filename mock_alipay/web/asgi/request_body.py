"""Reads the body of a request, and detects that its client disconnects."""

from __future__ import annotations

from starlette.types import Receive, Scope

from mock_alipay.web.asgi.problems import HttpProblem

_MAX_DIGITS = 20
"""Maximum digits of a Content-Length, as many as 2**64 has. ``int`` rejects more than 4,300."""


async def read_body(scope: Scope, receive: Receive, limit: int, *, flag: str | None = "--max-body") -> bytes | None:
    """The whole body; None when the client disconnects before its end.

    HttpProblem: 413 when the body exceeds ``limit`` bytes, 400 when Content-Length has too many digits. ``flag`` is
    the setting that changes the limit, None if there is none.
    """
    for name, announced in scope["headers"]:
        if name == b"content-length" and announced.isdigit() and _length(announced) > limit:
            raise _too_large(f"{int(announced)} bytes", limit, flag)
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        if len(body) > limit:
            raise _too_large(f"{len(body)} bytes", limit, flag)
        return body
    chunks = bytearray()
    while message["type"] != "http.disconnect":
        chunks += message.get("body", b"")
        if len(chunks) > limit:
            raise _too_large(f"more than {limit} bytes", limit, flag)
        if not message.get("more_body"):
            return bytes(chunks)
        message = await receive()
    return None


def _length(announced: bytes) -> int:
    if len(announced) > _MAX_DIGITS:
        detail = f"header Content-Length: expected at most {_MAX_DIGITS} digits, got {len(announced)}"
        raise HttpProblem(400, "Bad Content-Length", detail)
    return int(announced)


async def gone(receive: Receive) -> None:
    """Return when the client disconnects; its request body must have been read."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _too_large(found: str, limit: int, flag: str | None) -> HttpProblem:
    hint = f" ({flag})" if flag else ""
    return HttpProblem(413, "Body too large", f"expected at most {limit} bytes{hint}, got {found}")
