"""The admin API over HTTP: how calls are found, let in and refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mock_alipay.config.config import Config
from mock_alipay.storage import Aggregates
from mock_alipay.web.admin.routes import CALLS, spoken
from tests.fields import read
from tests.live import Live, live
from tests.web.asking import ROWS, filled, problem


def test_a_bug_is_told_as_a_problem(
    own: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller reads that the fault is ours, the log has the traceback, and the gateway goes on."""

    async def broken(*_: Any) -> list[Any]:
        raise KeyError("boom")

    monkeypatch.setattr(Aggregates, "browse", broken)
    found = problem(own.admin("GET", "/payments"))
    assert (500, False) == (found["status"], "boom" in str(found))
    assert "KeyError: 'boom'" in caplog.text
    assert own.admin("GET", "/health").status == 200


def test_head(gateway: Live) -> None:
    """A HEAD, as health checks send it, gets the same head at once."""
    answer = gateway.request("HEAD", "/__admin/health")
    assert (200, b"") == (answer.status, answer.raw)
    assert str(len(gateway.admin("GET", "/health").raw)) == answer.headers["content-length"]


def test_admin_calls_are_not_in_the_journal(own: Live) -> None:
    """The journal holds what merchants sent, not who looked at it."""
    own.admin("GET", "/health")
    assert {"count": 0} == own.admin("GET", "/calls/count").body


@pytest.fixture(scope="module")
def own_shared() -> Iterator[Live]:
    """A gateway on which nothing is ever chosen."""
    with live() as running:
        yield running


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "/health?x=1", None, 400, ["query parameter 'x'"]),
        ("GET", "/calls?clientid=x", None, 400, ["did you mean clientId?", "resultCode"]),
        ("GET", "/calls?limit=0", None, 400, ["limit: expected a whole number from 1 to 1000"]),
        ("GET", "/calls?limit=1001", None, 400, ["limit: expected a whole number from 1 to 1000"]),
        ("GET", "/calls?after=x", None, 400, ["after: expected a whole number"]),
        ("GET", "/calls?limit=1&limit=2", None, 400, ["limit is given twice"]),
        ("GET", "/calls?resultCode=", None, 400, ["resultCode: expected a value, got nothing"]),
        ("GET", "/calls?clientId=a%20b", None, 400, ["clientId: expected a client id", "got a b"]),
        ("GET", "/calls/count?limit=1", None, 400, ["query parameter 'limit'"]),
        ("GET", "/calls/wait?timeout=301", None, 400, ["timeout: expected seconds from 0 to 300, got 301"]),
        ("GET", "/calls/wait?timeout=", None, 400, ["timeout: expected seconds from 0 to 300, got nothing"]),
        ("GET", "/calls/wait?count=1.5", None, 400, ["count: expected a whole number from 1 to 1000"]),
        ("GET", "/calls/wait?limit=5", None, 400, ["query parameter 'limit'"]),
        ("GET", "/calls/1?full=1", None, 400, ["query parameter 'full'"]),
        ("GET", "/clock?clientID=A", None, 400, ["did you mean clientId?"]),
        (
            "GET",
            "/events?kind=cal",
            None,
            400,
            ["kind: expected call or payment or notification or clock or reset, got cal; did you mean call?"],
        ),
        (
            "GET",
            "/notifications?status=ACCEPT",
            None,
            400,
            ["or DROPPED or REFUSED, got ACCEPT; did you mean ACCEPTED?"],
        ),
        ("GET", "/notifications/wait?notification=x", None, 400, ["notifyCapture, notifyPayment, notifyRefund"]),
        ("GET", "/scenarios?name=x", None, 400, ["query parameter 'name'"]),
        ("GET", "/payments?status=OPEN", None, 400, ["query parameter 'status'", "clientId, limit"]),
        ("GET", "/payments/x?limit=1", None, 400, ["query parameter 'limit'"]),
        ("GET", "/env?x", None, 400, ["query parameter 'x'"]),
        ("PUT", "/scenario?clientId=A", {"scenario": "slow"}, 400, ["query parameter 'clientId'"]),
        ("POST", "/reset?clientId=A", None, 400, ["query parameter 'clientId'"]),
        ("PUT", "/scenario", {}, 400, ["scenario: missing, it is required"]),
        ("PUT", "/scenario", None, 400, ["scenario: missing, it is required"]),
        ("PUT", "/scenario", {"scenario": "slow", "time": 1}, 400, ["field 'time'", "did you mean times?"]),
        ("PUT", "/scenario", {"scenario": 5}, 400, ["scenario: expected a JSON string, got the number 5"]),
        ("PUT", "/scenario", {"scenario": "slow", "times": "1"}, 400, ["times: expected a JSON integer"]),
        ("PUT", "/scenario", [], 400, ["expected a JSON object"]),
        ("DELETE", "/scenario?client=A", None, 400, ["did you mean clientId?"]),
        ("DELETE", "/scenario", {"scenario": "slow"}, 400, ["field 'scenario'", "allowed: clientId"]),
        ("PUT", "/scenario", {"scenario": "slow", "times": 0}, 400, ["times: expected a whole number from 1"]),
        ("PUT", "/scenario", {"scenario": "slow", "clientId": "a b"}, 400, ["clientId: expected a client id"]),
        ("POST", "/reset", {"client": "A"}, 400, ["did you mean clientId?"]),
        ("POST", "/reset", {"clientId": 5}, 400, ["clientId: expected a JSON string, got the number 5"]),
        ("GET", "/call", None, 404, ["/__admin/call"]),
        ("GET", "/", None, 404, ["/__admin/"]),
        ("GET", "/calls/", None, 404, []),
        ("GET", "/health/", None, 404, ["/__admin/health/"]),
        ("PUT", "/nowhere", {"scenario": "slow"}, 404, ["/__admin/nowhere"]),
    ],
)
def test_refused(own_shared: Live, method: str, path: str, body: Any, status: int, words: list[str]) -> None:
    """A wrong admin call is refused as problem JSON that says what was wrong and what is allowed."""
    found = problem(own_shared.admin(method, path, body))
    assert status == found["status"]
    for word in words:
        assert word in found["detail"]
    assert [] == own_shared.admin("GET", "/scenarios").body["chosen"]


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


