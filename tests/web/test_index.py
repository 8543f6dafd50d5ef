"""The answer at ``/``."""

from __future__ import annotations

import pytest

from tests.live import Live
from tests.web.asking import ROWS, problem

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_NAMES = ("health", "calls", "payments", "notifications", "scenarios", "clock", "openapi", "env", "metrics")
LINKS = ["/openapi.json" if name == "openapi" else f"/__admin/{name}" for name in _NAMES]


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (BROWSER, "text/html; charset=utf-8"),
        ("application/json, TEXT/HTML", "text/html; charset=utf-8"),
        ("application/json, text/html;q=0.9", "application/json"),
        ("text/html;q=0", "application/json"),
        ("text/html;q=x", "application/json"),
        (None, "application/json"),
    ],
)
def test_browsers_get_a_page_and_others_get_json(gateway: Live, accept: str | None, media: str) -> None:
    """The Accept header decides; a HEAD gets the same head."""
    headers = {} if accept is None else {"accept": accept}
    answer, head = (gateway.request(method, "/", headers=headers) for method in ("GET", "HEAD"))
    assert (200, media, "accept") == (answer.status, answer.headers["content-type"], answer.headers["vary"])
    names = ("content-type", "content-length", "vary")
    assert ([answer.headers[name] for name in names], b"") == ([head.headers[name] for name in names], head.raw)


def test_links_lead_to_paths_that_answer(gateway: Live) -> None:
    """With GET."""
    assert LINKS == list(gateway.request("GET", "/").body["links"].values())
    assert {link.removeprefix("/__admin") for link in LINKS} - {"/openapi.json"} <= {
        path for method, path in ROWS if method == "GET"
    }


def test_the_page_is_guarded_like_the_admin_api(gateway: Live) -> None:
    """Pages of other origins are refused."""
    assert 403 == problem(gateway.request("GET", "/", headers={"Host": "evil.example"}))["status"]


def test_the_page_is_no_call(own: Live) -> None:
    """A GET or HEAD of it never enters the journal; another method is a merchant's call to a wrong path."""
    for method in ("GET", "HEAD", "POST"):
        own.request(method, "/")
    assert ["POST"] == [
        own.admin("GET", f"/calls/{one['id']}").body["method"] for one in own.admin("GET", "/calls").body["calls"]
    ]
