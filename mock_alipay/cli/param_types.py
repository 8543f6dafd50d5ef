"""The types of flags and arguments: each converts a text, or says what was expected."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

from mock_alipay.config.kinds import Kind
from mock_alipay.text.masking import mask_password

SEVERAL = f"the variable separates several with {os.pathsep}"


class Value(click.ParamType):  # type: ignore[type-arg] # generic in later versions only
    """A value of a kind; shells complete the words, files or folders that it accepts."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.name = kind.metavar

    def get_metavar(self, *_: Any, **__: Any) -> str:
        """The placeholder in help texts; click changed the arguments in 8.2."""
        return self.kind.metavar

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        return self.kind.split(rv)

    def shell_complete(self, _ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        if self.kind.metavar in _PATHS:
            return [CompletionItem(incomplete, type=_PATHS[self.kind.metavar])]
        return [CompletionItem(word) for word in self.kind.words if word.startswith(incomplete)]

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self.kind.read(value)
        except ValueError as expected:
            got = "" if self.kind.secret else f", got '{mask_password(value)}'"
            several = f"; {SEVERAL}" if getattr(param, "multiple", False) else ""
            self.fail(f"expected {expected}{got}{several}", param, ctx)


_PATHS = {"FILE": "file", "DIR": "dir"}
"""Metavars of paths, and what shells complete there."""


class Switch(Value, click.types.BoolParamType):
    """A flag without a value. Its variable has one."""


class Word(click.ParamType):  # type: ignore[type-arg] # generic in later versions only
    """Visible ASCII without blanks, which fits into a request line and into a header."""

    name = "TEXT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not text or not all("!" <= letter <= "~" for letter in text):
            self.fail(f"expected visible ASCII characters without blanks, got '{text}'", param, ctx)
        return text


def seconds(least: float, most: float = float("inf"), *, open_: bool = False) -> Value:
    """A number of seconds from ``least``, or above ``least`` if the interval is open, to ``most``."""
    bounds = f"{'more than' if open_ else 'at least'} {least:g}" + (f" and at most {most:g}" if most < 1e9 else "")

    def accepts(value: Any) -> bool:
        return isinstance(value, float) and (least < value if open_ else least <= value) and value <= most

    return Value(Kind(f"seconds, such as 10 or 0.5, {bounds}", accepts, "SECONDS", _number))


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
