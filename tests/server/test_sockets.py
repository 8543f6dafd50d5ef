"""Sockets bound at once, and what is said when they cannot be."""

from __future__ import annotations

import contextlib
import errno
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from mock_alipay.errors import SetupError
from mock_alipay.server.sockets import Sockets, bind


@contextlib.contextmanager
def bound(host: str = "127.0.0.1", port: int = 0, tls_port: int | None = None) -> Iterator[Sockets]:
    """Sockets that are closed in the end."""
    found = bind(host, port, tls_port)
    try:
        yield found
    finally:
        found.close()


def test_port_0_takes_free_ports() -> None:
    """Asked for 0, the system chooses, and says which ports it chose."""
    with bound(tls_port=0) as first, bound(tls_port=0) as second:
        ports = [first.port, first.tls_port, second.port, second.tls_port]
        assert 4 == len(set(ports))
        assert None not in ports
        assert 0 not in ports


def test_without_https_there_is_one_socket() -> None:
    """``--tls-port none`` binds nothing for HTTPS."""
    with bound() as found:
        assert ((), None) == (found.tls, found.tls_port)


def test_early_clients_wait_in_the_queue() -> None:
    """A client may connect as soon as the port is bound; it is served when serving begins."""
    with bound() as found, socket.create_connection(("127.0.0.1", found.port), timeout=1):
        pass


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_taken_port(host: str) -> None:
    """Two gateways cannot have one port, even before they serve: the error names the flag and a way out."""
    with bound(host) as found:
        with pytest.raises(SetupError) as error:
            bind(host, found.port, None)
        for words in (f"setting port {found.port}", "another program listens", "setting port 0"):
            assert words in str(error.value)


def test_a_taken_port_for_https(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names --tls-port, and the socket for HTTP is closed again."""
    made: list[socket.socket] = []

    class Remembered(socket.socket):
        def bind(self, address: object) -> None:
            made.append(self)
            super().bind(address)  # type: ignore[arg-type]

    with bound() as taken:
        monkeypatch.setattr(socket, "socket", Remembered)
        with pytest.raises(SetupError, match=rf"setting tls_port {taken.port}: .*setting tls_port 0"):
            bind("127.0.0.1", 0, taken.port)
    assert [-1, -1] == [each.fileno() for each in made]


@pytest.mark.parametrize("host", ["a..b", "x" * 70])
def test_a_host_that_is_no_name(host: str) -> None:
    """What cannot be a name is the fault of --host."""
    with pytest.raises(SetupError, match=rf"setting host {host}: no such address"):
        bind(host, 0, None)


def test_a_host_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name without an address is the fault of --host too."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "the system's words")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(
        SetupError, match=r"setting host typo\.example: no such address; expected a name or address of this machine"
    ):
        bind("typo.example", 0, None)


def test_a_host_that_is_another_machine() -> None:
    """An address that this machine does not have is the host's fault, not the port's."""
    with pytest.raises(SetupError, match=r"^setting host 192\.0\.2\.1: this machine has no address 192\.0\.2\.1$"):
        bind("192.0.2.1", 0, None)


def test_a_port_that_needs_a_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the right to low ports, the error says what to do."""

    class AddressNotAllowed(socket.socket):
        def bind(self, address: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "socket", AddressNotAllowed)
    with pytest.raises(SetupError, match=r"setting port 443: .*net\.ipv4\.ip_unprivileged_port_start"):
        bind("127.0.0.1", 443, None)


def test_any_other_trouble_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the port."""

    class Exhausted(socket.socket):
        def bind(self, address: object) -> None:
            raise OSError(errno.ENOBUFS, "the system's words")

    monkeypatch.setattr(socket, "socket", Exhausted)
    with pytest.raises(SetupError, match="setting port 0: cannot listen there"):
        bind("127.0.0.1", 0, None)


def named(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Give every host these addresses, as a hosts file can."""
    look_up = socket.getaddrinfo

    def found(_: str, *more: Any, **how: Any) -> list[Any]:
        return [entry for address in addresses for entry in look_up(address, *more, **how)]

    monkeypatch.setattr(socket, "getaddrinfo", found)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")
def test_every_address_of_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP and HTTPS have one port each at all addresses of the host, also where the system chooses them."""
    named(monkeypatch, "127.0.0.1", "127.0.0.2", "127.0.0.1")
    with bound("gateway.test", tls_port=0) as found:
        monkeypatch.undo()
        assert ["127.0.0.1", "127.0.0.2"] == found.addresses
        for port in (found.port, found.tls_port):
            for address in found.addresses:
                socket.create_connection((address, port or 0), timeout=60).close()


def test_an_address_that_this_machine_does_not_have_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """When another one works."""
    named(monkeypatch, "192.0.2.1", "127.0.0.1")
    with bound("gateway.test") as found:
        assert ["127.0.0.1"] == found.addresses


def test_a_name_of_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is of no use here, and the error names its addresses."""
    named(monkeypatch, "192.0.2.1", "198.51.100.1")
    with pytest.raises(
        SetupError, match=r"^setting host gateway\.test: this machine has no address 192\.0\.2\.1 or 198\.51\.100\.1$"
    ):
        bind("gateway.test", 0, None)


def test_a_machine_without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name's IPv4 address is listened on all the same."""
    made = socket.socket

    def without_ipv6(family: int, *more: Any) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "the system's words")
        return made(family, *more)

    named(monkeypatch, "::1", "127.0.0.1")
    monkeypatch.setattr(socket, "socket", without_ipv6)
    with bound("localhost") as found:
        assert ["127.0.0.1"] == found.addresses


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")
def test_a_port_that_is_taken_at_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway that serves half of a name is none: the error says where the port is taken."""
    with bound("127.0.0.2") as taken:
        named(monkeypatch, "127.0.0.1", "127.0.0.2")
        with pytest.raises(
            SetupError, match=rf"setting port {taken.port}: another program listens at 127\.0\.0\.2 already"
        ):
            bind("gateway.test", taken.port, None)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")
@pytest.mark.parametrize(("taken", "works"), [(1, True), (100, False)])
def test_a_free_port_that_is_taken_at_the_next_address(
    monkeypatch: pytest.MonkeyPatch, taken: int, works: bool
) -> None:
    """Another one is looked for, and not without end."""
    refused: list[int] = []

    class Taken(socket.socket):
        def bind(self, address: Any) -> None:
            if address[0] == "127.0.0.2" and len(refused) < taken:
                refused.append(address[1])
                raise OSError(errno.EADDRINUSE, "the system's words")
            super().bind(address)

    named(monkeypatch, "127.0.0.1", "127.0.0.2")
    monkeypatch.setattr(socket, "socket", Taken)
    if works:
        with bound("gateway.test") as found:
            assert (2, 1) == (len(found.plain), len(refused))
    else:
        with pytest.raises(SetupError, match=r"setting port 0: no port is free at every address of gateway\.test"):
            bind("gateway.test", 0, None)


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_ipv6() -> None:
    """An IPv6 address is as good as any."""
    try:
        with bound("::1", tls_port=0) as found:
            assert ["::1"] == found.addresses
            assert found.port != found.tls_port
    except SetupError as error:  # a machine or container may have it switched off
        pytest.skip(str(error))
