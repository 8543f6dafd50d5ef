"""The ``signature`` header: ``algorithm=RSA256, keyVersion=1, signature=<url-encoded base64>``."""

from __future__ import annotations

import base64
import itertools
import re
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from urllib.parse import unquote, unquote_plus

from mock_alipay.text.wording import short


@dataclass(frozen=True, slots=True)
class SignatureHeader:
    """The header's parts; ``key_version`` is None when absent, meaning the newest key."""

    key_version: int | None
    value: str


def parse(header: str) -> SignatureHeader:
    """Parse the header; ValueError says what is malformed.

    Blanks around parts are allowed, names are case-insensitive, ``algorithm`` and ``keyVersion`` are optional
    (docs: api_fund).
    """
    parts: dict[str, str] = {}
    for part in header.split(","):
        name, equals, value = part.strip().partition("=")
        if not equals:
            raise ValueError(f"'{short(part.strip())}', which is not a name=value pair")
        parts[name.strip().lower()] = value.strip()
    if "signature" not in parts:
        raise ValueError("no signature= part")
    if not parts["signature"]:
        # The PHP SDK sends this when it is given a PEM key (observed with 1.5.5).
        raise ValueError("an empty signature= part: the client could not read its private key")
    if parts.get("algorithm", "RSA256").upper() != "RSA256":
        raise ValueError(f"algorithm={short(parts['algorithm'])}")
    version = parts.get("keyversion", "")
    if version and not (version.isascii() and version.isdigit() and len(version) <= 9):
        raise ValueError(f"keyVersion={short(version)}")
    return SignatureHeader(int(version) if version else None, parts["signature"])


class BadEncoding(ValueError):
    """A signature that is not url-encoded base64; ``raw``: its bytes, if a known mistake explains its encoding."""

    def __init__(self, message: str, raw: bytes | None) -> None:
        super().__init__(message)
        self.raw = raw


def raw_signature(value: str) -> bytes:
    """The signature's bytes; BadEncoding says why the text is not url-encoded base64.

    As at the real gateway, url-decoding turns a raw ``+`` into a blank, so base64 that was not url-encoded
    fails when it contains one.
    """
    raw = _decoded(value)
    if raw is not None:
        return raw
    for count in (1, 2):
        for slips in itertools.combinations(_SLIPS, count):
            raw = _decoded(reduce(lambda text, slip: _SLIPS[slip](text), slips, value))
            if raw is not None:
                raise BadEncoding(_NOT_BASE64 + "; ".join(slips), raw)
    raise BadEncoding(_NOT_BASE64 + "encode it in base64, then url-encode that", None)


_NOT_BASE64 = "it is not base64 once url-decoded: "


def _padded(value: str) -> str:
    return value + "%3D" * (-len(unquote(value)) % 4)


_SLIPS: Mapping[str, Callable[[str], str]] = {
    "it is url-encoded twice, encode it once": unquote,
    "it is not url-encoded, so its + signs become blanks": lambda value: value.replace("+", "%2B"),
    "it has line breaks, encode it in one line (openssl base64 -A)": lambda value: re.sub(
        r"%0[AD]|\s", "", value, flags=re.IGNORECASE
    ),
    "its padding is missing, end it with = (%3D)": _padded,
    "it is base64url, encode it with + and / in place of - and _": lambda value: _padded(
        value.replace("-", "%2B").replace("_", "%2F")
    ),
}
"""The message for each encoding mistake, and its inverse. To add one, add a line; upper lines are undone first."""


def _decoded(value: str) -> bytes | None:
    return _usual(value) or _general(value)


def _usual(value: str) -> bytes | None:
    """The bytes of a value in the form that the official SDKs send; None for any other form.

    Takes less than half the time of ``_general``, which is needed for lower-case and unnecessary escapes.
    """
    if "+" in value:
        return None
    try:
        return a2b_base64(value.replace("%2B", "+").replace("%2F", "/").replace("%3D", "="), strict_mode=True)
    except ValueError:
        return None


def _general(value: str) -> bytes | None:
    try:
        return base64.b64decode(unquote_plus(value), validate=True)
    except ValueError:
        return None
