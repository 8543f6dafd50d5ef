"""A text file as a response with ETag."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response


@cache
def text_of(file: Path) -> str:
    """The content of a file of the package, read once."""
    return file.read_text("utf-8")


def static_file(
    text: str, media: str, request: Request, headers: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    """The text, or 304 when the client has it already. Clients ask each time whether it has changed."""
    etag = _etag(text)
    common = {"etag": etag, "cache-control": "no-cache", "x-content-type-options": "nosniff", **(headers or {})}
    if status == 200 and request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=common)
    return Response(text, status, common, media)


@cache
def _etag(text: str) -> str:
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'
