"""Refuses notifications to the gateway's own ports, which could cause endless notifications."""

from __future__ import annotations

import socket
from collections.abc import Collection, Sequence
from ipaddress import IPv6Address, ip_address

from mock_alipay.errors import AddressNotAllowed


class OwnPorts:
    """The gateway's own ports, under any address or name of this machine."""

    def __init__(self, ports: Collection[int]) -> None:
        self._ports = frozenset(ports)

    def check(self, host: str, addresses: Sequence[str], port: int) -> None:
        """Raise AddressNotAllowed if the port is the gateway's and any of the addresses is this machine's."""
        if port in self._ports and any(map(_is_own, addresses)):
            raise AddressNotAllowed(
                f"notifications never go to {host} port {port}: this gateway listens there; expected the URL of a shop"
            )


def _is_own(address: str) -> bool:
    """Whether this machine has the address: a socket can be bound only to the machine's own addresses."""
    parsed = ip_address(address)
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    family = socket.AF_INET6 if isinstance(parsed, IPv6Address) and mapped is None else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(mapped or parsed), 0))
    except OSError:
        return False
    return True
