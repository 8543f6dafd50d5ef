"""The settings of one gateway as a frozen record."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mock_alipay.contracts.names import RequiredMode, TypeMode

SignatureMode = Literal["known", "required", "off"]
"""Which calls must be signed: those of client ids with a key, all calls, or none."""

NotificationTime = Literal["clock", "real"]
"""The clock that gives webhooks their request-time: the gateway's, which tests can move, or the machine's."""

TEST_CLIENT_ID = "SANDBOX_MOCK_MERCHANT"
"""The client id of the shipped test merchant. SDKs send client ids with the prefix SANDBOX_ to the sandbox path."""

_LABEL = r"(?!-|..--)[A-Za-z0-9-]{1,63}(?<!-)"
NAMEABLE = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
"""Host names that a certificate can contain: no underscore, no hyphens in third and fourth position, for example."""

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - compared, not bound
"""Hosts that mean all addresses, each with the address under which this machine reaches itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one gateway, each with the name and meaning of its flag in ``mock-alipay serve --help``.

    host, port, tls_port: where to listen for HTTP and HTTPS; port 0: a free one; ``tls_port`` None: no HTTPS
    scenarios: folders with more scenarios; ``scenario``: the default one
    signatures: ``known`` (those of client ids with a key are verified), ``required`` or ``off``
    merchants: pairs of a client id and the PEM file of its public key
    gateway_key: the PEM file of the private key that signs replies; None: the shipped test key
    types: ``documented`` or ``strict`` (Booleans and Integers as strings only)
    required: ``documented`` or ``observed`` (fields that official demos leave out may be absent)
    seed: of ids and names; None: random
    max_body: bytes of a request, at most
    watch: whether to reload scenario files when they change
    admin_hosts: names of this machine for the admin API and the certificate, beside those of loopback
    admin_token: required of admin requests; None: generated where others than this machine can reach the gateway,
        unless ``admin_open`` allows all
    notify_url: where notifications go when a request names no URL; ``notify_allow``: public hosts they may go to
    public_url: the gateway's URL for browsers; None: as called
    sandbox_retries: whether each notification is sent once only, as by the official sandbox
    notification_time: the request-time of notifications: ``clock`` (the gateway's) or ``real`` (the machine's)
    state: a file with the state to begin with, as ``mock-alipay export`` writes it
    upstream: URL of a gateway that calls are forwarded to; ``upstream_key``: the client id and the PEM file of the
        private key that they are signed again with; ``record``: the folder for its replies as scenario files

    Values are not checked here: ``serve`` and ``create_app`` raise UsageError or SetupError for them.
    """

    host: str = "127.0.0.1"
    port: int = 2088
    tls_port: int | None = 2089
    scenarios: tuple[Path, ...] = ()
    scenario: str = "success"
    signatures: SignatureMode = "known"
    merchants: tuple[tuple[str, Path], ...] = ()
    gateway_key: Path | None = None
    types: TypeMode = "documented"
    required: RequiredMode = "documented"
    seed: int | None = None
    max_body: int = 1024 * 1024
    watch: bool = False
    admin_hosts: tuple[str, ...] = ()
    admin_token: str | None = None
    admin_open: bool = False
    notify_url: str | None = None
    public_url: str | None = None
    notify_allow: tuple[str, ...] = ()
    sandbox_retries: bool = False
    notification_time: NotificationTime = "clock"
    state: Path | None = None
    upstream: str | None = None
    upstream_key: tuple[str, Path] | None = None
    record: Path | None = None

    @property
    def url(self) -> str:
        """The URL for plain HTTP, as clients on this machine use it."""
        return f"http://{self._bracketed}:{self.port}"

    @property
    def tls_url(self) -> str | None:
        """The URL for HTTPS, as clients on this machine use it; None when HTTPS is off."""
        if self.tls_port is None:
            return None
        port = "" if self.tls_port == 443 else f":{self.tls_port}"
        return f"https://{self._bracketed}{port}"

    @property
    def ports(self) -> list[int]:
        """The ports that the gateway listens on."""
        return [port for port in (self.port, self.tls_port) if port is not None]

    @property
    def listens_everywhere(self) -> bool:
        """Whether ``host`` means all addresses of the machine, as in a container."""
        return self.host in _EVERYWHERE

    @property
    def certificate_hosts(self) -> list[str]:
        """Hosts that the certificate contains in addition to those of every certificate."""
        own = [] if self.listens_everywhere else [self.host]
        also = (name.rstrip(".").lower() for name in self.admin_hosts if name not in self.unnameable)
        return [*own, *also]

    @property
    def unnameable(self) -> list[str]:
        """The ``admin_hosts`` that no certificate can contain."""
        return [name for name in self.admin_hosts if not (NAMEABLE.fullmatch(name.rstrip(".")) or address_of(name))]

    @property
    def needs_token(self) -> bool:
        """Whether other machines can reach the admin API while neither a token nor ``admin_open`` is set."""
        return not (is_loopback(self.host) or self.admin_open or self.admin_token)

    @property
    def reachable_host(self) -> str:
        """The host under which this machine reaches the gateway; IPv6 addresses without brackets."""
        return _EVERYWHERE.get(self.host, self.host)

    @property
    def _bracketed(self) -> str:
        return f"[{self.reachable_host}]" if ":" in self.reachable_host else self.reachable_host


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host name or address."""
    address = address_of(host)
    return host == "localhost" if address is None else address.is_loopback


def address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address in a text; None when the text is not an address."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
