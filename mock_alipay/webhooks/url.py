"""Parses notification URLs without normalising them, so that the signed target is the one that is sent."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from mock_alipay.errors import AddressNotAllowed
from mock_alipay.text.wording import short

_PARTS = re.compile(r"(?s)(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(\?[^#]*)?")
"""Scheme, authority, path and query (RFC 3986, appendix B)."""

_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::([0-9]{0,5}))?")

_HOST = re.compile(r"\[[0-9a-f:.]+\]|(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
"""An address or a name (RFC 1035, section 2.3.4); names of containers may contain underscores."""

_PORTS = {"http": 80, "https": 443}

_UNQUOTED = "".join(map(chr, range(0x21, 0x7F)))
"""Characters allowed in a request line: visible ASCII (RFC 9112, section 3)."""

_CACHED = 256
"""URLs whose parts are cached: a shop has few. Addresses are not cached: each connection resolves and checks them."""


class Url(NamedTuple):
    """A parsed notification URL."""

    scheme: str
    host: str
    """Lower case, ASCII, without brackets and trailing dot."""
    port: int
    authority: str
    """Value of the Host header."""
    target: str

    @property
    def host_and_port(self) -> str:
        """Host and port for messages."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@lru_cache(_CACHED)
def target_of(url: str) -> str:
    """The request target of a URL: path and query as written, "/" for an empty path.

    Characters that a request line cannot contain (spaces, controls, non-ASCII) are percent-encoded.
    """
    _, _, path, query = _split(url)
    return quote(f"{path or '/'}{query}", safe=_UNQUOTED, errors="replace")


@lru_cache(_CACHED)
def parse(url: str) -> Url:
    """Parse a URL; AddressNotAllowed if notifications cannot go there."""
    scheme, authority, path, _ = _split(url)
    scheme = scheme.lower()
    if scheme not in _PORTS:
        raise AddressNotAllowed(f"{_shown(url)}: notifications go to http and https URLs only")
    if "@" in authority:
        raise AddressNotAllowed("notifications never go to a URL with a user name or password")
    if "%" in authority and authority.startswith("["):
        raise AddressNotAllowed(f"{_shown(url)}: notifications never go to an address with a zone")
    match = _AUTHORITY.fullmatch(authority)
    host = _ascii(match[1]) if match else ""
    port = int((match and match[2]) or _PORTS[scheme])
    if not _HOST.fullmatch(host) or not 0 < port < 65536 or path[:1] not in ("", "/"):
        raise AddressNotAllowed(f"{_shown(url)}: expected a URL such as http://127.0.0.1:8000/notify")
    explicit_port = "" if port == _PORTS[scheme] else f":{port}"
    return Url(scheme, host.strip("[]").rstrip("."), port, host + explicit_port, target_of(url))


def _split(url: str) -> tuple[str, str, str, str]:
    match = _PARTS.match(url)
    if match is None:
        raise ValueError(url)
    scheme, authority, path, query = match.groups("")
    return scheme, authority, path, query


def _ascii(host: str) -> str:
    """The host in lower case, international names in IDNA form; empty if it has none."""
    try:
        return (host if host.isascii() else host.encode("idna").decode()).lower()
    except UnicodeError:
        return ""


def _shown(url: str) -> str:
    return short(ascii(url)[1:-1], 80)
