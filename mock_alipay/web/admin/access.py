"""Keeps web pages of other origins, and strangers on the network, away from the admin API."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from mock_alipay.config.config import address_of, is_loopback
from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.webhooks.signed_request import MARK

_SAME = ("same-origin", "none")

_HOST = re.compile(r"(?:([A-Za-z0-9._-]{1,253})|\[([0-9A-Fa-f:.]{2,45})\])(?::[0-9]{0,5})?")
"""All that a Host header may be: a name or an address, an IPv6 address in brackets, and a port (RFC 9110, 7.2)."""


class AccessCheck:
    """Checks where an admin call comes from, by its Host, Origin, Sec-Fetch-Site and Authorization headers.

    A page that points its own name at this machine (DNS rebinding) is refused by its Host, which must be a loopback
    name, the bound one, or one of ``hosts``. While the gateway listens on all addresses any of them will do: a name
    can be pointed elsewhere, an address cannot.
    """

    def __init__(self, bound: str, *, hosts: Iterable[str] = (), token: str | None = None) -> None:
        self._names = {bound.lower(), *(host.lower().rstrip(".") for host in hosts)}
        address = address_of(bound)
        self._any_address = not bound or (address is not None and address.is_unspecified)
        self._token = token.encode() if token else None

    def check(self, headers: Mapping[str, str], *, any_host: bool = False, needs_token: bool = True) -> None:
        """HttpProblem (403, 401) names the refused header and the accepted values.

        ``any_host`` accepts every Host; paths that contain no secret have no ``needs_token``.
        """
        if MARK in headers:
            raise _refused(f"header {MARK}: a notification may not use the admin API; expected the URL of a shop")
        own = headers.get("host", "")
        host = _host_name(own)
        site = headers.get("sec-fetch-site")
        if own and not any_host and not (host and self._is_own(host)):
            ways = f"--admin-host {host}, MOCK_ALIPAY_ADMIN_HOSTS={host}, or admin_hosts of Config"
            hint = f"; to allow it: {ways}" if host else ""
            raise _refused(f"header Host: expected {self._expected}, got {own[:80]}{hint}")
        if site is not None and site not in _SAME:
            raise _refused(f"header Sec-Fetch-Site: a page of another site ({site}) may not use the admin API")
        origin = headers.get("origin")
        if origin is not None and (not own or _authority(origin) != own):
            raise _refused(f"header Origin: a page of {origin[:80]} may not use the admin API")
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
        # Both are compared whole, so that the time taken tells nothing of how much was right.
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token):
            found = "none" if authorization is None else "another"
            detail = (
                "header Authorization: expected Bearer and the token that --admin-token or MOCK_ALIPAY_ADMIN_TOKEN "
                f"sets, or that the gateway printed when it started; got {found}"
            )
            raise HttpProblem(401, "Token needed", detail, headers={"www-authenticate": "Bearer"})


def _refused(detail: str) -> HttpProblem:
    return HttpProblem(403, "Not from here", detail)


def _authority(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _host_name(host: str) -> str:
    """The name or address of a Host header; empty when it is malformed."""
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower().rstrip(".") if found else ""
