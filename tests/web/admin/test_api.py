"""The admin API over HTTP: routing, methods and validation."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.config.config import Config
from mock_alipay.storage import Aggregates
from mock_alipay.web.admin.api import CALLS, spoken
from tests.fields import read
from tests.live import Live, live
from tests.web.asking import ROWS, filled, problem


def test_an_internal_error_is_a_problem(
    own: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The response does not contain the exception, the log does, and the gateway goes on."""

    async def broken(*_: Any) -> list[Any]:
        raise KeyError("boom")

    monkeypatch.setattr(Aggregates, "browse", broken)
    found = problem(own.admin("GET", "/payments"))
    assert (500, False, True) == (found["status"], "boom" in str(found), "KeyError: 'boom'" in caplog.text)
    assert "internal error in GET /__admin/payments" in caplog.messages
    assert {"count": 0} == own.admin("GET", "/calls/count").body


@pytest.mark.parametrize(
    ("method", "path", "body", "word"),
    [
        ("GET", "/calls?clientId=a%20b", None, "clientId: expected a client id: 1 to 128 visible ASCII characters"),
        ("GET", "/calls?limit=1001", None, "limit: expected a whole number from 1 to 1000"),
        ("GET", "/calls/wait?timeout=301", None, "timeout: expected seconds from 0 to 300, got 301"),
        ("GET", "/calls/wait?count=1001", None, "count: expected a whole number from 1 to 1000"),
        ("GET", "/events?kind=cal", None, "did you mean call?"),
        ("GET", "/notifications?status=ACCEPT", None, "did you mean ACCEPTED?"),
        ("GET", "/notifications/wait?notification=x", None, "notifyCapture, notifyPayment, notifyRefund"),
        ("PUT", "/scenario?clientId=A", {"scenario": "slow"}, "query parameter 'clientId'"),
        ("DELETE", "/scenario?client=A", None, "did you mean clientId?"),
        ("DELETE", "/scenario", {"scenario": "slow"}, "allowed: clientId"),
        ("POST", "/reset", {"clientId": 5}, "clientId: expected a JSON string, got the number 5"),
    ],
)
def test_an_invalid_call_is_refused(gateway: Live, method: str, path: str, body: Any, word: str) -> None:
    """Before its handler is called; the problem says what was wrong and what is allowed."""
    found = problem(gateway.admin(method, path, body))
    assert (400, True) == (found["status"], word in found["detail"]), found["detail"]


@pytest.mark.parametrize("path", CALLS)
def test_other_methods_are_not_allowed(gateway: Live, path: str) -> None:
    """The response names the allowed ones; HEAD is like GET, except for a stream."""
    allowed = list(CALLS[path])
    other = next(method for method in ("PUT", "GET", "POST") if method not in allowed)
    for method in (other, *(["HEAD", "OPTIONS"] if path == "/events" else [])):
        answer = gateway.request(method, f"/__admin{filled(spoken(path))}")
        assert (405, ", ".join(allowed)) == (answer.status, answer.headers["allow"])
        assert method == "HEAD" or allowed == problem(answer)["allowed"]


def test_head_has_the_headers_of_get(gateway: Live) -> None:
    """Without the body."""
    head, answer = (gateway.request(method, "/__admin/health") for method in ("HEAD", "GET"))
    assert (200, b"", str(len(answer.raw))) == (head.status, head.raw, head.headers["content-length"])


def test_every_call_is_described() -> None:
    """``admin.json`` describes the calls of the table, and no others."""
    assert {f"{method} {path}" for method, path in ROWS} == read("admin.json")["calls"].keys()


@pytest.mark.parametrize("path", ["/nowhere", "", "/", "/calls/", "/calls/1/2", "/Health", "/x%0Ay"])
def test_an_unknown_path_is_not_found(gateway: Live, path: str) -> None:
    """With any method; the problem lists the known paths."""
    for method in ("GET", "PROPFIND"):
        found = problem(gateway.request(method, f"/__admin{path}"))
        assert (404, {f"/__admin{path}" for _, path in ROWS}) == (found["status"], set(found["known"]))


def test_the_body_limit_of_merchants_does_not_apply() -> None:
    """The limit of admin calls is fixed."""
    with live(Config(seed=1, max_body=10)) as running:
        body = {"clientId": "A" * 50, "scenario": "slow"}
        assert body == running.admin("PUT", "/scenario", body).body


@pytest.mark.parametrize("path", ["/__administrator", "/openapi.json/", "/metrics", "*"])
def test_similar_paths_belong_to_the_merchant_api(gateway: Live, path: str) -> None:
    """They are journaled, and not guarded."""
    answer = gateway.request("GET", path, headers={"Host": "shop.example", "Origin": "https://shop.example"})
    assert (404, True) == (answer.status, "mock-call-id" in answer.headers)
