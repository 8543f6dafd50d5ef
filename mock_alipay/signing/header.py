"""The ``signature`` header: ``algorithm=RSA256, keyVersion=1, signature=<url-encoded base64>``."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import unquote_plus

from mock_alipay.text.wording import short


@dataclass(frozen=True, slots=True)
class SignatureHeader:
    """The header's parts; ``key_version`` is None when absent, meaning the newest key."""

    key_version: int | None
    value: str


def parse(header: str) -> SignatureHeader:
    """Read the header; ValueError says what is wrong with its form.

    Blanks after commas and the case of names are free, ``algorithm`` and ``keyVersion`` may be
    left out (docs: api_fund).
    """
    parts: dict[str, str] = {}
    for part in header.split(","):
        name, equals, value = part.strip().partition("=")
        if not equals:
            raise ValueError(f"'{short(part.strip())}', which is no name=value pair")
        parts[name.strip().lower()] = value.strip()
    if "signature" not in parts:
        raise ValueError("no signature= part")
    if not parts["signature"]:
        # The PHP SDK sends this when it is handed a PEM key (seen with its 1.5.5).
        raise ValueError("an empty signature= part: the client could not read its private key")
    if parts.get("algorithm", "RSA256").upper() != "RSA256":
        raise ValueError(f"algorithm={short(parts['algorithm'])}")
    version = parts.get("keyversion", "")
    if version and not (version.isascii() and version.isdigit() and len(version) <= 9):
        raise ValueError(f"keyVersion={short(version)}")
    return SignatureHeader(int(version) if version else None, parts["signature"])


def raw_signature(value: str) -> bytes:
    """The signature's bytes; ValueError says why the text is not url-encoded base64.

    A raw ``+`` is a blank once url-decoded, at the real gateway as here, so base64 that was
    not url-encoded fails whenever it holds one.
    """
    text = unquote_plus(value)
    if " " in text:
        raise ValueError("it is base64 but not url-encoded: its + signs arrive as blanks")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("it is not base64 once url-decoded") from None
