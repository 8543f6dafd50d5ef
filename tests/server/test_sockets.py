"""Listening sockets, and the errors when they cannot be bound."""

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

several_loopbacks = pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")


@contextlib.contextmanager
def bound(host: str = "127.0.0.1", port: int = 0, tls_port: int | None = None) -> Iterator[Sockets]:
    """Sockets that are closed in the end."""
    sockets = bind(host, port, tls_port)
    try:
        yield sockets
    finally:
        sockets.close()


def named(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Resolve every host to these addresses; without addresses, every host is unknown."""
    getaddrinfo = socket.getaddrinfo

    def resolve(_: str, *more: Any, **how: Any) -> list[Any]:
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "the system's words")
        return [entry for address in addresses for entry in getaddrinfo(address, *more, **how)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def failing(
    monkeypatch: pytest.MonkeyPatch, number: int, *, address: str = "", times: int = 1000
) -> list[socket.socket]:
    """Let ``bind`` fail for an address, or for all; the sockets created."""
    created: list[socket.socket] = []
    failures = [0]

    class Failing(socket.socket):
        def bind(self, to: Any) -> None:
            created.append(self)
            if to[0].startswith(address) and failures[0] < times:
                failures[0] += 1
                raise OSError(number, "the system's words")
            super().bind(to)

    monkeypatch.setattr(socket, "socket", Failing)
    return created


def test_port_0_chooses_free_ports() -> None:
    """Clients can connect before the server accepts; without HTTPS there is no TLS socket."""
    with bound(tls_port=0) as first, bound() as second:
        ports = {first.port, first.tls_port, second.port}
        assert (3, True, True) == (len(ports), None not in ports, 0 not in ports)
        assert ((), None) == (second.tls, second.tls_port)
        socket.create_connection(("127.0.0.1", first.port), timeout=1).close()


def test_a_port_in_use_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if the other gateway does not serve yet; the message names the setting, and no socket is left open."""
    with bound() as taken:
        created = failing(monkeypatch, 0, times=0)
        for port, tls_port, setting in ((taken.port, None, "port"), (0, taken.port, "tls_port")):
            problem = rf"setting {setting} {taken.port}: another program listens .*already; .*setting {setting} 0"
            with pytest.raises(SetupError, match=problem):
                bind("127.0.0.1", port, tls_port)
    assert 3 * [-1] == [each.fileno() for each in created]


@pytest.mark.parametrize(
    ("host", "addresses", "problem"),
    [
        ("a..b", None, r"setting host a\.\.b: no such address"),
        ("unknown.test", [], r"setting host unknown\.test: no such address; .* \(the system's words\)$"),
        ("192.0.2.1", ["192.0.2.1"], r"setting host 192\.0\.2\.1: this machine has no address 192\.0\.2\.1$"),
        ("gateway.test", ["192.0.2.1", "198.51.100.1"], r"has no address 192\.0\.2\.1 or 198\.51\.100\.1$"),
    ],
)
def test_a_host_that_is_not_this_machine_is_an_error(
    monkeypatch: pytest.MonkeyPatch, host: str, addresses: list[str] | None, problem: str
) -> None:
    """The message names the host and its addresses."""
    if addresses is not None:
        named(monkeypatch, *addresses)
    with pytest.raises(SetupError, match=problem):
        bind(host, 0, None)


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.EACCES, r"setting port 443: .*net\.ipv4\.ip_unprivileged_port_start"),
        (errno.ENOBUFS, r"setting port 443: cannot listen there: the system's words"),
    ],
)
def test_other_errors_name_the_port(monkeypatch: pytest.MonkeyPatch, number: int, problem: str) -> None:
    """For ports below 1024 the message says how to get the permission."""
    failing(monkeypatch, number)
    with pytest.raises(SetupError, match=problem):
        bind("127.0.0.1", 443, None)


@several_loopbacks
def test_every_address_of_a_host_has_the_same_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeated addresses, and those of another machine, are skipped."""
    named(monkeypatch, "127.0.0.1", "127.0.0.2", "192.0.2.1", "127.0.0.1")
    with bound("gateway.test", tls_port=0) as sockets:
        assert ["127.0.0.1", "127.0.0.2"] == sockets.addresses
        for port in (sockets.port, sockets.tls_port):
            monkeypatch.undo()
            for address in sockets.addresses:
                socket.create_connection((address, port or 0), timeout=60).close()


def test_a_machine_without_ipv6_listens_on_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    """The IPv6 address of the host is skipped."""
    named(monkeypatch, "::1", "127.0.0.1")
    failing(monkeypatch, errno.EAFNOSUPPORT, address="::1")
    with bound("gateway.test") as sockets:
        assert ["127.0.0.1"] == sockets.addresses


@several_loopbacks
def test_a_port_in_use_at_one_address_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway does not serve half of its addresses."""
    with bound("127.0.0.2") as taken:
        named(monkeypatch, "127.0.0.1", "127.0.0.2")
        with pytest.raises(SetupError, match=rf"setting port {taken.port}: another program listens at 127\.0\.0\.2 "):
            bind("gateway.test", taken.port, None)


@several_loopbacks
def test_a_free_port_is_free_at_every_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to 20 ports are tried."""
    named(monkeypatch, "127.0.0.1", "127.0.0.2")
    failing(monkeypatch, errno.EADDRINUSE, address="127.0.0.2", times=19)
    with bound("gateway.test") as sockets:
        assert 2 == len(sockets.plain)
    failing(monkeypatch, errno.EADDRINUSE, address="127.0.0.2", times=20)
    with pytest.raises(SetupError, match=r"setting port 0: no port is free at every address of gateway\.test"):
        bind("gateway.test", 0, None)


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_ipv6_addresses_are_supported() -> None:
    """HTTP and HTTPS have their own ports."""
    try:
        with bound("::1", tls_port=0) as sockets:
            assert (["::1"], True) == (sockets.addresses, sockets.port != sockets.tls_port)
    except SetupError as error:  # IPv6 may be disabled
        pytest.skip(str(error))
