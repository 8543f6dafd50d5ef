"""What flags hold: each kind of value read, or refused in words that say what was expected."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import click

from mock_alipay.config.kinds import Kind

SEVERAL = f"several in the variable are separated by {os.pathsep}"


class Value(click.ParamType):  # type: ignore[type-arg] # generic in later versions only
    """A value of any kind."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.name = kind.metavar

    def get_metavar(self, *_: Any, **__: Any) -> str:
        """What help shows; the arguments are others since click 8.2."""
        return self.kind.metavar

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        return self.kind.split(rv)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self.kind.read(value)
        except ValueError as expected:
            found = "" if self.kind.secret else f", got '{value}'"
            several = f"; {SEVERAL}" if getattr(param, "multiple", False) else ""
            self.fail(f"expected {expected}{found}{several}", param, ctx)


class Switch(Value, click.types.BoolParamType):
    """A flag without a value; its variable has one."""


def seconds(least: float, most: float = float("inf"), *, open_: bool = False) -> Value:
    """A length of time: from ``least``, or more than that when it is open."""
    bounds = f"{'more than' if open_ else 'at least'} {least:g}" + (f" and at most {most:g}" if most < 1e9 else "")

    def accepts(value: Any) -> bool:
        return isinstance(value, float) and (least < value if open_ else least <= value) and value <= most

    return Value(Kind(f"seconds, such as 10 or 0.5, {bounds}", accepts, "SECONDS", _number))


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
