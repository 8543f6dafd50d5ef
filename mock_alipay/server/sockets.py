"""Sockets bound before anything else is done, so that a taken port is known at once."""

from __future__ import annotations

import errno
import os
import socket
from dataclasses import dataclass
from typing import Any

from mock_alipay.errors import SettingName, SetupError

_BACKLOG = 1024
_MANY_FILES = 16_384
_ATTEMPTS = 20
"""How often a free port is looked for that is free at every address."""

_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""This machine does not have the address, or none of its kind, such as IPv6."""

_HOST, _PORT, _TLS_PORT = SettingName("host"), SettingName("port"), SettingName("tls_port")

_Address = tuple[socket.AddressFamily, tuple[Any, ...]]
"""What a socket is bound to; the port in it is 0."""


@dataclass(frozen=True, slots=True)
class Sockets:
    """Bound and listening, one for each address of the host; ``tls`` is empty when HTTPS is off.

    Early clients wait until they are served.
    """

    plain: tuple[socket.socket, ...]
    tls: tuple[socket.socket, ...] = ()

    @property
    def addresses(self) -> list[str]:
        """The addresses that are listened on."""
        return [each.getsockname()[0] for each in self.plain]

    @property
    def port(self) -> int:
        """The port of plain HTTP, chosen by the system when 0 was asked for."""
        return _port(self.plain[0])

    @property
    def tls_port(self) -> int | None:
        """The port of HTTPS."""
        return _port(self.tls[0]) if self.tls else None

    def close(self) -> None:
        """Give the ports back."""
        for each in (*self.plain, *self.tls):
            each.close()


def bind(host: str, port: int, tls_port: int | None) -> Sockets:
    """Bind both ports at every address of ``host``; SetupError says which one could not be had, why, and what to do."""
    addresses = _addresses(host)
    plain = _bind_all(host, addresses, port, _PORT)
    try:
        return Sockets(plain, () if tls_port is None else _bind_all(host, addresses, tls_port, _TLS_PORT))
    except SetupError:
        Sockets(plain).close()
        raise


def allow_many_files() -> None:
    """Let this process hold as many connections as its user may; many systems start it with 1,024."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MANY_FILES if hard == resource.RLIM_INFINITY else min(hard, _MANY_FILES)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _addresses(host: str) -> list[_Address]:
    try:
        found = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        told = f" ({error.strerror})" if isinstance(error, OSError) else ""
        raise SetupError((_HOST, f" {host}: no such address; name this machine, as in 127.0.0.1{told}")) from None
    # A hosts file may name an address twice.
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _bind_all(host: str, addresses: list[_Address], port: int, name: SettingName) -> tuple[socket.socket, ...]:
    """One socket for each address that this machine has, all with the same port."""
    for _ in range(_ATTEMPTS):
        bound: list[socket.socket] = []
        for address in addresses:
            try:
                bound.append(_bind(address, _port(bound[0]) if bound else port))
            except OSError as error:
                if error.errno in _NOT_HERE:
                    continue
                Sockets(tuple(bound)).close()
                if port == 0 and bound and error.errno == errno.EADDRINUSE:
                    break  # free at the first address, taken at this one: look for another
                where = "there" if len(addresses) == 1 else f"at {address[1][0]}"
                raise SetupError((name, f" {port}: ", *_why(error, name, where))) from None
        else:
            if bound:
                return tuple(bound)
            named = " or ".join(str(address[0]) for _, address in addresses)
            raise SetupError((_HOST, f" {host}: this machine has no address {named}"))
    told = f" 0: no port is free at every address of {host}; give the number of one ("
    raise SetupError((name, told, name, " 2088)"))


def _bind(address: _Address, port: int) -> socket.socket:
    family, (host, _, *scope) = address
    # asyncio turns Nagle's algorithm off only for sockets that say they are TCP.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # On Windows it would let two programs share the port.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port, *scope))
        # With SO_REUSEADDR two programs may both bind a port; only one of them may listen.
        bound.listen(_BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound


def _why(error: OSError, name: SettingName, where: str) -> tuple[str, ...]:
    match error.errno:
        case errno.EADDRINUSE:
            told = f"another program listens {where} already; stop it, or choose another port ("
            return told, name, " 0 takes a free one)"
        case errno.EACCES:
            advice = "sudo sysctl net.ipv4.ip_unprivileged_port_start=443, or run it in a container"
            return "ports below 1024 need a permission: on Linux, ", advice
        case _:
            return (f"the system does not let it listen {where}: {error.strerror}",)


def _port(bound: socket.socket) -> int:
    port: int = bound.getsockname()[1]
    return port
