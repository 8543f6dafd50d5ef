"""The guard of the admin API: pages of other origins stay out, and so does who has no token."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from mock_alipay.config.config import Config
from mock_alipay.web.admin.access import AccessCheck
from mock_alipay.web.asgi.problems import HttpProblem
from tests.live import Live, live
from tests.raw import connect, request
from tests.web.asking import ROWS, filled, problem

LOCAL = AccessCheck("127.0.0.1")

WELCOME = [
    {},
    {"host": "localhost:2088", "origin": "http://localhost:2088"},
    {"host": "[::1]:2088", "origin": "http://[::1]:2088"},
    {"host": "localhost:2088", "sec-fetch-site": "same-origin"},
    {"host": "localhost:2088", "sec-fetch-site": "none"},
    {"host": "localhost:2088", "sec-fetch-site": "same-origin", "origin": "http://localhost:2088"},
]

UNWELCOME = [
    *(({"host": host}, "Host") for host in ("[2001:db8::1]:2088", "[evil", "[", "[]:2088", ":2088", ".")),
    ({"host": "evil.example", "origin": "http://evil.example"}, "Host"),
    *(({"host": "localhost:2088", "sec-fetch-site": s}, "Sec-Fetch-Site") for s in ("cross-site", "same-site", "")),
    *(
        ({"host": "localhost:2088", "origin": origin}, "Origin")
        for origin in (
            *("https://evil.example", "http://localhost:3000", "http://127.0.0.1:2088", "http://[::1", "null", ""),
            "http://localhost:2088.evil.example",
        )
    ),
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
    with pytest.raises(HttpProblem) as caught:
        LOCAL.check(headers)
    assert (403, True) == (caught.value.status, f"header {named}: " in caught.value.detail)


@pytest.mark.parametrize(
    ("bound", "hosts", "welcome", "unwelcome"),
    [
        ("::1", "", "localhost:2088", "evil.example"),
        ("localhost", "", "127.0.0.1:2088", "evil.example"),
        (
            *("127.0.0.1", "", "127.0.0.1:2088 127.0.0.1 127.8.9.10:2088 localhost localhost.:2088 LocalHost:2088"),
            "evil.example evil.example:2088 127.0.0.1.evil.example:2088 localhost.evil.example notlocalhost",
        ),
        ("127.0.0.1", "", "x.localhost:2088 [::1]:2088 [::1]", "192.168.1.2:2088 0.0.0.0:2088 10.1.2.3:2088"),
        (
            *("127.0.0.1", "mock-alipay", "mock-alipay:2088 mock-alipay MOCK-ALIPAY.:2088"),
            "other:2088 mock-alipay.evil.example:2088 evil.mock-alipay:2088",
        ),
        ("127.0.0.1", "Mock-Alipay.", "mock-alipay:2088", ""),
        ("127.0.0.1", "mock-alipay gateway.internal", "gateway.internal:2088", ""),
        (
            *("0.0.0.0", "", "10.1.2.3:2088 [2001:db8::1]:2088 localhost:2088"),
            "gateway.internal:2088 host.docker.internal:2088 mock-alipay:2088 10.1.2.3.evil.example:2088 evil.example",
        ),
        ("0.0.0.0", "mock-alipay", "mock-alipay:2088", ""),
        ("::", "", "10.1.2.3:2088", "mock-alipay:2088"),
        ("192.168.1.2", "", "192.168.1.2:2088 localhost:2088", "192.168.1.3:2088 build-server:2088"),
        ("2001:DB8::1", "", "[2001:db8::1]:2088", ""),
    ],
)
def test_host_by_address(bound: str, hosts: str, welcome: str, unwelcome: str) -> None:
    """Loopback names, the bound address and the names listed are welcome; any address if the gateway has them all."""
    access = AccessCheck(bound, hosts=hosts.split())
    for host in welcome.split():
        access.check({"host": host})
    for host in unwelcome.split():
        with pytest.raises(HttpProblem) as caught:
            access.check({"host": host})
        name = host.partition(":")[0]
        ways = f"--admin-host {name}, MOCK_ALIPAY_ADMIN_HOSTS={name}, or admin_hosts of Config"
        assert (403, True) == (caught.value.status, caught.value.detail.endswith(f"got {host}; to allow it: {ways}"))


def test_what_would_be_welcome() -> None:
    """The refusal says what would have been right where this gateway listens."""
    for bound, words in (("127.0.0.1", "such as localhost, got"), ("::", "such as localhost or an IP address, got")):
        with pytest.raises(HttpProblem) as caught:
            AccessCheck(bound).check({"host": "evil.example"})
        assert words in caught.value.detail


def test_a_host_that_is_none() -> None:
    """What no name can be read from is refused, cut short, and no way to allow it is promised."""
    with pytest.raises(HttpProblem) as caught:
        LOCAL.check({"host": "[" + "x" * 1000})
    assert caught.value.detail.endswith("got [" + "x" * 79)


@pytest.mark.parametrize("own", ["127.0.0.1", "localhost", "[::1]", "gateway.test"])
@pytest.mark.parametrize(
    "rest",
    [
        *("@evil.example", ":80@evil.example", ":@evil.example", ":80:81", ":x", ":123456", ":-1", ":\u0662", ": 80"),
        *(
            "/",
            "/@evil.example",
            ":80/",
            "?",
            "#",
            "\\",
            "%2e",
            ",evil.example",
            " evil.example",
            "]",
            "[",
            ":80]",
            "\t",
        ),
    ],
)
def test_a_host_that_is_malformed(own: str, rest: str) -> None:
    """What follows a name that would be welcome is parsed too: only a port may."""
    with pytest.raises(HttpProblem) as caught:
        AccessCheck("127.0.0.1", hosts=["gateway.test"]).check({"host": own + rest})
    assert (403, True) == (caught.value.status, caught.value.detail.endswith(f"got {own}{rest}"))


@pytest.mark.parametrize(
    "host", ["user@127.0.0.1", "user:secret@localhost:80", "http://localhost", "127.0.0.1]", "::1"]
)
def test_a_host_with_something_before_it(host: str) -> None:
    """Neither may anything come before."""
    with pytest.raises(HttpProblem, match="header Host"):
        LOCAL.check({"host": host})


@pytest.mark.parametrize("path", ["/env", "/health"])
@pytest.mark.parametrize("second", ["localhost", "evil.example"])
def test_two_hosts(gateway: Live, path: str, second: str) -> None:
    """Which of them would count is anybody's guess: the call is refused."""
    with connect(gateway.config.port) as wire:
        reply = wire.send(request("GET", f"/__admin{path}", [f"Host: {second}"])).reply()
    assert (400, "header Host: expected one, got 2") == (reply.status, json.loads(reply.body)["detail"])


