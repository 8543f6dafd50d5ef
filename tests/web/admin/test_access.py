"""The access check of the admin API: Host, Origin, Sec-Fetch-Site and token."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from mock_alipay.config.config import Config
from mock_alipay.text.wording import short
from mock_alipay.web.admin.access import AccessCheck
from mock_alipay.web.asgi.problems import HttpProblem
from tests.live import Live, live
from tests.raw import connect, request
from tests.web.asking import ROWS, filled, problem

LOCAL = AccessCheck("127.0.0.1", hosts=["gateway.test"])
OWN = "localhost:2088"
TOKEN = "correct-horse"


def refusal(check: AccessCheck, headers: dict[str, str]) -> HttpProblem:
    with pytest.raises(HttpProblem) as caught:
        check.check(headers)
    return caught.value


def test_programs_and_own_pages_are_accepted() -> None:
    """A token that is not required does not matter."""
    for headers in (
        {},
        {"host": OWN, "origin": f"http://{OWN}", "sec-fetch-site": "same-origin"},
        {"host": "[::1]:2088", "origin": "http://[::1]:2088"},
        {"host": OWN, "sec-fetch-site": "none", "authorization": "Bearer anything"},
    ):
        LOCAL.check(headers)
        AccessCheck("127.0.0.1", token="").check(headers)


@pytest.mark.parametrize("check", [LOCAL, AccessCheck("0.0.0.0")], ids=["loopback", "all addresses"])
def test_other_origins_are_refused(check: AccessCheck) -> None:
    """On any bound address; the problem names the header."""
    for site in ("cross-site", "same-site", ""):
        refused = refusal(check, {"host": OWN, "sec-fetch-site": site})
        assert (403, True) == (refused.status, refused.detail.startswith("header Sec-Fetch-Site: "))
    origins = [
        {"host": OWN, "origin": o} for o in ("http://127.0.0.1:2088", "http://[::1", "null", f"http://{OWN}.evil")
    ]
    for headers in (*origins, {"host": "", "origin": "null"}, {"origin": "http://[::1"}):
        refused = refusal(check, headers)
        assert (403, True) == (refused.status, refused.detail.startswith("header Origin: "))


@pytest.mark.parametrize(
    ("bound", "hosts", "accepted", "refused"),
    [
        ("::1", "", OWN, "evil.example"),
        (
            *("127.0.0.1", "", "127.0.0.1:2088 127.0.0.1 127.8.9.10 localhost. LocalHost:2088 x.localhost:2088 [::1]"),
            "evil.example:2088 127.0.0.1.evil.example notlocalhost 192.168.1.2:2088 0.0.0.0:2088",
        ),
        (
            *("127.0.0.1", "Mock-Alipay. gateway.internal", "mock-alipay:2088 MOCK-ALIPAY. gateway.internal"),
            "other mock-alipay.evil.example evil.mock-alipay",
        ),
        ("0.0.0.0", "", f"10.1.2.3:2088 [2001:db8::1]:2088 {OWN}", "mock-alipay:2088 10.1.2.3.evil.example"),
        ("::", "mock-alipay", "10.1.2.3:2088 mock-alipay:2088", "gateway"),
        ("192.168.1.2", "", f"192.168.1.2:2088 {OWN}", "192.168.1.3:2088"),
        ("2001:DB8::1", "", "[2001:db8::1]:2088", ""),
    ],
)
def test_hosts_by_bound_address(bound: str, hosts: str, accepted: str, refused: str) -> None:
    """Loopback names, the bound address, ``hosts``, and any address when all are bound; the problem says how to add."""
    access = AccessCheck(bound, hosts=hosts.split())
    for host in accepted.split():
        access.check({"host": host})
    for host in refused.split():
        detail = refusal(access, {"host": host}).detail
        assert f"--admin-host {host.partition(':')[0]}" in detail
        assert ("an IP address" in detail) == (bound in ("0.0.0.0", "::"))


@pytest.mark.parametrize("own", ["127.0.0.1", "[::1]", "gateway.test", ""])
def test_a_malformed_host_is_refused(own: str) -> None:
    """Only a port may follow the name; the problem is short and suggests nothing."""
    for rest in (
        *("@evil.example", ":80@evil.example", ":80:81", ":x", ":123456", ":-1", ":\u0662", "/", "?", "\\", "]", "["),
        *("\t", ",evil.example", " evil.example", "[" + "x" * 1000, "user@127.0.0.1", "http://localhost", "::1"),
    ):
        refused = refusal(LOCAL, {"host": own + rest})
        assert (403, True) == (refused.status, refused.detail.endswith(f"got {short(own + rest, 80)}")), rest


@pytest.mark.parametrize("path", ["/__admin/env", "/"])
def test_two_host_headers_are_refused(gateway: Live, path: str) -> None:
    """Either of them could count."""
    with connect(gateway.config.port) as wire:
        reply = wire.send(request("GET", path, ["Host: localhost"])).reply()
    assert (400, True) == (reply.status, "header Host: expected one, got 2" == json.loads(reply.body)["detail"])


def test_the_token_is_required() -> None:
    """The case of the scheme does not matter; the problem names the settings, not the token; Host is checked first."""
    check = AccessCheck("0.0.0.0", token=TOKEN)
    for right in (f"Bearer {TOKEN}", f"BEARER  {TOKEN} "):
        check.check({"host": "localhost", "authorization": right})
    for wrong in ("", "Bearer", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer ü€"):
        for headers in ({}, {"authorization": wrong}):
            refused = refusal(check, headers)
            assert (401, False) == (refused.status, TOKEN in refused.detail)
            assert "--admin-token or MOCK_ALIPAY_ADMIN_TOKEN" in refused.detail
            assert 403 == refusal(check, {"host": "evil.example", **headers}).status


@pytest.fixture(scope="module")
def guarded() -> Iterator[Live]:
    """A gateway with a token."""
    with live(Config(seed=1, admin_token=TOKEN)) as running:
        yield running


def test_every_call_is_guarded(guarded: Live) -> None:
    """By token, origin and against notifications; no response, good or bad, lets another origin read it."""
    right = {"authorization": f"Bearer {TOKEN}"}
    origin = {"Host": "localhost", "Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"}
    others = {("OPTIONS", "/env"): 405, ("PROPFIND", "/env"): 405, ("GET", "/nowhere"): 404, ("GET", ""): 404}
    for method, path in (*ROWS, *others):
        public = path in ("/health", "/certificate")
        for headers, status in (
            ({}, 400 if public else 401),
            ({"authorization": "Bearer wrong"}, 400 if public else 401),
            (right, others.get((method, path), 400)),
            ({**right, **origin}, 403),
            ({**right, "Host": "evil.example"}, 400 if public else 403),
            ({**right, "mock-notification-id": "1"}, 403),
        )[:: 1 if public or path == "/env" else 3]:
            # A caller who learns that the parameter is unknown has passed the check.
            answer = guarded.request(method, f"/__admin{filled(path)}?unknown=1", headers=headers)
            assert (status, status) == (answer.status, problem(answer)["status"]), (method, path, headers)
            assert [] == [name for name in answer.headers if name.lower().startswith("access-control-")]
            assert (status == 401) == ("Bearer" == answer.headers.get("www-authenticate"))


@pytest.mark.parametrize(
    ("path", "status"), [("/__admin/health", 200), ("/__admin/certificate", 404), ("/openapi.json", 200), ("/", 200)]
)
def test_paths_without_secrets_need_no_token(guarded: Live, path: str, status: int) -> None:
    """All but the page of links may be called by any host name, but not from other origins."""
    for method in ("GET", "HEAD"):
        assert status == guarded.request(method, path).status
    named = {"Host": "gateway:2088"}
    assert (403 if path == "/" else status) == guarded.request("GET", path, headers=named).status
    assert 403 == guarded.request("GET", path, headers={**named, "Sec-Fetch-Site": "cross-site"}).status


def test_the_merchant_api_is_not_guarded(guarded: Live) -> None:
    """SDKs call it under the real gateway's names, without a token."""
    assert "SUCCESS" == guarded.create(extra={"Host": "open-na-global.alipay.com"}).code
