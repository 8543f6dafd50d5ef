"""The address policy: where notifications may go (SSRF protection)."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.errors import AddressNotAllowed
from mock_alipay.webhooks.address_policy import AddressPolicy, Reach, classify
from mock_alipay.webhooks.own_ports import OwnPorts

ADDRESSES: list[tuple[Reach, str]] = [
    ("near", "127.0.0.1 127.255.255.255 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.255.255"),
    ("near", "::1 fc00::1 fd12:3456::1 fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ::ffff:127.0.0.1 ::ffff:192.168.1.1"),
    ("near", "fd00::5efe:10.0.0.1"),
    ("public", "9.255.255.255 11.0.0.0 126.255.255.255 128.0.0.0 172.15.255.255 172.32.0.0 192.167.255.255"),
    ("public", "192.169.0.0 100.64.0.1 192.0.2.1 198.18.0.1 8.8.8.8 169.253.255.255 223.255.255.255 1.0.0.0"),
    ("public", "2001:4860:4860::8888 2001:db8::1 fbff::1 fec0::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::1"),
    ("public", "64:ff9b::10.0.0.1 2002:7f00:1::1 ::127.0.0.1 2001:4860::5efe:10.0.0.1 64:ff9b:1::192.168.0.1"),
    ("public", "fd00::5efe:8.8.8.8"),
    ("never", "0.0.0.0 0.255.255.255 169.254.0.1 169.254.169.254 169.254.255.255 224.0.0.1 239.255.255.255"),
    ("never", "240.0.0.1 255.255.255.255 100.100.100.200 192.0.0.192 168.63.129.16"),
    ("never", ":: fe80::1 febf::1 ff02::1 fd00:ec2::254 fd00:ec2::23 fd20:ce::254 fd00:c1::a9fe:a9fe fd00:42::42"),
    ("never", "fe80::1%eth0 ::1%lo fd00::1%2 127.0.0.1%lo shop 127.1"),
]

FORBIDDEN = ["0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32", "192.0.0.192/32"]


def inside(*networks: str) -> st.SearchStrategy[int]:
    """IPv4 addresses of these networks as numbers."""
    return st.one_of([st.ip_addresses(v=4, network=IPv4Network(network)).map(int) for network in networks])


def embedded(number: int, noise: int) -> dict[str, int]:
    """An IPv4 address in every IPv6 form that embeds one; ``noise`` fills the other bits."""
    high, low = noise >> 64, noise & 0xFFFF_FFFF_FFFF_FFFF
    local = 0x64_FF9B_0001 << 80
    return {
        "mapped": 0xFFFF << 32 | number,
        "compatible": number,
        "translated": 0xFFFF << 48 | number,
        "6to4": 0x2002 << 112 | number << 80 | noise & (1 << 80) - 1,
        "Teredo server": 0x2001_0000 << 96 | number << 64 | low,
        "Teredo client": 0x2001_0000 << 96 | (noise >> 32 & 0xFFFF_FFFF) << 64 | low >> 32 << 32 | number ^ 0xFFFF_FFFF,
        "NAT64": 0x64_FF9B << 96 | number,
        "NAT64 of 96 bits": local | (noise & (1 << 48) - 1) << 32 | number,
        "NAT64 of 64 bits": local | (noise & 0xFFFF) << 64 | number << 24,
        "NAT64 of 56 bits": local | (noise & 0xFF) << 72 | number >> 24 << 64 | (number & 0xFF_FFFF) << 32,
        "NAT64 of 48 bits": local | number >> 16 << 64 | (number & 0xFFFF) << 40,
        "ISATAP": high << 64 | 0x5EFE << 32 | number,
        "ISATAP of a global address": high << 64 | 0x0200_5EFE << 32 | number,
    }


@pytest.mark.parametrize(("reach", "addresses"), ADDRESSES)
def test_addresses_are_classified(reach: Reach, addresses: str) -> None:
    """Both ends of every network, and IPv6 addresses that embed an IPv4 address."""
    assert dict.fromkeys(addresses.split(), reach) == {address: classify(address)[0] for address in addresses.split()}


@settings(max_examples=20)
@given(inside(*FORBIDDEN), inside("1.0.0.0/9", "8.8.8.0/24", "100.64.0.0/18"), st.integers(0, 2**128 - 1))
def test_no_ipv6_form_hides_an_ipv4_address(forbidden: int, public: int, noise: int) -> None:
    """A forbidden address stays forbidden and a public one public, whatever the other bits are."""
    reaches = {form: classify(str(IPv6Address(whole)))[0] for form, whole in embedded(forbidden, noise).items()}
    if forbidden == 1:
        del reaches["compatible"]  # ::1 is loopback
    assert {"never"} == set(reaches.values()), reaches
    forms = [*embedded(public, noise).values(), 0xFD00 << 112 | 0x5EFE << 32 | public]
    assert "near" not in {classify(str(IPv6Address(whole)))[0] for whole in forms}


@settings(max_examples=50)
@given(st.ip_addresses())
def test_the_policy_agrees_with_the_standard_library(address: IPv4Address | IPv6Address) -> None:
    """Multicast, link-local and unspecified addresses are forbidden, and near ones are private."""
    reach, _ = classify(str(address))
    if address.is_multicast or address.is_link_local or address.is_unspecified:
        assert reach == "never"
    if reach == "near":
        assert address.is_private


@pytest.mark.parametrize(
    ("allowed", "host", "addresses"),
    [
        ((), "shop", ["127.0.0.1", "::1", "172.18.0.2"]),
        (["shop.example"], "Shop.Example", ["93.184.216.34", "2606:2800::1", "10.0.0.1"]),
        ([" SHOP.example. "], "shop.example", ["93.184.216.34"]),
        (["93.184.216.34"], "93.184.216.34", ["93.184.216.34"]),
        (["[2606:2800:0::1]"], "2606:2800::1", ["2606:2800::1"]),
        (["2606:2800::1"], "2606:2800::0001", ["2606:2800::1"]),
    ],
)
def test_near_addresses_and_allowed_hosts_are_allowed(allowed: list[str], host: str, addresses: list[str]) -> None:
    """Names are compared without case and trailing dot, addresses by value."""
    AddressPolicy(allowed).check(host, addresses)


@pytest.mark.parametrize("host", ["www.shop.example", "example", "evilshop.example", "93.184.216.34", "shop.example.a"])
def test_other_public_hosts_are_not_allowed(host: str) -> None:
    """Neither subdomains nor similar names of an allowed host; the message says how to allow it."""
    with pytest.raises(AddressNotAllowed, match=rf"--notify-allow {host}$"):
        AddressPolicy(["shop.example"]).check(host, ["10.0.0.1", "93.184.216.34"])


@pytest.mark.parametrize("address", ["169.254.169.254", "::ffff:100.100.100.200", "fd00:ec2::254", "0.0.0.0"])
def test_forbidden_addresses_cannot_be_allowed(address: str) -> None:
    """Neither by name nor by address, nor next to another address that is allowed."""
    policy = AddressPolicy(["shop.example", address])
    for host, addresses in (("shop.example", ["127.0.0.1", address]), (address, [address])):
        with pytest.raises(AddressNotAllowed, match=r"^notifications never go to .*: ") as error:
            policy.check(host, addresses)
        assert address in str(error.value)


def test_names_of_metadata_services_are_forbidden() -> None:
    """Whatever they resolve to, and although they are allowed."""
    for host in ("METADATA.google.internal.", "metadata.goog"):
        with pytest.raises(AddressNotAllowed, match="never"):
            AddressPolicy([host]).check_name(host)


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
