"""What flags hold: each kind of value read, or refused in words that say what was expected."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import click

from mock_alipay.config.config import (
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


class _InOurWords(click.ParamType):  # type: ignore[type-arg] # as above
    """One of click's own kinds, refused in words of ours: click's differ between its versions."""

    @property
    def expected(self) -> str:
        """What may be written."""
        raise NotImplementedError

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"expected {self.expected}, got '{value}'", param, ctx)


class Switch(_InOurWords, click.types.BoolParamType):
    """A flag without a value; its variable has one."""

    expected = "1, true, yes or on, or 0, false, no or off"


class Number(_InOurWords, click.types.IntParamType):
    expected = "a whole number"


class Whole(_InOurWords, click.IntRange):
    name = "integer"

    @property
    def expected(self) -> str:
        return f"a whole number from {self.min}" + ("" if self.max is None else f" to {self.max}")


class OneOf(_InOurWords, click.Choice):  # type: ignore[type-arg] # as above
    @property
    def expected(self) -> str:
        *first, last = map(str, self.choices)
        return f"{', '.join(first)} or {last}"


class Seconds(_InOurWords, click.FloatRange):
    """A length of time; unlike click's own numbers never nan."""

    name = "seconds"

    @property
    def expected(self) -> str:
        least = f"more than {self.min}" if self.min_open else f"at least {self.min}"
        most = "" if self.max is None else f" and at most {self.max}"
        return f"seconds, such as 10 or 0.5, {least}{most}"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"expected {self.expected}, got '{value}'", param, ctx)
        return seconds


class Folder(_List):
    name = "DIR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if value == "":
            # As a path it would be the folder that one happens to be in.
            self.fail(f"expected a folder, got ''; {SEVERAL}", param, ctx)
        return Path(value)


class File(click.ParamType):  # type: ignore[type-arg] # generic in later versions only
    name = "FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if value == "":
            self.fail("expected a file, got ''", param, ctx)
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


class _Text(click.ParamType):  # type: ignore[type-arg] # generic in later versions only
    """A text of one form."""

    form: ClassVar[re.Pattern[str]]
    told: ClassVar[str]
    secret: ClassVar[bool] = False
    """Whether a wrong one is not to be shown."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not self.form.fullmatch(text):
            self.fail(f"expected {self.told}" + ("" if self.secret else f", got '{text}'"), param, ctx)
        return text


class HttpUrl(_Text):
    name = "URL"
    form, told = HTTP_URL, HTTP_URL_TOLD


class Token(_Text):
    name = "TOKEN"
    form, told, secret = VISIBLE_WORD, VISIBLE_WORD_TOLD, True


class TlsPort(click.ParamType):  # type: ignore[type-arg] # generic in later versions only
    name = "PORT|none"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        if value is None or value == "none":
            return None
        text = str(value)
        if not (text.isascii() and text.isdigit() and int(text) <= 65535):
            self.fail(f"expected a port from 0 to 65535, or none, got '{value}'", param, ctx)
        return int(text)
