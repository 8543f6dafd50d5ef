"""No notification leads back into the gateway."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.abuse.harness import LimitedGateway, limited_gateway
from tests.conformance.relay import relay
from tests.live import sample

NAMES = ("127.0.0.1", "localhost", "shop.localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1")
PATH = "/__admin/notifications/1/resend"


@pytest.fixture(scope="module")
def both_ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LimitedGateway]:
    """A gateway with HTTP and HTTPS."""
    with limited_gateway(tmp_path_factory.mktemp("home"), "--port", "0", "--tls-port", "0") as gateway:
        yield gateway
        gateway.check_alive()


def notified(gateway: LimitedGateway, url: str) -> dict[str, Any]:
    """The notification of a payment, once it has been sent or refused."""
    assert gateway.request("POST", "/__admin/reset").status == 200
    body = sample(paymentNotifyUrl=url)
    assert "SUCCESS" == gateway.create(body, extra={"mock-scenario": "pays-at-once"}).code
    found = gateway.request("GET", "/__admin/notifications/wait?timeout=60").body["notifications"]
    assert body["paymentRequestId"] == found[0]["paymentRequestId"]
    return dict(found[0])


@pytest.mark.parametrize("host", NAMES)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_gateways_own_ports_are_refused(both_ports: LimitedGateway, scheme: str, host: str) -> None:
    """Under every address and name of this machine, and the notification says why."""
    port = both_ports.port if scheme == "http" else both_ports.tls_port
    found = notified(both_ports, f"{scheme}://{host}:{port}{PATH}")
    assert "REFUSED" == found["status"], found
    assert f"port {port}: this gateway listens there" in str(found["problem"])


def test_a_detour_makes_no_loop(tmp_path: Path) -> None:
    """A notification that asks for itself through a proxy is refused there: the timetable's attempts are all."""
    with limited_gateway(tmp_path) as gateway, relay(gateway.port) as proxy:
        found = notified(gateway, f"http://127.0.0.1:{proxy.port}{PATH}")
        assert ("1", "PENDING", [403]) == (found["id"], found["status"], [a["httpStatus"] for a in found["attempts"]])
        moved = gateway.request("PUT", "/__admin/clock", b'{"advance": "25h"}', {"content-type": "application/json"})
        assert moved.status == 200
        found = gateway.request("GET", "/__admin/notifications/1").body
        came = sum("\nmock-notification-id: 1\n" in head for head, _ in proxy.requests)
        assert ("GIVEN_UP", 8, 8) == (found["status"], found["attemptCount"], came)
        gateway.check_alive()
