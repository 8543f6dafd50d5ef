"""Kinds of setting values: what each accepts, and how messages describe what was expected."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mock_alipay.config.config import address_of

_ORIGIN = (
    r"(?i:https?)://(?:\[[0-9A-Fa-f:.]+\]|[^/?#@:\s]+)"
    r"(?::(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
)
HTTP_URL = re.compile(rf"{_ORIGIN}(?:[/?#]\S*)?")
_HTTP_ORIGIN = re.compile(rf"{_ORIGIN}/?")
_HOST_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")
"""A host name, or an address without brackets."""
_VISIBLE_WORD = re.compile(r"([!-~]{8,200})?")
_WORDS = dict.fromkeys(("1", "true", "t", "yes", "y", "on"), True) | dict.fromkeys(
    ("0", "false", "f", "no", "n", "off"), False
)


class Kind(NamedTuple):
    """A kind of value, as Python programs pass it and as flags and variables contain it."""

    expected: str
    """Describes what Python programs may pass."""
    accepts: Callable[[Any], object]
    metavar: str = "TEXT"
    parse: Callable[[str], Any] = str
    """Converts a text; returns a value that ``accepts`` rejects when the text is invalid."""
    written: str = ""
    """Describes what flags and variables may contain, where that differs from ``expected``."""
    made: Callable[[Any], Any] = lambda value: value
    """Converts an accepted value to the type that Config holds."""
    split: Callable[[str], Sequence[str]] = lambda text: text.split(os.pathsep)
    """Splits a variable that holds several values."""
    secret: bool = False
    """Whether messages must not repeat the value."""
    words: tuple[str, ...] = ()
    """Texts that shells complete."""

    def check(self, value: Any) -> Any:
        """Convert a value from Python to what Config holds; ValueError describes what was expected."""
        if not self.accepts(value):
            raise ValueError(self.expected)
        return self.made(value)

    def read(self, text: str) -> Any:
        """Convert the text of a flag or variable to what Config holds; ValueError describes what was expected."""
        value = self.parse(text)
        if not self.accepts(value):
            raise ValueError(self.written or self.expected)
        return self.made(value)


def whole(least: float, most: float, expected: str, metavar: str = "N") -> Kind:
    """A whole number from ``least`` to ``most``."""

    def accepts(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most

    return Kind(expected, accepts, metavar, _number)


def one_of(*words: str) -> Kind:
    """One of a fixed set of words."""
    *first, last = words
    return Kind(f"{', '.join(first)} or {last}", lambda value: value in words, f"[{'|'.join(words)}]", words=words)


def optional(kind: Kind) -> Kind:
    """The same kind or None; only Python programs can pass None."""
    return kind._replace(
        expected=f"{kind.expected}, or None",
        accepts=lambda value: value is None or kind.accepts(value),
        written=kind.written or kind.expected,
        made=lambda value: None if value is None else kind.made(value),
    )


def _matching(form: re.Pattern[str], expected: str, metavar: str) -> Kind:
    return Kind(expected, lambda value: isinstance(value, str) and form.fullmatch(value), metavar)


def _path(expected: str, metavar: str) -> Kind:
    return Kind(expected, _is_path, metavar, made=Path)


def _is_path(value: Any) -> bool:
    # An empty path would mean the current folder.
    return isinstance(value, str | os.PathLike) and value != ""


def _is_merchant(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and isinstance(value[0], str) and _is_path(value[1])


def _number(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:
        return text


def _merchant(text: str) -> Any:
    client_id, _, file = text.partition("=")
    return client_id and (client_id, file)


def _hosts(text: str) -> Sequence[str]:
    # IPv6 addresses contain the path separator, so commas separate them.
    if "," in text or address_of(text.strip("[]")) is not None:
        return [name.strip() for name in text.split(",")]
    return text.split(os.pathsep)


TEXT = Kind("a string", lambda value: isinstance(value, str))
SWITCH = Kind(
    "True or False",
    lambda value: isinstance(value, bool),
    parse=lambda text: _WORDS.get(text.strip().lower()),
    written="1, true, yes or on, or 0, false, no or off",
)
PORT = whole(0, 65535, "a port from 0 to 65535", "PORT")
PORT_OR_NONE = optional(PORT)._replace(
    metavar="PORT|none",
    parse=lambda text: None if text == "none" else _number(text),
    words=("none",),
    written=f"{PORT.expected}, or none",
)
FOLDER = _path("a folder", "DIR")
FILE = _path("a file", "FILE")
MERCHANT = Kind(
    "client ids and the files of their public keys, as in {'ID': 'key.pem'}",
    _is_merchant,
    "ID=FILE",
    _merchant,
    "ID=FILE, a client id and the file of its public key",
    lambda value: (value[0], Path(value[1])),
)
PRIVATE_KEY = MERCHANT._replace(
    expected="a client id and the file of its private key, as in ('ID', 'key.pem')",
    written="ID=FILE, a client id and the file of its private key",
    secret=True,  # It may be the key itself by mistake.
)
HOST_NAME = _matching(_HOST_NAME, "a host name without port, such as gateway", "NAME")._replace(
    parse=lambda text: text.strip("[]"), split=_hosts
)
URL = _matching(HTTP_URL, "an http or https URL such as http://127.0.0.1:8000/notify", "URL")
ORIGIN = _matching(_HTTP_ORIGIN, "an http or https URL without a path, such as http://localhost:2088", "URL")
UPSTREAM = ORIGIN._replace(expected="an http or https URL without a path, such as https://open-sea-global.alipay.com")
TOKEN = _matching(_VISIBLE_WORD, "8 to 200 visible ASCII characters without blanks", "TOKEN")._replace(
    # Python programs may pass an empty string for no token; in a flag it is an unset shell variable.
    parse=lambda text: text or 0,
    secret=True,
)