def test_origins_are_checked_on_any_address() -> None:
    """Wherever the gateway listens, pages of other origins are refused."""
    with pytest.raises(HttpProblem, match="header Origin"):
        AccessCheck("0.0.0.0").check({"host": "10.1.2.3", "origin": "https://evil.example"})


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:2088"},
        {"Host": "[evil"},
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


def test_merchants_are_not_guarded(gateway: Live) -> None:
    """The merchant's door takes any Host: SDKs reach it under the real gateway's names."""
    assert gateway.create(extra={"Host": "open-na-global.alipay.com"}).code == "SUCCESS"


# --- the token --------------------------------------------------------------------------------------------------------

TOKEN = "correct-horse"


@pytest.mark.parametrize("authorization", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER  {TOKEN} "])
def test_the_token(authorization: str) -> None:
    """The scheme's case does not matter, nor do blanks around the token."""
    AccessCheck("0.0.0.0", token=TOKEN).check({"host": "localhost", "authorization": authorization})


@pytest.mark.parametrize(
    ("authorization", "found"),
    [
        (None, "none"),
        ("", "another"),
        ("Bearer", "another"),
        ("Bearer ", "another"),
        (TOKEN, "another"),
        (f"Basic {TOKEN}", "another"),
        (f"Bearer {TOKEN}x", "another"),
        (f"Bearer {TOKEN[:-1]}", "another"),
        (f"Bearer {TOKEN.upper()}", "another"),
        (f"Bearer {TOKEN} {TOKEN}", "another"),
        ("Bearer ü€", "another"),
    ],
)
def test_no_token_or_another(authorization: str | None, found: str) -> None:
    """Anything else is refused, saying what is needed and never what it is."""
    headers = {} if authorization is None else {"authorization": authorization}
    with pytest.raises(HttpProblem) as caught:
        AccessCheck("0.0.0.0", token=TOKEN).check(headers)
    assert (401, True) == (caught.value.status, caught.value.detail.endswith(f"got {found}"))
    assert "--admin-token or MOCK_ALIPAY_ADMIN_TOKEN" in caught.value.detail
    assert TOKEN not in caught.value.detail


def test_strangers_are_not_asked_for_a_token() -> None:
    """A page of another origin is refused as such, whatever token it has."""
    with pytest.raises(HttpProblem) as caught:
        AccessCheck("0.0.0.0", token=TOKEN).check({"host": "evil.example", "authorization": f"Bearer {TOKEN}"})
    assert caught.value.status == 403


def test_where_no_token_is_set() -> None:
    """A token that nobody asked for is no trouble; an empty one, as from an unset variable, is none."""
    LOCAL.check({"authorization": "Bearer anything"})
    AccessCheck("127.0.0.1", token="").check({"host": "localhost"})
    AccessCheck("0.0.0.0", token=TOKEN).check({}, needs_token=False)


@pytest.fixture(scope="module")
def guarded() -> Iterator[Live]:
    """A gateway with a token."""
    with live(Config(seed=1, admin_token=TOKEN)) as running:
        yield running


@pytest.mark.parametrize(("method", "path"), [row for row in ROWS if row[1] not in ("/health", "/certificate")])
def test_every_call_needs_the_token(guarded: Live, method: str, path: str) -> None:
    """Every admin call does, and says how it wants it; with the token it is looked at."""
    for authorization in ({}, {"authorization": "Bearer wrong"}):
        answer = guarded.request(method, f"/__admin{filled(path)}", headers=authorization)
        assert (401, "Bearer") == (answer.status, answer.headers["www-authenticate"])
        assert "Token needed" == problem(answer)["title"]
    # A parameter that no call has: whoever gets as far as to be told so was let in.
    answer = guarded.request(method, f"/__admin{filled(path)}?let=me-in", headers={"authorization": f"Bearer {TOKEN}"})
    assert (400, "Unknown query parameter") == (answer.status, problem(answer)["title"])


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("POST", "/env"), ("PROPFIND", "/env"), ("GET", "")])
def test_nothing_is_told_without_the_token(guarded: Live, method: str, path: str) -> None:
    """Not even which calls there are."""
    answer = guarded.request(method, f"/__admin{path}")
    assert (401, False) == (answer.status, "known" in answer.body or "allowed" in answer.body)


