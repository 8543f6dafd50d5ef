"""Health, environment, certificate and reset."""

from __future__ import annotations

import http.client
import logging
import ssl
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from mock_alipay import __version__
from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.admin.system import environment
from tests.calls import NOW, parts_of
from tests.live import Live, live, sample
from tests.shop import ACKNOWLEDGED, FAULTY, Shop
from tests.web.asking import REFUSED, Driver, post, problem


def test_health_and_environment(gateway: Live) -> None:
    """Without HTTPS there is no HTTPS URL and no certificate."""
    assert {"status": "ok", "version": __version__} == gateway.admin("GET", "/health").body
    env = gateway.admin("GET", "/env").body
    keys = {"merchantPrivateKey", "gatewayPublicKey"}
    expected = {"clientId": TEST_CLIENT_ID, "url": gateway.config.url, "tlsUrl": None, "caCertificate": None}
    assert {**expected, **{name: gateway.components.env[name] for name in keys}} == env
    assert 404 == problem(gateway.admin("GET", "/certificate"))["status"]


@pytest.mark.parametrize(
    ("scheme", "host", "url", "tls_url"),
    [
        ("http", None, "http://127.0.0.1:1", "https://127.0.0.1:2"),
        ("http", "gw:8080", "http://gw:8080", "https://gw:2"),
        ("http", "gw", "http://gw", "https://gw:2"),
        ("http", "[::1]:5", "http://[::1]:5", "https://[::1]:2"),
        ("https", "gw", "http://gw:1", "https://gw"),
    ],
)
async def test_the_environment_has_the_host_that_the_client_uses(
    scheme: str, host: str | None, url: str, tls_url: str
) -> None:
    """With its port for the same scheme, and the gateway's own port for the other one."""
    env = {"url": "http://127.0.0.1:1", "tlsUrl": "https://127.0.0.1:2"}
    context = AdminContext(**{**vars(parts_of()), "env": env})
    headers = [] if host is None else [(b"host", host.encode())]
    request = Request({"type": "http", "scheme": scheme, "path": "/", "query_string": b"", "headers": headers})
    expected = {"url": url, "tlsUrl": tls_url}
    assert expected == await environment(context, AdminRequest(request, {}, {}, "", b""))


def test_the_certificate_can_be_downloaded(tmp_path: Path) -> None:
    """Over HTTPS, which can be trusted with it; without its file there is none."""
    with live(tls_folder=tmp_path) as own:
        trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        connection = http.client.HTTPSConnection("127.0.0.1", own.config.tls_port, context=trust, timeout=60)
        connection.request("GET", "/__admin/certificate")
        answer = connection.getresponse()
        assert (200, "application/x-pem-file") == (answer.status, answer.headers["content-type"])
        assert (tmp_path / "ca.pem").read_bytes() == answer.read()
        connection.close()
        (tmp_path / "ca.pem").unlink()
        found = problem(own.admin("GET", "/certificate"))
        assert (404, True) == (found["status"], "ca.pem" in found["detail"])


def state(live: Live, client_id: str) -> dict[str, Any]:
    """What the gateway keeps of a client id."""
    owner = f"?clientId={client_id}"
    scenarios = live.admin("GET", f"/scenarios{owner}").body
    return {
        "payments": len(live.admin("GET", f"/payments{owner}").body["payments"]),
        "calls": live.admin("GET", f"/calls/count{owner}").body["count"],
        "chosen": len(scenarios["chosen"]),
        "loaded": sum(scenario["file"] is None for scenario in scenarios["scenarios"]),
        "clock": live.admin("GET", f"/clock{owner}").body["own"],
        "events": sum(event.client_id == client_id for event in live.components.events.since("")[1]),
    }


