"""Notifications cannot call the gateway itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.abuse.harness import LimitedGateway, limited_gateway
from tests.conformance.relay import relay
from tests.live import sample

PATH = "/__admin/notifications/1/resend"


@pytest.fixture(scope="module")
def both_ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LimitedGateway]:
    """A gateway with HTTP and HTTPS."""
    with limited_gateway(tmp_path_factory.mktemp("home"), "--port", "0", "--tls-port", "0") as gateway:
        yield gateway
        gateway.check_alive()


def notified(gateway: LimitedGateway, url: str) -> dict[str, Any]:
    """The notification of a payment, after its first attempt."""
    assert gateway.request("POST", "/__admin/reset").status == 200
    body = sample(paymentMethod={"paymentMethodType": "ALIPAY_CN"}, paymentNotifyUrl=url)
    assert "SUCCESS" == gateway.create(body, extra={"mock-scenario": "pays-at-once"}).code
    found = gateway.request("GET", "/__admin/notifications/wait?timeout=60").body["notifications"]
    assert body["paymentRequestId"] == found[0]["paymentRequestId"]
    return dict(found[0])


@pytest.mark.parametrize(("scheme", "host"), [("http", "2130706433"), ("https", "shop.localhost")])
def test_the_gateways_own_ports_are_refused(both_ports: LimitedGateway, scheme: str, host: str) -> None:
    """Under other names of this machine too, with the reason."""
    port = both_ports.port if scheme == "http" else both_ports.tls_port
    found = notified(both_ports, f"{scheme}://{host}:{port}{PATH}")
    assert "REFUSED" == found["status"], found
    assert f"port {port}" in str(found["problem"])


def test_a_proxy_to_the_gateway_makes_no_loop(both_ports: LimitedGateway) -> None:
    """A notification that resends itself through a proxy is refused: only the scheduled attempts are made."""
    number = int(notified(both_ports, "http://127.0.0.1:9/")["id"]) + 1
    with relay(both_ports.port) as proxy:
        found = notified(both_ports, f"http://127.0.0.1:{proxy.port}/__admin/notifications/{number}/resend")
        attempts = [attempt["httpStatus"] for attempt in found["attempts"]]
        assert (str(number), "PENDING", [403]) == (found["id"], found["status"], attempts)
        media = {"content-type": "application/json"}
        assert 200 == both_ports.request("PUT", "/__admin/clock", b'{"advance": "25h"}', media).status
        found = both_ports.request("GET", f"/__admin/notifications/{number}").body
        received = sum(f"\nmock-notification-id: {number}\n" in head for head, _ in proxy.requests)
        assert ("GIVEN_UP", 8, 8) == (found["status"], found["attemptCount"], received)
