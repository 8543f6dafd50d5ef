"""Sockets bound before anything else is done, so that a taken port is known at once."""

from __future__ import annotations

import errno
import os
import socket
from dataclasses import dataclass

from mock_alipay.errors import SetupError

_BACKLOG = 1024
_MANY_FILES = 16_384


@dataclass(frozen=True, slots=True)
class Sockets:
    """Bound and listening: early clients wait until they are served; ``tls`` is None when HTTPS is off."""

    plain: socket.socket
    tls: socket.socket | None

    @property
    def port(self) -> int:
        """The port of plain HTTP, chosen by the system when 0 was asked for."""
        return _port(self.plain)

    @property
    def tls_port(self) -> int | None:
        """The port of HTTPS."""
        return None if self.tls is None else _port(self.tls)

    def close(self) -> None:
        """Give the ports back."""
        self.plain.close()
        if self.tls is not None:
            self.tls.close()


def bind(host: str, port: int, tls_port: int | None) -> Sockets:
    """Bind both; SetupError says which port could not be had, why, and what to do."""
    plain = _bind(host, port, "--port")
    try:
        return Sockets(plain, None if tls_port is None else _bind(host, tls_port, "--tls-port"))
    except SetupError:
        plain.close()
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


def _bind(host: str, port: int, flag: str) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        told = f" ({error.strerror})" if isinstance(error, OSError) else ""
        raise SetupError(f"--host {host}: no such address; name this machine, as in 127.0.0.1{told}") from None
    family, _, _, _, address = found[0]
    # asyncio turns Nagle's algorithm off only for sockets that say they are TCP.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # On Windows it would let two programs share the port.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        # With SO_REUSEADDR two programs may both bind a port; only one of them may listen.
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise SetupError(f"--host {host}: this machine has no address {host}") from None
        raise SetupError(f"{flag} {port}: {_why(error, flag)}") from None
    return bound


def _why(error: OSError, flag: str) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"another program listens there already; stop it, or choose another port ({flag} 0 takes a free one)"
        case errno.EACCES:
            return (
                "ports below 1024 need a permission: on Linux, "
                "sudo sysctl net.ipv4.ip_unprivileged_port_start=443, or run it in a container"
            )
        case _:
            return f"the system does not let it listen there: {error.strerror}"


def _port(bound: socket.socket) -> int:
    port: int = bound.getsockname()[1]
    return port