@pytest.mark.parametrize("body", [{"clientId": "A"}, {"clientId": None}])
def test_a_reset_deletes_the_state_of_one_client_id_or_of_all(own: Live, body: dict[str, str | None]) -> None:
    """Payments, calls, set and loaded scenarios, steps, clock and events; call ids continue."""
    for name in ("A", "B"):
        own.create(sample("unknown-then-success--1"), client_id=name)
        own.create(sample("p"), client_id=name)
        own.admin("PUT", "/scenario", {"clientId": name, "scenario": "risk-reject"})
        own.admin("PUT", "/clock", {"clientId": name, "freeze": "now"})
        post(own, REFUSED, f"?name=tale&clientId={name}")
    before = {"payments": 1, "calls": 2, "chosen": 1, "loaded": 1, "clock": True, "events": 4}
    assert [before, before] == [state(own, name) for name in ("A", "B")]
    one = body["clientId"] is not None
    deleted = {"payments": 1, "calls": 2} if one else {"payments": 2, "calls": 4}
    assert {**deleted, "notifications": 0} == own.admin("POST", "/reset", body).body
    # The reset itself is an event of the client id.
    nothing = {"payments": 0, "calls": 0, "chosen": 0, "loaded": 0, "clock": False, "events": int(one)}
    assert [nothing, before if one else nothing] == [state(own, name) for name in ("A", "B")]
    again = [own.create(sample("unknown-then-success--1"), client_id=name) for name in "AABB"]
    codes = ["UNKNOWN_EXCEPTION"] * 3 + ["SUCCESS" if one else "UNKNOWN_EXCEPTION"]
    assert codes == [answer.code for answer in again]
    assert "5" == again[0].headers["mock-call-id"]


def test_a_refused_reset_deletes_nothing(own: Live) -> None:
    """An unknown field or parameter must not turn it into a reset of all."""
    own.create()
    for path, body in (("/reset?clientId=A", None), ("/reset", {"client": "A"})):
        assert 400 == own.admin("POST", path, body).status
    assert 1 == len(own.admin("GET", "/payments").body["payments"])


def test_a_reset_stops_pending_notifications(own: Live, shop: Shop, path: str) -> None:
    """Those of other client ids are still delivered."""
    drivers = [Driver(own, shop, f"{path}&{name}", name) for name in ("A", "B")]
    for driver in drivers:
        shop.says(driver.path, FAULTY, ACKNOWLEDGED)
        driver.paid("p")
    assert 1 == own.admin("POST", "/reset", {"clientId": "A"}).body["notifications"]
    for driver in drivers:
        driver.advance("25h")
    assert [(1, 0), (2, 1)] == [(len(shop.got(driver.path)), len(driver.listed())) for driver in drivers]


CARD, MASKED = "4111111111111111", "411111******1111"


def test_each_change_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """Refused changes are not logged; client ids are masked."""
    caplog.set_level(logging.INFO, "mock_alipay")
    now = "2030-01-01T00:00:00.000+00:00"
    lines = [
        ("scenario set: slow for A, next 1 call", "PUT /scenario", {"scenario": "slow", "clientId": "A", "times": 1}),
        ("scenario set: slow for A, next 3 calls", "PUT /scenario", {"scenario": "slow", "clientId": "A", "times": 3}),
        ("scenario set: success for all client ids", "PUT /scenario", {"scenario": "success"}),
        ("", "PUT /scenario", {"scenario": "unknown\n"}),
        ("scenario cleared for A", "DELETE /scenario", {"clientId": "A"}),
        ("scenario cleared for all client ids", "DELETE /scenario", None),
        ("clock: +59m for all client ids (now 2026-11-22T02:06:10.000+00:00)", "PUT /clock", {"advance": "59m"}),
        (f"clock: frozen for {MASKED} (now {now})", "PUT /clock", {"freeze": "2030-01-01T00:00Z", "clientId": CARD}),
        (f"clock: running for {MASKED} (now {now})", "PUT /clock", {"run": True, "clientId": CARD}),
        ("reset: A (1 call, 1 payment, 0 notifications)", "POST /reset", {"clientId": "A"}),
        ("reset: all client ids (2 calls, 2 payments, 0 notifications)", "POST /reset", None),
    ]
    with live(clock=StoppedClock(NOW)) as gateway:
        for name in "ABC":
            gateway.create(sample(f"p-{name}"), client_id=name)
        for line, call, body in lines:
            method, path = call.split()
            caplog.clear()
            gateway.admin(method, path, body)
            assert [line] * bool(line) == caplog.messages