@pytest.mark.parametrize("path", CALLS)
def test_methods(gateway: Live, path: str) -> None:
    """A method that a call does not have is refused, naming those that it has in words, list and header."""
    allowed = list(CALLS[path])
    for method in METHODS:
        if method in allowed or (method == "HEAD" and "GET" in allowed and path != "/events"):
            continue
        answer = gateway.request(method, f"/__admin{filled(spoken(path))}")
        assert (405, ", ".join(allowed)) == (answer.status, answer.headers["allow"])
        assert "application/problem+json" == answer.headers["content-type"]
        if method != "HEAD":
            found = problem(answer)
            assert allowed == found["allowed"]
            assert f"{method} is not allowed here; allowed: {', '.join(allowed)}" == found["detail"]


def test_schemas_name_every_call() -> None:
    """``admin.json`` says what each row of the table takes and gives, and nothing of others."""
    assert {f"{method} {path}" for method, path in ROWS} == read("admin.json")["calls"].keys()


@pytest.mark.parametrize(
    "path", ["/nowhere", "", "/", "/calls/", "/health/", "/calls/1/2", "/Health", "/%68ealt", "/x\ny", "/health\n"]
)
def test_unknown_paths(gateway: Live, path: str) -> None:
    """A path that does not exist is answered with those that do, whatever the method."""
    for method in ("GET", "POST", "PROPFIND"):
        found = problem(gateway.request(method, f"/__admin{path}".replace("\n", "%0A")))
        assert (404, {f"/__admin{path}" for _, path in ROWS}) == (found["status"], set(found["known"]))


@pytest.mark.parametrize(
    ("raw", "media", "status"),
    [
        (b'{"scenario": "slow"', "application/json", 400),
        (b"scenario: slow", "application/json", 400),
        (b'{"scenario": "slow"}', "text/plain", 415),
        (b"scenario=slow", "application/x-www-form-urlencoded", 415),
        (b'{"scenario": "slow"}' + b" " * 262_144, "application/json", 413),
    ],
)
def test_refused_bodies(own_shared: Live, raw: bytes, media: str, status: int) -> None:
    """A body that is broken, of another type or too large is refused, and the gateway goes on."""
    answer = own_shared.request("PUT", "/__admin/scenario", raw, {"content-type": media})
    assert status == problem(answer)["status"]
    assert [] == own_shared.admin("GET", "/scenarios").body["chosen"]


def test_admin_body_limit_is_its_own() -> None:
    """The limit of merchants' bodies does not shrink that of admin calls."""
    with live(Config(seed=1, max_body=10)) as running:
        body = {"clientId": "A" * 50, "scenario": "slow"}
        assert (200, body) == ((answer := running.admin("PUT", "/scenario", body)).status, json.loads(answer.raw))


@pytest.mark.parametrize("path", ["/__administrator", "/openapi.json/", "/checkout/1", "/metrics", "*"])
def test_beside_the_admin_api(gateway: Live, path: str) -> None:
    """A path that only begins alike is the merchants', and is answered in plain words, whoever asks."""
    answer = gateway.request("GET", path, headers={"Host": "shop.example", "Origin": "https://shop.example"})
    assert (404, True) == (answer.status, "mock-call-id" in answer.headers)
