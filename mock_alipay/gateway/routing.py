"""Finds the endpoint of a call, and checks its method and media type."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote

from mock_alipay.contracts.documented_apis import intended_api, not_implemented
from mock_alipay.errors import DomainError, NoSuchPath, Refusal
from mock_alipay.journal.exchange import Call
from mock_alipay.text.wording import short

PREFIXES = ("/ams/api/v1/", "/ams/sandbox/api/v1/")

_API_ROOT = re.compile(r"^/ams/(sandbox/)?(api/)?(v\d+/)?")
"""The part of a path before the id of an API; versions other than ``v1`` too."""

_TWO_SLASHES = "the path has double slashes: remove the slash at the end of the gateway URL"


class Router:
    """Maps the paths of production and sandbox to endpoints."""

    def __init__(self, endpoints: Iterable[str], *, any_media: bool = False) -> None:
        """``any_media``: accept any Content-Type, such as the default of curl."""
        self._any_media = any_media
        self._endpoints = list(endpoints)
        self._paths = {prefix + name: name for name in self._endpoints for prefix in PREFIXES}

    def find(self, call: Call) -> tuple[str, str | None]:
        """The endpoint as ``family/name``, and a hint when the path has double slashes.

        Refusal: NO_INTERFACE_DEF, METHOD_NOT_SUPPORTED or MEDIA_TYPE_NOT_ACCEPTABLE. NoSuchPath for
        a path that is no AMS path.
        """
        path = call.target.partition("?")[0]
        if call.method == "OPTIONS" and "/ams/" in path and "access-control-request-method" in call.headers:
            raise Refusal("METHOD_NOT_SUPPORTED", _preflight(call.headers.get("origin", "")))
        name = self._paths.get(path)
        hint = None
        if name is None:
            plain = re.sub("/{2,}", "/", unquote(path))
            name = self._paths.get(plain)
            if name is None:
                raise self._unknown(plain)
            hint = _TWO_SLASHES if "//" in path else None
        if call.method != "POST":
            raise Refusal("METHOD_NOT_SUPPORTED", f"{call.method} is not supported, every API is a POST")
        complaint = _media_complaint(call.headers.get("content-type", ""), call.headers.get("content-encoding", ""))
        if complaint and not self._any_media:
            raise Refusal("MEDIA_TYPE_NOT_ACCEPTABLE", complaint)
        return name, hint

    def _unknown(self, path: str) -> Refusal | DomainError:
        before, ams, _ = path.partition("/ams/")
        shown = short(path, 120)
        if not ams:
            known = f"POST {PREFIXES[0]}{self._endpoints[0]} and the like, and /__admin/…"
            detail = f"The gateway answers {known}; {shown} is neither."
            return NoSuchPath(detail, endpoints=self._endpoints)
        if before:
            return Refusal("NO_INTERFACE_DEF", f"no API at {shown}: the gateway URL must not have a path of its own")
        api = intended_api(_API_ROOT.sub("", path), self._endpoints)
        if api and api not in self._endpoints:
            return Refusal("NO_INTERFACE_DEF", not_implemented(api, self._endpoints))
        prefix = PREFIXES[path.startswith("/ams/sandbox/")]
        hint = f", did you mean {prefix}{api}?" if api else ""
        return Refusal("NO_INTERFACE_DEF", f"no API at {shown}{hint}")


def _preflight(origin: str) -> str:
    return (
        f"CORS preflight from {short(origin, 60) or 'a browser'}: browsers cannot call the gateway API; "
        "the call belongs in the shop's backend, which has the private key. No CORS headers are sent"
    )


@lru_cache(maxsize=64)
def _media_complaint(content_type: str, content_encoding: str) -> str | None:
    if content_encoding.lower() not in ("", "identity"):
        return f"Content-Encoding: expected none, got {short(content_encoding, 60)}"
    # The Go SDK sends the header twice; the values are joined by a comma here.
    for media in filter(None, content_type.split(",")):
        kind, _, parameters = media.strip().lower().partition(";")
        charset = parameters.partition("charset=")[2].partition(";")[0].strip(' "')
        if kind.strip() != "application/json":
            return f"Content-Type: expected application/json, got {short(media.strip(), 60)}"
        if charset not in ("", "utf-8", "utf8", "us-ascii"):
            return f"Content-Type: expected charset UTF-8, got {short(charset, 60)}"
    return None
