"""Admin calls about the gateway itself: health, environment, certificate and reset."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mock_alipay import __version__
from mock_alipay.config.config import TEST_CLIENT_ID, Config
from tests.live import Live, live, sample
from tests.shop import ACKNOWLEDGED, FAULTY, Shop
from tests.web.asking import REFUSED, Driver, post, problem

# --- health and env ---------------------------------------------------------------------------------------------------


def test_health(gateway: Live) -> None:
    """Health says ok and the version, as JSON."""
    answer = gateway.admin("GET", "/health")
    assert (200, {"status": "ok", "version": __version__}) == (answer.status, answer.body)
    assert answer.headers["content-type"] == "application/json"


def test_env(gateway: Live) -> None:
    """The settings of a client: ids, keys and addresses; without TLS nothing to trust."""
    env = gateway.admin("GET", "/env").body
    assert {"clientId", "merchantPrivateKey", "gatewayPublicKey", "url", "tlsUrl", "caCertificate"} == env.keys()
    assert (TEST_CLIENT_ID, gateway.config.url, None, None) == (
        env["clientId"],
        env["url"],
        env["tlsUrl"],
        env["caCertificate"],
    )


def test_env_under_the_name_that_was_called(tls_folder: Path) -> None:
    """In a container the URLs are those by which the client came, not those that the container knows itself by."""
    with live(Config(host="0.0.0.0", admin_open=True, admin_hosts=("gw",)), tls_folder=tls_folder) as own:
        port, tls_port = own.config.port, own.config.tls_port
        for host, url, tls_url in (
            ("gw:8080", "http://gw:8080", f"https://gw:{tls_port}"),
            ("gw", "http://gw", f"https://gw:{tls_port}"),
            ("[::1]:5", "http://[::1]:5", f"https://[::1]:{tls_port}"),
        ):
            env = own.request("GET", "/__admin/env", headers={"Host": host}).body
            assert (url, tls_url) == (env["url"], env["tlsUrl"])
        trust = ssl.create_default_context(cafile=str(tls_folder / "ca.pem"))
        connection = http.client.HTTPSConnection("127.0.0.1", tls_port, context=trust, timeout=60)
        connection.request("GET", "/__admin/env", headers={"Host": "gw"})
        env = json.loads(connection.getresponse().read())
        connection.close()
        assert (f"http://gw:{port}", "https://gw") == (env["url"], env["tlsUrl"])


def test_env_is_what_the_command_prints(gateway: Live, tmp_path: Path) -> None:
    """The command of the same name prints the same keys and address."""
    result = subprocess.run(
        [sys.executable, "-m", "mock_alipay", "env", "--port", str(gateway.config.port), "--tls-port", "none"],
        env={"MOCK_ALIPAY_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    env = gateway.admin("GET", "/env").body
    printed = [line.partition("=")[2].strip("'") for line in result.stdout.splitlines()]
    assert [env["clientId"], env["merchantPrivateKey"], env["gatewayPublicKey"], env["url"]] == printed


# --- certificate ------------------------------------------------------------------------------------------------------


def test_certificate(tls_folder: Path) -> None:
    """Whoever sees no files of the gateway's machine can fetch what to trust, and reaches HTTPS with it by any name."""
    with live(Config(admin_hosts=("mock-alipay", "no_name")), tls_folder=tls_folder) as own:
        answer = own.admin("GET", "/certificate")
        assert (200, "application/x-pem-file") == (answer.status, answer.headers["content-type"])
        trust = ssl.create_default_context(cadata=answer.raw.decode())
        for name in ("mock-alipay", "localhost", "127.0.0.1"):
            with (
                socket.create_connection(("127.0.0.1", own.config.tls_port or 0), 10) as plain,
                trust.wrap_socket(plain, server_hostname=name) as secure,
            ):
                assert secure.getpeercert()


def test_no_certificate(gateway: Live, tmp_path: Path) -> None:
    """Without HTTPS there is none, and one whose file has gone is told of, not a traceback."""
    assert "HTTPS is off" in problem(gateway.admin("GET", "/certificate"))["detail"]
    with live(tls_folder=tmp_path) as own:
        (tmp_path / "ca.pem").unlink()
        assert "ca.pem cannot be read any more" in problem(own.admin("GET", "/certificate"))["detail"]


# --- reset ------------------------------------------------------------------------------------------------------------