@pytest.mark.parametrize(
    ("path", "status"), [("/__admin/health", 200), ("/__admin/certificate", 404), ("/openapi.json", 200)]
)
def test_what_needs_no_token(guarded: Live, path: str, status: int) -> None:
    """Health, the certificate (none without HTTPS) and the description are open to all but pages of other origins."""
    assert guarded.request("GET", path).status == status
    assert guarded.request("HEAD", path).status == status
    refused = guarded.request("GET", path, headers={"Origin": "https://evil.example"})
    assert (403, []) == (refused.status, [name for name in refused.headers if name.startswith("access-control-")])


@pytest.mark.parametrize("host", ["gateway:2088", "open-na-global.alipay.com", "host.docker.internal:2088", "[evil"])
@pytest.mark.parametrize(
    ("path", "status"), [("/__admin/health", 200), ("/__admin/certificate", 404), ("/openapi.json", 200)]
)
def test_what_may_be_asked_under_any_name(guarded: Live, path: str, status: int, host: str) -> None:
    """Probes and clients that need the certificate call the gateway by names that it does not know yet."""
    assert guarded.request("GET", path, headers={"Host": host}).status == status
    elsewhere = {"Host": host, "Sec-Fetch-Site": "cross-site"}
    assert guarded.request("GET", path, headers=elsewhere).status == 403


def test_merchants_need_no_token(guarded: Live) -> None:
    """It guards the admin API alone."""
    assert guarded.create().code == "SUCCESS"


@pytest.mark.parametrize("origin", ["own", "https://evil.example", "null"])
def test_no_other_origin_may_read(guarded: Live, origin: str) -> None:
    """No answer, good or bad or to a preflight, gives a page of another origin leave to read it."""
    host = f"localhost:{guarded.config.port}"
    headers = {"Host": host, "Origin": f"http://{host}" if origin == "own" else origin}
    headers["Access-Control-Request-Method"] = "PUT"
    for method, path in (*ROWS, ("OPTIONS", "/env"), ("GET", "/nowhere")):
        for more in ({}, {"authorization": f"Bearer {TOKEN}"}):
            answer = guarded.request(method, f"/__admin{filled(path)}?x", headers={**headers, **more})
            assert (origin != "own") == (answer.status == 403)
            assert [] == [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_a_notification_is_no_admin_call(gateway: Live) -> None:
    """What carries the header of deliveries is refused on every admin call, however it came here."""
    for method, path in ROWS:
        answer = gateway.request(method, f"/__admin{filled(path)}", headers={"mock-notification-id": "1"})
        found = problem(answer)
        assert (403, "Not from here") == (found["status"], found["title"])
        assert str(found["detail"]).startswith("header mock-notification-id: ")
