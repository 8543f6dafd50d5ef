"""The pages and scripts as responses with ETag, read when they are first requested."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from mock_alipay.text.wording import short
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.web.asgi.static_file import static_file, text_of
from mock_alipay.web.cashier import scripts

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'"
)
"""No frame-ancestors: merchants frame the pages."""

ASSETS: Mapping[str, str] = {
    "cashier.js": "text/javascript",
    "wallet.js": "text/javascript",
    "cashier.css": "text/css",
}
"""The files that the pages load, each with its media type."""

_PAGES = Path(__file__).with_name("page")


def page(name: str, request: Request, status: int = 200) -> Response:
    """An HTML page."""
    headers = {"content-security-policy": POLICY, "referrer-policy": "origin"}
    return static_file(text_of(_PAGES / name), "text/html", request, headers, status)


def asset(name: str, request: Request) -> Response:
    """A script or stylesheet of the pages; HttpProblem (404) for another name."""
    if name not in ASSETS:
        raise HttpProblem(404, "Unknown page", f"there is no file {short(name, 80)}", known=list(ASSETS))
    text = text_of(_PAGES / name) if name.endswith(".css") else scripts.page_script(name)
    return static_file(text, ASSETS[name], request)


def drop_in(form: scripts.Form, request: Request) -> Response:
    """The drop-in, which any origin can load."""
    headers = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
    return static_file(scripts.drop_in(form), "text/javascript", request, headers)
