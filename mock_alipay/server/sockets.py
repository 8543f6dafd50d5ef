"""Binds the listening sockets before anything else, so that a port in use is reported at once."""

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
"""Attempts to find a port that is free at every address."""

_UNAVAILABLE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""The machine does not have the address, or does not support its family, such as IPv6."""

_HOST, _PORT, _TLS_PORT = SettingName("host"), SettingName("port"), SettingName("tls_port")

_Address = tuple[socket.AddressFamily, tuple[Any, ...]]
"""Family and address of a socket; the port in it is 0."""


@dataclass(frozen=True, slots=True)
class Sockets:
    """Listening sockets, one per address of the host; ``tls`` is empty if HTTPS is off.

    Clients can connect at once, and wait until the server accepts.
    """

    plain: tuple[socket.socket, ...]
    tls: tuple[socket.socket, ...] = ()

    @property
    def addresses(self) -> list[str]:
        """The addresses of the plain sockets."""
        return [each.getsockname()[0] for each in self.plain]

    @property
    def port(self) -> int:
        """The HTTP port; if 0 was requested, the one chosen by the system."""
        return _port(self.plain[0])

    @property
    def tls_port(self) -> int | None:
        """The HTTPS port; None if HTTPS is off."""
        return _port(self.tls[0]) if self.tls else None

    def close(self) -> None:
        """Close all sockets."""
        for each in (*self.plain, *self.tls):
            each.close()


def bind(host: str, port: int, tls_port: int | None) -> Sockets:
    """Bind both ports at every address of ``host``; SetupError if an address or a port is not available."""
    addresses = _addresses(host)
    plain = _bind_all(host, addresses, port, _PORT)
    try:
        return Sockets(plain, () if tls_port is None else _bind_all(host, addresses, tls_port, _TLS_PORT))
    except SetupError:
        Sockets(plain).close()
        raise


def allow_many_files() -> None:
    """Raise the process's limit of open files as far as permitted; the default is 1,024 on many systems."""
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
        entries = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        reason = f" ({error.strerror})" if isinstance(error, OSError) else ""
        problem = f" {host}: no such address; expected a name or address of this machine, such as 127.0.0.1{reason}"
        raise SetupError((_HOST, problem)) from None
    # A hosts file may list an address twice.
    return list(dict.fromkeys((family, address) for family, _, _, _, address in entries))


def _bind_all(host: str, addresses: list[_Address], port: int, name: SettingName) -> tuple[socket.socket, ...]:
    """One socket per address of this machine, all with the same port."""
    for _ in range(_ATTEMPTS):
        bound: list[socket.socket] = []
        for address in addresses:
            try:
                bound.append(_bind(address, _port(bound[0]) if bound else port))
            except OSError as error:
                if error.errno in _UNAVAILABLE:
                    continue
                Sockets(tuple(bound)).close()
                if port == 0 and bound and error.errno == errno.EADDRINUSE:
                    break  # free at the first address, in use at this one: try another port
                where = "there" if len(addresses) == 1 else f"at {address[1][0]}"
                raise SetupError((name, f" {port}: ", *_why(error, name, where))) from None
        else:
            if bound:
                return tuple(bound)
            listed = " or ".join(str(address[0]) for _, address in addresses)
            raise SetupError((_HOST, f" {host}: this machine has no address {listed}"))
    problem = f" 0: no port is free at every address of {host}; choose a port ("
    raise SetupError((name, problem, name, " 2088)"))


def _bind(address: _Address, port: int) -> socket.socket:
    family, (host, _, *scope) = address
    # asyncio disables Nagle's algorithm only for sockets with an explicit TCP protocol.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # On Windows, SO_REUSEADDR lets two programs share the port.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port, *scope))
        # With SO_REUSEADDR two programs can bind a port, but only one can listen.
        bound.listen(_BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound


def _why(error: OSError, name: SettingName, where: str) -> tuple[str, ...]:
    match error.errno:
        case errno.EADDRINUSE:
            problem = f"another program listens {where} already; stop it, or choose another port ("
            return problem, name, " 0 takes a free one)"
        case errno.EACCES:
            advice = "sudo sysctl net.ipv4.ip_unprivileged_port_start=443, or run it in a container"
            return "ports below 1024 need a permission: on Linux, ", advice
        case _:
            return (f"cannot listen {where}: {error.strerror}",)


def _port(bound: socket.socket) -> int:
    port: int = bound.getsockname()[1]
    return port
