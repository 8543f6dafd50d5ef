"""The ports that the gateway itself listens on: a notification to one of them could cause the next notification."""

from __future__ import annotations

import socket
from collections.abc import Collection, Sequence
from ipaddress import IPv6Address, ip_address

from mock_alipay.errors import AddressNotAllowed


class OwnPorts:
    """Keeps notifications away from the gateway's own ports, under any address or name of this machine."""

    def __init__(self, ports: Collection[int]) -> None:
        self._ports = frozenset(ports)

    def check(self, host: str, addresses: Sequence[str], port: int) -> None:
        """AddressNotAllowed when the port is the gateway's and any of a host's addresses is this machine's."""
        if port in self._ports and any(map(_is_own, addresses)):
            raise AddressNotAllowed(
                f"notifications never go to {host} port {port}: this gateway itself listens there; "
                "expected the URL of a shop"
            )


def _is_own(address: str) -> bool:
    """Whether this machine has the address: only then a socket can be bound to it."""
    found = ip_address(address)
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    family = socket.AF_INET6 if isinstance(found, IPv6Address) and mapped is None else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(mapped or found), 0))
    except OSError:
        return False
    return True
