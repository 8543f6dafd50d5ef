"""The guard of the admin API: pages of other origins stay out."""

from __future__ import annotations

import pytest

from mock_alipay.edge.guard import Guard
from mock_alipay.errors import Misuse
from tests.live import Live

LOCAL = Guard("127.0.0.1")

WELCOME = [
    {},
    {"host": "127.0.0.1:2088"},
    {"host": "127.0.0.1"},
    {"host": "127.8.9.10:2088"},
    {"host": "localhost"},
    {"host": "LocalHost:2088"},
    {"host": "localhost.:2088"},
    {"host": "shop.localhost:2088"},
    {"host": "[::1]:2088"},
    {"host": "[::1]"},
    {"host": "localhost:2088", "origin": "http://localhost:2088"},
    {"host": "[::1]:2088", "origin": "http://[::1]:2088"},
    {"host": "localhost:2088", "sec-fetch-site": "same-origin"},
    {"host": "localhost:2088", "sec-fetch-site": "none"},
    {"host": "localhost:2088", "sec-fetch-site": "same-origin", "origin": "http://localhost:2088"},
]

UNWELCOME = [
    ({"host": "evil.example"}, "Host"),
    ({"host": "evil.example:2088"}, "Host"),
    ({"host": "127.0.0.1.evil.example:2088"}, "Host"),
    ({"host": "localhost.evil.example"}, "Host"),
    ({"host": "notlocalhost"}, "Host"),
    ({"host": "192.168.1.2:2088"}, "Host"),
    ({"host": "0.0.0.0:2088"}, "Host"),
    ({"host": "[2001:db8::1]:2088"}, "Host"),
    ({"host": "evil.example", "origin": "http://evil.example"}, "Host"),
    ({"host": "localhost:2088", "sec-fetch-site": "cross-site"}, "Sec-Fetch-Site"),
    ({"host": "localhost:2088", "sec-fetch-site": "same-site"}, "Sec-Fetch-Site"),
    ({"host": "localhost:2088", "sec-fetch-site": ""}, "Sec-Fetch-Site"),
    ({"host": "localhost:2088", "origin": "https://evil.example"}, "Origin"),
    ({"host": "localhost:2088", "origin": "http://localhost:3000"}, "Origin"),
    ({"host": "localhost:2088", "origin": "http://127.0.0.1:2088"}, "Origin"),
    ({"host": "localhost:2088", "origin": "http://localhost:2088.evil.example"}, "Origin"),
    ({"host": "localhost:2088", "origin": "null"}, "Origin"),
    ({"host": "localhost:2088", "origin": ""}, "Origin"),
    ({"host": "localhost:2088", "origin": "http://[::1"}, "Origin"),
    ({"origin": "http://[::1"}, "Origin"),
    ({"host": "", "origin": "null"}, "Origin"),
]


@pytest.mark.parametrize("headers", WELCOME)
def test_welcome(headers: dict[str, str]) -> None:
    """Programs, and pages of the gateway's own, may use the admin API under any loopback name."""
    LOCAL.check(headers)


@pytest.mark.parametrize(("headers", "named"), UNWELCOME)
def test_unwelcome(headers: dict[str, str], named: str) -> None:
    """Pages of other origins, and names that were pointed at this machine, are refused naming the header."""
    with pytest.raises(Misuse) as caught:
        LOCAL.check(headers)
    assert (403, True) == (caught.value.status, f"header {named}: " in caught.value.detail)


@pytest.mark.parametrize(
    ("bound", "host", "welcome"),
    [
        ("::1", "localhost:2088", True),
        ("::1", "evil.example", False),
        ("localhost", "127.0.0.1:2088", True),
        ("localhost", "evil.example", False),
        ("0.0.0.0", "gateway.internal:2088", True),
        ("0.0.0.0", "gateway.shop.svc.cluster.local:2088", True),
        ("0.0.0.0", "host.docker.internal:2088", True),
        ("0.0.0.0", "10.1.2.3:2088", True),
        ("0.0.0.0", "evil.example", False),
        ("0.0.0.0", "internal.evil.example", False),
        ("::", "mock-alipay:2088", True),
        ("192.168.1.2", "192.168.1.2:2088", True),
        ("192.168.1.2", "build-server:2088", True),
    ],
)
def test_host_by_address(bound: str, host: str, welcome: bool) -> None:
    """Only a gateway on loopback insists on loopback names: others may be named as no page of the internet can be."""
    guard = Guard(bound)
    if welcome:
        guard.check({"host": host})
        return
    with pytest.raises(Misuse):
        guard.check({"host": host})


def test_origins_are_checked_on_any_address() -> None:
    """Wherever the gateway listens, pages of other origins are refused."""
    with pytest.raises(Misuse):
        Guard("0.0.0.0").check({"host": "gateway.internal", "origin": "https://evil.example"})


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:2088"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://[::1"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/env"), ("GET", "/calls"), ("POST", "/reset"), ("DELETE", "/scenario"), ("GET", "/no")],
)
def test_refused_over_http(gateway: Live, method: str, path: str, headers: dict[str, str]) -> None:
    """Every admin call is guarded; the refusal is problem JSON and allows no other origin to read it."""
    answer = gateway.request(method, f"/__admin{path}", headers=headers)
    assert (403, "application/problem+json") == (answer.status, answer.headers["content-type"])
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_welcome_over_http(gateway: Live) -> None:
    """A page of the gateway's own is answered, over IPv6 names too."""
    for host in (f"localhost:{gateway.config.port}", f"[::1]:{gateway.config.port}"):
        headers = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        assert gateway.request("GET", "/__admin/health", headers=headers).status == 200


def test_preflight_is_not_answered(gateway: Live) -> None:
    """A browser that asks beforehand whether another origin may call is told no."""
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"}
    answer = gateway.request("OPTIONS", "/__admin/scenario", headers=headers)
    assert (403, []) == (answer.status, [name for name in answer.headers if name.startswith("access-control-")])


def test_merchants_are_not_guarded(gateway: Live) -> None:
    """The merchant's door takes any Host: SDKs reach it under the real gateway's names."""
    assert gateway.create(extra={"Host": "open-na-global.alipay.com"}).code == "SUCCESS"
