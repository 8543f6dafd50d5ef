"""Checks whether a merchant's response to a notification is the documented acknowledgement."""

from __future__ import annotations

from json import detect_encoding
from typing import Any, NamedTuple

import orjson

from mock_alipay.text.wording import described, not_json, short

_EXPECTED = (("resultCode", "SUCCESS"), ("resultStatus", "S"))
"""An acknowledgement has HTTP status 200 and these fields (the notify pages; TPL: the HTTP status counts too)."""

_ACKNOWLEDGEMENT = '{"result": {"resultCode": "SUCCESS", "resultStatus": "S", ...}}'


class Answer(NamedTuple):
    """A merchant's response: status and the beginning of the body; ``truncated`` if the body is longer.

    ``encoding`` is the content-encoding header.
    """

    status: int
    body: bytes
    truncated: bool
    encoding: str = ""


def complaint(status: int, body: bytes, *, truncated: bool = False, encoding: str = "") -> str | None:
    """Why a response is not an acknowledgement, as a sentence; None if it is one."""
    if status != 200:
        return f"the HTTP status was {status}, expected 200"
    if truncated:
        return "the body was longer than 64 KiB"
    if not body.strip():
        return f"the body was empty, expected {_ACKNOWLEDGEMENT}"
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return f"the body was {_unreadable(body, encoding) or not_json(error)}; expected {_ACKNOWLEDGEMENT}"
    result = answer.get("result") if isinstance(answer, dict) else None
    if not isinstance(result, dict):
        name, value = ("result", _described(result)) if isinstance(answer, dict) else ("the body", described(answer))
        return f"{name} was {value}, expected an object"
    for name, expected in _EXPECTED:
        if result.get(name) != expected:
            return f"{name} was {_described(result.get(name))}, expected '{expected}'"
    return None


_COMPRESSIONS = {
    b"\x1f\x8b": "gzip",
    b"\x78\x01": "deflate",
    b"\x78\x9c": "deflate",
    b"\x78\xda": "deflate",
    b"\x28\xb5\x2f\xfd": "zstd",
}
"""First bytes of compressed bodies (RFC 1952, 1950 and 8878); br and raw deflate have none."""


def _unreadable(body: bytes, encoding: str) -> str | None:
    """Compression or charset of a body that is not plain UTF-8, and what to do; None for UTF-8."""
    detected = next((name for start, name in _COMPRESSIONS.items() if body.startswith(start)), None)
    declared = encoding.strip().lower()
    if detected or declared not in ("", "identity"):
        return f"compressed ({short(declared or str(detected))}), send it uncompressed: accept-encoding was identity"
    charset = detect_encoding(body)
    if charset == "utf-8-sig":
        return "UTF-8 with a byte order mark, send it without"
    if charset != "utf-8":
        return f"{charset[:6].upper()}, send it in UTF-8"
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return f"not UTF-8 (0x{body[error.start]:02x} at byte {error.start}), Latin-1 perhaps: send it in UTF-8"
    return None


def _described(value: Any) -> str:
    if value is None:
        return "missing"
    return f"'{short(value, 80)}'" if isinstance(value, str) else described(value)
