"""The page at ``/``: links to what the gateway shows about itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mock_alipay.version import __version__
from mock_alipay.web.asgi.problems import json_response

_LINKS: Final[Mapping[str, str]] = {
    "health": "/__admin/health",
    "calls": "/__admin/calls",
    "payments": "/__admin/payments",
    "notifications": "/__admin/notifications",
    "scenarios": "/__admin/scenarios",
    "clock": "/__admin/clock",
    "openapi": "/openapi.json",
    "env": "/__admin/env",
    "metrics": "/__admin/metrics",
}

_STYLE = "html { color-scheme: light dark; font-family: system-ui, sans-serif } body { margin: 2rem; line-height: 1.6 }"
# The empty icon keeps browsers from requesting /favicon.ico, which would enter the journal as a merchant's call.
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>mock-alipay</title>
<link rel="icon" href="data:,">
<style>%s</style>
</head>
<body>
<h1>mock-alipay</h1>
<p>A local fake of the Alipay/Antom payment gateway, version %s.</p>
<ul>
%s
</ul>
</body>
</html>
"""


async def index(scope: Scope, receive: Receive, send: Send) -> None:
    """The links as a page for browsers, and as JSON for other clients."""
    if _prefers_html(Request(scope).headers.get("accept", "")):
        page, headers = _page()
        response = Response(page, media_type="text/html", headers=headers)
    else:
        content = {"name": "mock-alipay", "version": __version__, "links": _LINKS}
        response = json_response(content, headers={"vary": "accept"})
    await response(scope, receive, send)


@cache
def _page() -> tuple[str, Mapping[str, str]]:
    """The page and its headers."""
    items = "\n".join(f'<li><a href="{path}">{path}</a></li>' for path in _LINKS.values())
    style_hash = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    headers = {"content-security-policy": policy, "x-content-type-options": "nosniff", "vary": "accept"}
    return _PAGE % (_STYLE, __version__, items), headers


def _prefers_html(accept: str) -> bool:
    """Whether an Accept header (RFC 9110, 12.5.1) names text/html, and not JSON with a higher weight."""
    weights = dict(map(_weighted, accept.split(",")))
    return weights.get("text/html", 0.0) > 0.0 and weights["text/html"] >= weights.get("application/json", 0.0)


def _weighted(media_range: str) -> tuple[str, float]:
    media, *parameters = (part.strip().lower() for part in media_range.split(";"))
    weight = next((part.removeprefix("q=") for part in parameters if part.startswith("q=")), "1")
    try:
        return media, float(weight)
    except ValueError:
        return media, 0.0