def test_reset_of_one_client(own: Live) -> None:
    """A reset of one client forgets its payments, calls, choice and counters, and nobody else's."""
    for name in ("A", "B"):
        own.create(sample("p"), client_id=name)
        own.create(sample("unknown-then-success--1"), client_id=name)
        own.admin("PUT", "/scenario", {"clientId": name, "scenario": "risk-reject"})
    assert {"payments": 1, "calls": 2, "notifications": 0} == own.admin("POST", "/reset", {"clientId": "A"}).body
    assert ([], 2) == tuple(
        found if name == "A" else len(found)
        for name in ("A", "B")
        for found in [own.admin("GET", f"/calls?clientId={name}").body["calls"]]
    )
    assert ["B"] == [payment["clientId"] for payment in own.admin("GET", "/payments").body["payments"]]
    assert ["SUCCESS", "RISK_REJECT"] == [own.create(client_id=name).code for name in ("A", "B")]
    nth = [own.create(sample("unknown-then-success--1"), client_id=name).code for name in ("A", "B") for _ in range(2)]
    assert ["UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION", "SUCCESS"] == nth


def traces(live: Live, client_id: str) -> dict[str, Any]:
    """What a gateway remembers of a client id."""
    whose = f"?clientId={client_id}"
    scenarios = live.admin("GET", f"/scenarios{whose}").body
    return {
        "payments": len(live.admin("GET", f"/payments{whose}").body["payments"]),
        "calls": live.admin("GET", f"/calls/count{whose}").body["count"],
        "chosen": len(scenarios["chosen"]),
        "loaded": sum(scenario["file"] is None for scenario in scenarios["scenarios"]),
        "clock": live.admin("GET", f"/clock{whose}").body["own"],
        "told": sum(event.client_id == client_id for event in live.components.events.since("")[1]),
    }


@pytest.mark.parametrize("body", [{"clientId": "A"}, {}])
def test_everything_is_forgotten(own: Live, body: dict[str, str]) -> None:
    """Payments, calls, choices, loaded scenarios, clock and what could be told again: of one client id or of all."""
    for name in ("A", "B"):
        own.create(sample("p"), client_id=name)
        own.admin("PUT", "/scenario", {"clientId": name, "scenario": "risk-reject"})
        own.admin("PUT", "/clock", {"clientId": name, "freeze": "now"})
        post(own, REFUSED, f"?name=tale&clientId={name}")
    before = {"payments": 1, "calls": 1, "chosen": 1, "loaded": 1, "clock": True, "told": 3}
    assert [before, before] == [traces(own, name) for name in ("A", "B")]
    own.admin("POST", "/reset", body)
    nothing = {"payments": 0, "calls": 0, "chosen": 0, "loaded": 0, "clock": False, "told": 0}
    # The reset itself is told, to the one it concerns.
    assert [{**nothing, "told": len(body)}, before if body else nothing] == [traces(own, name) for name in ("A", "B")]


@pytest.mark.parametrize("body", [None, {}, {"clientId": None}])
def test_reset_of_all(own: Live, body: dict[str, None] | None) -> None:
    """A reset without a client id forgets everything of everyone."""
    for name in ("A", "B"):
        own.create(sample("p"), client_id=name)
    own.admin("PUT", "/scenario", {"scenario": "risk-reject"})
    assert {"payments": 2, "calls": 2, "notifications": 0} == own.admin("POST", "/reset", body).body
    assert ([], [], []) == (
        own.admin("GET", "/calls").body["calls"],
        own.admin("GET", "/payments").body["payments"],
        own.admin("GET", "/scenarios").body["chosen"],
    )
    assert "SUCCESS" == own.create(sample("p", paymentRedirectUrl="https://another.example"), client_id="A").code


def test_call_ids_go_on_after_a_reset(own: Live) -> None:
    """Ids are never used twice, so that ``after`` keeps its meaning."""
    before = int(own.create().headers["mock-call-id"])
    own.admin("POST", "/reset")
    assert before < int(own.create().headers["mock-call-id"])


def test_nothing_is_reset_by_mistake(own: Live) -> None:
    """A reset that was refused has forgotten nothing."""
    own.create()
    for path, body in (("/reset?clientId=A", None), ("/reset", {"client": "A"})):
        assert 400 == own.admin("POST", path, body).status
    assert 1 == len(own.admin("GET", "/payments").body["payments"])


@pytest.mark.parametrize("whose", [{"clientId": "A"}, {}])
def test_a_reset_forgets_what_is_to_be_sent(own: Live, shop: Shop, path: str, whose: dict[str, str]) -> None:
    """Of one client id or of all; what others still have to get they get."""
    tills = [Driver(own, shop, f"{path}&{name}", name) for name in ("A", "B")]
    for driver in tills:
        shop.says(driver.path, FAULTY, ACKNOWLEDGED)
        driver.paid("p")
    assert (1 if whose else 2) == own.admin("POST", "/reset", whose).body["notifications"]
    for driver in tills:
        driver.advance("25h")
    assert [1, 2 if whose else 1] == [len(shop.got(driver.path)) for driver in tills]
    assert [0, 1 if whose else 0] == [len(driver.listed()) for driver in tills]
