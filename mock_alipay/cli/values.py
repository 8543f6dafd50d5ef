"""What flags hold: each kind of value read, or refused in words that say what was expected."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from mock_alipay.config import (
    HOST_NAME,
    HOST_NAME_TOLD,
    HTTP_URL,
    HTTP_URL_TOLD,
    VISIBLE_WORD,
    VISIBLE_WORD_TOLD,
    address_of,
)

SEVERAL = f"several in the variable are separated by {os.pathsep}"


class _List(click.ParamType):  # type: ignore[type-arg] # generic in later versions only
    """Repeatable on the command line, separated by the system's path separator in the environment."""

    envvar_list_splitter = os.pathsep


class Folder(_List):
    name = "DIR"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> Path:
        return Path(value)


class Merchant(_List):
    name = "ID=FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Path]:
        if isinstance(value, tuple):
            return value
        client_id, equals, file = str(value).partition("=")
        if not (client_id and equals and file):
            self.fail(
                f"expected ID=FILE, a client id and the file of its public key, got '{value}'; {SEVERAL}", param, ctx
            )
        return client_id, Path(file)


class HostName(_List):
    name = "NAME"

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        # An IPv6 address has the path separator within it; commas keep several apart.
        if "," in rv or address_of(rv.strip("[]")) is not None:
            return [name.strip() for name in rv.split(",")]
        return super().split_envvar_value(rv)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        name = str(value).strip("[]")
        if not HOST_NAME.fullmatch(name):
            self.fail(f"expected {HOST_NAME_TOLD}, got '{name}'; {SEVERAL}", param, ctx)
        return name


class HttpUrl(click.ParamType):  # type: ignore[type-arg] # generic in later versions only
    name = "URL"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        url = str(value)
        if not HTTP_URL.fullmatch(url):
            self.fail(f"expected {HTTP_URL_TOLD}, got '{url}'", param, ctx)
        return url


class Token(click.ParamType):  # type: ignore[type-arg] # generic in later versions only
    name = "TOKEN"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        token = str(value)
        if not VISIBLE_WORD.fullmatch(token):
            self.fail(f"expected {VISIBLE_WORD_TOLD}", param, ctx)
        return token


class Whole(click.IntRange):
    name = "integer"


class Seconds(click.FloatRange):
    """A length of time; unlike click's own numbers never nan."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"expected seconds, got {value}", param, ctx)
        return seconds


class TlsPort(click.ParamType):  # type: ignore[type-arg] # generic in later versions only
    name = "PORT|none"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        if value is None or value == "none":
            return None
        text = str(value)
        if not (text.isascii() and text.isdigit() and int(text) <= 65535):
            self.fail(f"expected a port from 0 to 65535, or none, got '{value}'", param, ctx)
        return int(text)
