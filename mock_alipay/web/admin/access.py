"""Protects the admin API from web pages of other origins and from other machines on the network."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from mock_alipay.config.config import address_of, is_loopback
from mock_alipay.text.wording import short
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.webhooks.signed_request import MARK

_SAME = ("same-origin", "none")

_HOST = re.compile(r"(?:([A-Za-z0-9._-]{1,253})|\[([0-9A-Fa-f:.]{2,45})\])(?::[0-9]{0,5})?")
"""A Host header: a name, an IPv4 address or an IPv6 address in brackets, and optionally a port (RFC 9110, 7.2)."""


class AccessCheck:
    """Checks the headers Host, Origin, Sec-Fetch-Site and Authorization of an admin call.

    The Host must be a loopback name, the bound address, or one of ``hosts``. This stops DNS rebinding: a page whose
    own name resolves to this machine. A gateway that listens on all addresses accepts any IP address as Host, because
    an attacker can point a name at this machine, but not an address.
    """

    def __init__(self, bound: str, *, hosts: Iterable[str] = (), token: str | None = None) -> None:
        self._names = {bound.lower(), *(host.lower().rstrip(".") for host in hosts)}
        address = address_of(bound)
        self._any_address = not bound or (address is not None and address.is_unspecified)
        self._token = token.encode() if token else None

    def check(
        self, headers: Mapping[str, str], *, any_host: bool = False, needs_token: bool = True, links: bool = False
    ) -> None:
        """HttpProblem (403, 401) names the refused header and the accepted values.

        ``any_host`` accepts every Host, ``links`` requests that pages of other sites cause; paths that contain no
        secret have no ``needs_token``.
        """
        if MARK in headers:
            raise _refused(
                f"header {MARK}: a notification must not be sent to the admin API; expected the URL of a merchant"
            )
        own = headers.get("host", "")
        host = _host_name(own)
        if own and not any_host and not (host and self._is_own(host)):
            ways = f"--admin-host {host}, MOCK_ALIPAY_ADMIN_HOSTS={host}, or admin_hosts of Config"
            hint = f"; to allow it: {ways}" if host else ""
            raise _refused(f"header Host: expected {self._expected}, got {short(own, 80)}{hint}")
        if not links:
            _check_origin(headers, own)
        if self._token is not None and needs_token:
            self._check_token(headers.get("authorization"), self._token)

    @property
    def _expected(self) -> str:
        also = " or an IP address" if self._any_address else ""
        return f"a loopback name such as localhost{also}"

    def _is_own(self, host: str) -> bool:
        if is_loopback(host) or host.endswith(".localhost") or host in self._names:
            return True
        return self._any_address and address_of(host) is not None

    def _check_token(self, authorization: str | None, token: bytes) -> None:
        scheme, _, given = (authorization or "").partition(" ")
        # Compared in constant time, so that the time does not reveal how much of the token is right.
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token):
            got = "none" if authorization is None else "another"
            detail = (
                "header Authorization: expected Bearer and the token that --admin-token or MOCK_ALIPAY_ADMIN_TOKEN "
                f"sets, or that the gateway printed when it started; got {got}"
            )
            raise HttpProblem(401, "Token required", detail, headers={"www-authenticate": "Bearer"})


def _check_origin(headers: Mapping[str, str], own: str) -> None:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in _SAME:
        raise _refused(f"header Sec-Fetch-Site: expected same-origin or none, got {short(site, 80)}")
    if origin is not None and (not own or _authority(origin) != own):
        raise _refused(f"header Origin: expected this gateway's own, got {short(origin, 80)}")


def _refused(detail: str) -> HttpProblem:
    return HttpProblem(403, "Origin not allowed", detail)


def _authority(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _host_name(host: str) -> str:
    """The name or address of a Host header in lower case; empty when the header is malformed."""
    match = _HOST.fullmatch(host)
    return (match[1] or match[2]).lower().rstrip(".") if match else ""
