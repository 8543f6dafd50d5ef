"""The addresses of the dashboard: a page without data, and the files that it loads."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_alipay.text.wording import short
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.web.asgi.resource import Resource
from mock_alipay.web.asgi.static_file import static_file, text_of

PATH = "/__admin/ui"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types lit-html"
)

_HEADERS = {"content-security-policy": POLICY, "x-frame-options": "DENY", "referrer-policy": "no-referrer"}

_STATIC = Path(__file__).with_name("static")

_MEDIA: Mapping[str, str] = {".css": "text/css", ".js": "text/javascript"}
"""The media types of the files that the page loads; others are not served."""


def dashboard() -> ASGIApp:
    """The app for the page and its files."""
    routes = [
        Route(PATH, Resource({"GET": page})),
        Route(f"{PATH}/{{name:path}}", Resource({"GET": _file})),
    ]
    return Router(routes, default=_unknown, redirect_slashes=False)


async def page(request: Request) -> Response:
    """The page. It is the same for everyone: what it shows comes from the admin API."""
    return static_file(text_of(_STATIC / "index.html"), "text/html", request, {**_HEADERS, "vary": "accept"})


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _names():
        raise _not_found(request.scope)
    return static_file(text_of(_STATIC / name), _MEDIA[Path(name).suffix], request)


async def _unknown(scope: Scope, _receive: Receive, _send: Send) -> None:
    raise _not_found(scope)


def _not_found(scope: Scope) -> HttpProblem:
    return HttpProblem(404, "Unknown file", f"there is no file at {short(scope['path'], 80)}")


@cache
def _names() -> frozenset[str]:
    files = (file for file in _STATIC.rglob("*") if file.suffix in _MEDIA)
    return frozenset(file.relative_to(_STATIC).as_posix() for file in files)
