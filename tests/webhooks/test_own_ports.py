"""The gateway sends no notification to itself."""

from __future__ import annotations

import socket

import pytest

from mock_alipay.errors import AddressNotAllowed
from mock_alipay.webhooks.own_ports import OwnPorts

OWN = OwnPorts([2088, 2089])


@pytest.mark.parametrize("port", [2088, 2089])
@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["203.0.113.7", "127.0.0.1"]])
def test_every_address_of_this_machine_is_refused(port: int, addresses: list[str]) -> None:
    """Whatever the name, and though another address of it is elsewhere; the reason names both."""
    with pytest.raises(AddressNotAllowed, match=f"never go to shop.test port {port}: this gateway listens"):
        OWN.check("shop.test", addresses, port)


def test_the_addresses_of_the_machines_name_are_refused() -> None:
    """Loopback is not the only way here."""
    for address in {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None)}:
        with pytest.raises(AddressNotAllowed):
            OWN.check("shop.test", [address], 2088)


@pytest.mark.parametrize(("address", "port"), [("127.0.0.1", 2090), ("203.0.113.7", 2088), ("2001:db8::7", 2089)])
def test_others_are_let_through(address: str, port: int) -> None:
    """Another port of this machine, and the same port of another machine (RFC 5737, RFC 3849)."""
    OWN.check("shop.test", [address], port)
