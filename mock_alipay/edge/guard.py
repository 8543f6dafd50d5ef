"""Keeps web pages of other origins away from the admin API."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from mock_alipay.errors import Misuse

_SAME = ("same-origin", "none")


class Guard:
    """Checks where an admin call comes from, by its Host, Origin and Sec-Fetch-Site headers.

    While the gateway listens on loopback only, the Host must be a loopback name: a page that points its own name
    at 127.0.0.1 (DNS rebinding) is refused.
    """

    def __init__(self, bound: str) -> None:
        self._bound = bound
        self._loopback_only = _is_loopback(bound)

    def check(self, headers: Mapping[str, str]) -> None:
        """Misuse (403) says which header is not welcome and what would be."""
        host = _host_name(headers.get("host", ""))
        if self._loopback_only and host and not _is_loopback(host) and host != self._bound:
            raise _refused(f"header Host: expected a loopback name such as localhost, got {host}")
        site = headers.get("sec-fetch-site")
        if site is not None and site not in _SAME:
            raise _refused(f"header Sec-Fetch-Site: a page of another site ({site}) may not use the admin API")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != headers.get("host"):
            raise _refused(f"header Origin: a page of {origin[:80]} may not use the admin API")


def _refused(detail: str) -> Misuse:
    return Misuse(403, "Not from here", detail)


def _host_name(host: str) -> str:
    name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return name.lower().rstrip(".")


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
