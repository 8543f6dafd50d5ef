"""Keeps web pages of other origins away from the admin API."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from mock_alipay.errors import Misuse

_PRIVATE = (".local", ".internal", ".home.arpa", ".test")
"""Endings that are never given away on the internet: Kubernetes, Docker, home networks and tests use them."""

_SAME = ("same-origin", "none")


class Guard:
    """Checks where an admin call comes from, by its Host, Origin and Sec-Fetch-Site headers.

    A page that points its own name at this machine (DNS rebinding) is refused by its Host. While the gateway listens
    on loopback only, the Host must be a loopback name or the bound one. Beyond that, as in a container, it may also be
    any address, or a name that no page of the internet can have: one without a dot, or under a private ending.
    """

    def __init__(self, bound: str) -> None:
        self._bound = bound
        address = _address(bound)
        self._loopback_only = bound == "localhost" or (address is not None and address.is_loopback)

    @property
    def _expected(self) -> str:
        loopback = "a loopback name such as localhost"
        return loopback if self._loopback_only else f"{loopback}, an IP address, or a name without a dot"

    def check(self, headers: Mapping[str, str]) -> None:
        """Misuse (403) says which header is not welcome and what would be."""
        own = headers.get("host", "")
        host = _host_name(own)
        site = headers.get("sec-fetch-site")
        if host and not self._is_own(host):
            raise _refused(f"header Host: expected {self._expected}, got {host}")
        if site is not None and site not in _SAME:
            raise _refused(f"header Sec-Fetch-Site: a page of another site ({site}) may not use the admin API")
        origin = headers.get("origin")
        if origin is not None and (not own or _authority(origin) != own):
            raise _refused(f"header Origin: a page of {origin[:80]} may not use the admin API")

    def _is_own(self, host: str) -> bool:
        address = _address(host)
        if address is None:
            local = host == "localhost" or host.endswith(".localhost") or host == self._bound
            return local or (not self._loopback_only and ("." not in host or host.endswith(_PRIVATE)))
        return address.is_loopback or not self._loopback_only


def _refused(detail: str) -> Misuse:
    return Misuse(403, "Not from here", detail)


def _authority(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _host_name(host: str) -> str:
    name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return name.lower().rstrip(".")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
