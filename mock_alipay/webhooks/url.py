"""A merchant's URL taken apart as it is written: what is signed is what goes out."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from mock_alipay.errors import AddressNotAllowed
from mock_alipay.text.wording import short

_PARTS = re.compile(r"(?s)(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(\?[^#]*)?")
"""Scheme, authority, path and query (RFC 3986, appendix B)."""

_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::([0-9]{0,5}))?")

_HOST = re.compile(r"\[[0-9a-f:.]+\]|(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
"""An address or a name (RFC 1035, section 2.3.4); containers' names may hold underscores."""

_PORTS = {"http": 80, "https": 443}

_AS_WRITTEN = "".join(map(chr, range(0x21, 0x7F)))
"""What a request line may hold as it is: visible ASCII (RFC 9112, section 3)."""


class Url(NamedTuple):
    """Where a notification goes."""

    scheme: str
    host: str
    """Lower case, ASCII, without brackets and trailing dot."""
    port: int
    authority: str
    """The Host header."""
    target: str

    @property
    def place(self) -> str:
        """Host and port, for people."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def target_of(url: str) -> str:
    """The request target of a URL: its path and query as written, "/" for an empty path.

    What no request line may hold (blanks, controls, non-ASCII) is percent-encoded.
    """
    _, _, path, query = _taken_apart(url)
    return quote(f"{path or '/'}{query}", safe=_AS_WRITTEN, errors="replace")


def parse(url: str) -> Url:
    """A URL's parts; Forbidden says why nothing can be sent there."""
    scheme, authority, path, _ = _taken_apart(url)
    scheme = scheme.lower()
    if scheme not in _PORTS:
        raise AddressNotAllowed(f"{_shown(url)}: notifications go to http and https URLs only")
    if "@" in authority:
        raise AddressNotAllowed("notifications never go to a URL with a user name or password")
    if "%" in authority and authority.startswith("["):
        raise AddressNotAllowed(f"{_shown(url)}: notifications never go to an address with a zone")
    found = _AUTHORITY.fullmatch(authority)
    host = _ascii(found[1]) if found else ""
    port = int((found and found[2]) or _PORTS[scheme])
    if not _HOST.fullmatch(host) or not 0 < port < 65536 or path[:1] not in ("", "/"):
        raise AddressNotAllowed(f"{_shown(url)}: expected a URL such as http://127.0.0.1:8000/notify")
    own_port = "" if port == _PORTS[scheme] else f":{port}"
    return Url(scheme, host.strip("[]").rstrip("."), port, host + own_port, target_of(url))


def _taken_apart(url: str) -> tuple[str, str, str, str]:
    found = _PARTS.match(url)
    if found is None:
        raise ValueError(url)
    scheme, authority, path, query = found.groups("")
    return scheme, authority, path, query


def _ascii(host: str) -> str:
    """Lower case; international names in the form that name servers know, an empty text for what has none."""
    try:
        return (host if host.isascii() else host.encode("idna").decode()).lower()
    except UnicodeError:
        return ""


def _shown(url: str) -> str:
    return short(ascii(url)[1:-1], 80)
