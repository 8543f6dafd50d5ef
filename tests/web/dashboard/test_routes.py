"""The dashboard's page and files."""

from __future__ import annotations

import pytest

from mock_alipay.config.config import Config
from tests.live import Live, live
from tests.web.asking import problem

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types lit-html"
)
FILES = {"dashboard.js": "text/javascript", "dashboard.css": "text/css", "lit-html/lit-html.js": "text/javascript"}


@pytest.mark.parametrize("path", ["/", "/__admin/ui"])
def test_the_page_is_the_same_at_both_addresses(gateway: Live, path: str) -> None:
    """It cannot be framed, and loads only what the gateway serves."""
    answer = gateway.request("GET", path, headers=BROWSER)
    assert (200, "text/html; charset=utf-8", POLICY, "DENY", "nosniff", "no-referrer") == (
        answer.status,
        answer.headers["content-type"],
        answer.headers["content-security-policy"],
        answer.headers["x-frame-options"],
        answer.headers["x-content-type-options"],
        answer.headers["referrer-policy"],
    )
    assert gateway.request("GET", "/__admin/ui").raw == answer.raw


@pytest.mark.parametrize(("name", "media"), FILES.items())
def test_a_file_is_sent_once(gateway: Live, name: str, media: str) -> None:
    """Browsers ask whether it has changed."""
    answer = gateway.request("GET", f"/__admin/ui/{name}")
    again = gateway.request("GET", f"/__admin/ui/{name}", headers={"if-none-match": answer.headers["etag"]})
    assert (200, f"{media}; charset=utf-8", 304) == (answer.status, answer.headers["content-type"], again.status)


@pytest.mark.parametrize("name", ["", "x.js", "lit-html/LICENSE", "../routes.py", "..%2Froutes.py", "index.html"])
def test_other_files_are_not_served(gateway: Live, name: str) -> None:
    """With a problem document."""
    assert 404 == problem(gateway.request("GET", f"/__admin/ui/{name}"))["status"]


def test_another_method_is_refused(gateway: Live) -> None:
    """The page changes nothing."""
    assert 405 == problem(gateway.request("POST", "/__admin/ui"))["status"]


def test_the_page_needs_no_token_and_may_be_linked(gateway: Live) -> None:
    """Because it has no data; a foreign Host is refused, and what it asks the admin API needs the token."""
    linked = {**BROWSER, "sec-fetch-site": "cross-site", "origin": "null"}
    with live(Config(admin_token="a-long-token")) as guarded:
        for path in ("/", "/__admin/ui", "/__admin/ui/dashboard.js"):
            assert 200 == guarded.request("GET", path, headers=linked).status
            assert 403 == guarded.request("GET", path, headers={**linked, "host": "evil.example"}).status
        assert 401 == guarded.admin("GET", "/calls").status


def test_requests_of_the_page_are_no_calls(own: Live) -> None:
    """The journal is for merchants."""
    for path in ("/", "/__admin/ui", "/__admin/ui/dashboard.js", "/__admin/ui/x"):
        own.request("GET", path, headers=BROWSER)
    assert [] == own.admin("GET", "/calls").body["calls"]
