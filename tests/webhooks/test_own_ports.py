"""The gateway sends no notification to itself."""

from __future__ import annotations

import socket

import pytest

from mock_alipay.errors import AddressNotAllowed
from mock_alipay.webhooks.own_ports import OwnPorts

OWN = OwnPorts([2088, 2089])
MACHINE = [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None)]


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["203.0.113.7", "127.0.0.1"], MACHINE]
)
def test_addresses_of_this_machine_are_refused(addresses: list[str]) -> None:
    """Both ports, even if another address of the name is elsewhere."""
    for port in (2088, 2089):
        with pytest.raises(AddressNotAllowed, match=f"shop.test port {port}"):
            OWN.check("shop.test", addresses, port)


@pytest.mark.parametrize(("address", "port"), [("127.0.0.1", 2090), ("203.0.113.7", 2088), ("2001:db8::7", 2089)])
def test_other_ports_and_machines_are_allowed(address: str, port: int) -> None:
    """Another port of this machine, or the same port elsewhere (RFC 5737, RFC 3849)."""
    OWN.check("shop.test", [address], port)
