"""The answer at ``/``: the dashboard for browsers, and links as JSON for other clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
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


async def index(scope: Scope, receive: Receive, send: Send) -> None:
    """The dashboard, or the links."""
    request = Request(scope)
    if _prefers_html(request.headers.get("accept", "")):
        from mock_alipay.web.dashboard.routes import page

        response = await page(request)
    else:
        content = {"name": "mock-alipay", "version": __version__, "links": _LINKS}
        response = json_response(content, headers={"vary": "accept"})
    await response(scope, receive, send)


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
