"""Where notifications may go: this machine, private networks, and what the user allows; some places never."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal

from mock_alipay.errors import AddressNotAllowed

Reach = Literal["near", "public", "never"]
"""``near``: always allowed; ``public``: when its host is; ``never``: whatever is allowed."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, for a port; OSError when there is none."""

_NEAR = {
    "127.0.0.0/8": "loopback (RFC 1122)",
    "10.0.0.0/8": "private (RFC 1918)",
    "172.16.0.0/12": "private (RFC 1918)",
    "192.168.0.0/16": "private (RFC 1918)",
    "::1/128": "loopback (RFC 4291)",
    "fc00::/7": "private (RFC 4193)",
}

_NEVER = {
    "0.0.0.0/8": "an unspecified address (RFC 1122)",
    "169.254.0.0/16": "a link-local address (RFC 3927), where clouds keep their metadata",
    "224.0.0.0/4": "a multicast address (RFC 5771)",
    "240.0.0.0/4": "a reserved or broadcast address (RFC 1112, RFC 919)",
    "100.100.100.200/32": "Alibaba Cloud's metadata",
    "168.63.129.16/32": "Azure's host",
    "192.0.0.192/32": "Oracle Cloud's metadata",
    "::/128": "an unspecified address (RFC 4291)",
    "fe80::/10": "a link-local address (RFC 4291)",
    "ff00::/8": "a multicast address (RFC 4291)",
    "fd00:ec2::/32": "Amazon's metadata and its neighbours (169.254.169.254 in IPv6)",
    "fd20:ce::254/128": "Google Cloud's metadata",
    "fd00:c1::a9fe:a9fe/128": "Oracle Cloud's metadata",
    "fd00:42::42/128": "Scaleway's metadata",
}

_NEVER_NAMED = frozenset({"metadata.google.internal", "metadata.goog"})

_MAPPED = IPv6Network("::ffff:0:0/96")
"""RFC 4291: what goes there is sent as IPv4."""

_LOW = (
    IPv6Network("::/96"),  # IPv4-compatible: RFC 4291, section 2.5.5.1
    IPv6Network("::ffff:0:0:0/96"),  # IPv4-translated: RFC 2765
    IPv6Network("64:ff9b::/96"),  # NAT64: RFC 6052
)
"""Networks whose addresses end in an IPv4 address."""

_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")
"""RFC 8215; RFC 6052, section 2.2, says where in it the IPv4 address can stand."""

_6TO4 = IPv6Network("2002::/16")
"""RFC 3056."""

_TEREDO = IPv6Network("2001::/32")
"""RFC 4380: the server's address in clear, the client's inverted."""

_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
"""RFC 5214: how an interface identifier begins that ends in an IPv4 address."""


def classify(address: str) -> tuple[Reach, str]:
    """How far away an address is, and what is there; one with a zone is not an address."""
    try:
        found = ip_address(address)
    except ValueError:
        return "never", "no address"
    if isinstance(found, IPv4Address):
        return _in_tables(found)
    if found.scope_id is not None:
        return "never", "an address with a zone"
    if found in _MAPPED:
        return _in_tables(_ipv4(found, 0))
    judged = [_in_tables(found), *((reach, f"{what} within IPv6") for reach, what in map(_in_tables, _within(found)))]
    return max(judged, key=lambda one: ("near", "public", "never").index(one[0]))


class AddressPolicy:
    """Lets notifications through to ``near`` addresses and to ``allowed`` hosts, names or addresses."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = frozenset(map(_normal, allowed))

    def check_name(self, host: str) -> None:
        """Forbidden for a name that nothing may go to, wherever it leads."""
        if _normal(host) in _NEVER_NAMED:
            raise AddressNotAllowed(f"notifications never go to {host}: Google Cloud's metadata")

    def check(self, host: str, addresses: Sequence[str]) -> None:
        """Forbidden when any of a host's addresses is not allowed."""
        judged = [(address, *classify(address)) for address in addresses]
        for address, reach, what in judged:
            if reach == "never":
                raise AddressNotAllowed(f"notifications never go to {_told(host, address)}: {what}")
        for address, reach, _ in judged:
            if reach == "public" and _normal(host) not in self._allowed:
                raise AddressNotAllowed(
                    f"{_told(host, address)} is not on this machine or a private network; "
                    f"to allow it: --notify-allow {host}"
                )


def _in_tables(address: IPv4Address | IPv6Address) -> tuple[Reach, str]:
    for network, what in _FORBIDDEN:
        if address in network:
            return "never", what
    for network, what in _ALLOWED:
        if address in network:
            return "near", what
    return "public", "a public address"


def _within(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to."""
    number = int(address)
    if address.is_loopback:
        return
    if any(address in network for network in _LOW):
        yield _ipv4(address, 0)
    if address in _6TO4:
        yield _ipv4(address, 80)
    if address in _TEREDO:
        yield _ipv4(address, 64)
        yield IPv4Address(int(_ipv4(address, 0)) ^ 0xFFFF_FFFF)
    if (number >> 32) & 0xFFFF_FFFF in _ISATAP:
        yield _ipv4(address, 0)
    if address in _LOCAL_NAT64:
        yield from _translated(number)


def _translated(number: int) -> Iterator[IPv4Address]:
    """Every reading: behind a prefix of 96, 64, 56 or 48 bits, around the zero octet after the 64th bit."""
    yield IPv4Address(number & 0xFFFF_FFFF)
    joined = (number >> 64 << 56) | (number & 0xFF_FFFF_FFFF_FFFF)
    for rest in (24, 32, 40):
        if joined & ((1 << rest) - 1) == 0:
            yield IPv4Address((joined >> rest) & 0xFFFF_FFFF)


def _ipv4(address: IPv6Address, shift: int) -> IPv4Address:
    return IPv4Address((int(address) >> shift) & 0xFFFF_FFFF)


def _normal(host: str) -> str:
    """A name or address as it is compared."""
    bare = host.strip().strip("[]").rstrip(".").lower()
    try:
        return str(ip_address(bare))
    except ValueError:
        return bare


def _told(host: str, address: str) -> str:
    return host if host == address else f"{host} ({address})"


def _table(networks: dict[str, str]) -> list[tuple[IPv4Network | IPv6Network, str]]:
    return [(IPv6Network(text) if ":" in text else IPv4Network(text), what) for text, what in networks.items()]


_ALLOWED = _table(_NEAR)
_FORBIDDEN = _table(_NEVER)
