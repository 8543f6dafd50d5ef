"""Addresses that notifications may go to: this machine, private networks and allowed hosts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal

from mock_alipay.errors import AddressNotAllowed

Reach = Literal["near", "public", "never"]
"""``near``: always allowed; ``public``: only for allowed hosts; ``never``: not even for allowed hosts."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Resolves a host for a port to its addresses; raises OSError on failure."""

# ``is_private``, ``is_global`` and, for IPv6, ``is_reserved`` differ between releases of Python.
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
"""RFC 1918 and RFC 4193."""

_THIS_NETWORK = ip_network("0.0.0.0/8")
"""RFC 1122."""

_METADATA = {
    ip_network("100.100.100.200"): "Alibaba Cloud's metadata",
    ip_network("168.63.129.16"): "Azure's host",
    ip_network("192.0.0.192"): "Oracle Cloud's metadata",
    ip_network("fd00:ec2::/32"): "Amazon's metadata and its other services (169.254.169.254 in IPv6)",
    ip_network("fd20:ce::254"): "Google Cloud's metadata",
    ip_network("fd00:c1::a9fe:a9fe"): "Oracle Cloud's metadata",
    ip_network("fd00:42::42"): "Scaleway's metadata",
}

_METADATA_NAMES = frozenset({"metadata.google.internal", "metadata.goog"})

_IPV4_SUFFIX = (
    ip_network("::/96"),  # IPv4-compatible: RFC 4291, section 2.5.5.1
    ip_network("::ffff:0:0:0/96"),  # IPv4-translated: RFC 2765
    ip_network("64:ff9b::/96"),  # NAT64: RFC 6052
)

_LOCAL_NAT64 = ip_network("64:ff9b:1::/48")
"""RFC 8215; RFC 6052, section 2.2, lists the positions of the embedded IPv4 address."""

_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
"""RFC 5214: first half of an interface identifier whose second half is an IPv4 address."""


def classify(address: str) -> tuple[Reach, str]:
    """Reach and description of an address; an address with a zone is ``never``."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "never", "no address"
    if isinstance(parsed, IPv4Address):
        return _classify_bare(parsed)
    if parsed.scope_id is not None:
        return "never", "an address with a zone"
    if parsed.ipv4_mapped is not None:  # packets to a mapped address are sent over IPv4
        return _classify_bare(parsed.ipv4_mapped)
    embedded = [(reach, f"{kind} within IPv6") for reach, kind in map(_classify_bare, _embedded(parsed))]
    return max([_classify_bare(parsed), *embedded], key=lambda pair: ("near", "public", "never").index(pair[0]))


class AddressPolicy:
    """Allows ``near`` addresses and the hosts in ``allowed``, given as names or addresses."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = frozenset(map(_normal, allowed))

    def check_name(self, host: str) -> None:
        """Raise AddressNotAllowed for the name of a metadata service, whatever it resolves to."""
        if _normal(host) in _METADATA_NAMES:
            raise AddressNotAllowed(f"notifications never go to {host}: Google Cloud's metadata")

    def check(self, host: str, addresses: Sequence[str]) -> None:
        """Raise AddressNotAllowed if any address of the host is not allowed."""
        classified = [(address, *classify(address)) for address in addresses]
        for address, reach, kind in classified:
            if reach == "never":
                raise AddressNotAllowed(f"notifications never go to {_shown(host, address)}: {kind}")
        for address, reach, _ in classified:
            if reach == "public" and _normal(host) not in self._allowed:
                raise AddressNotAllowed(
                    f"{_shown(host, address)} is not on this machine or a private network; "
                    f"to allow it: --notify-allow {host}"
                )


def _classify_bare(address: IPv4Address | IPv6Address) -> tuple[Reach, str]:
    """Classify an address without regard to embedded addresses; unlisted addresses are public."""
    for network, owner in _METADATA.items():
        if address in network:
            return "never", owner
    if address.is_unspecified or address in _THIS_NETWORK:
        return "never", "an unspecified address"
    if address.is_link_local:
        return "never", "a link-local address, where clouds keep their metadata"
    if address.is_multicast:
        return "never", "a multicast address"
    if isinstance(address, IPv4Address) and address.is_reserved:
        return "never", "a reserved or broadcast address"
    if address.is_loopback or any(address in network for network in _PRIVATE):
        return "near", "this machine or a private network"
    return "public", "a public address"


def _embedded(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses embedded in an IPv6 address."""
    number = int(address)
    if address.is_loopback:
        return
    if address.sixtofour is not None:
        yield address.sixtofour
    yield from address.teredo or ()
    local = address in _LOCAL_NAT64
    if local or (number >> 32) & 0xFFFF_FFFF in _ISATAP or any(address in network for network in _IPV4_SUFFIX):
        yield IPv4Address(number & 0xFFFF_FFFF)
    # After a prefix of 64, 56 or 48 bits; the zero octet after bit 64 is skipped.
    joined = (number >> 64 << 56) | (number & 0xFF_FFFF_FFFF_FFFF)
    for rest in (24, 32, 40):
        if local and joined % (1 << rest) == 0:
            yield IPv4Address((joined >> rest) & 0xFFFF_FFFF)


def _normal(host: str) -> str:
    """A name or address in the form used for comparison."""
    bare = host.strip().strip("[]").rstrip(".").lower()
    try:
        return str(ip_address(bare))
    except ValueError:
        return bare


def _shown(host: str, address: str) -> str:
    return host if host == address else f"{host} ({address})"
