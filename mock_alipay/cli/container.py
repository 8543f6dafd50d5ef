"""What the gateway of this container was started with: commands run beside it, such as a health check, go there.

``docker run mock-alipay --port 3000`` appends flags to the entry point, where no variable tells of them.
"""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from mock_alipay.cli.options import SERVING, options, typed

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_PROCESS = Path("/proc/1/cmdline")
"""Linux: the words of the command that a container runs, each ended by a zero byte."""


def beside(flags: dict[str, Any]) -> dict[str, Any]:
    """The flags of a command, with those of the gateway beside it in place of what nobody has typed.

    A command that is told where to go gets none of them: its gateway is another one.
    """
    context = click.get_current_context()
    own = typed(context)
    if own & {"url", "host", "port"} or context.get_parameter_source("url") is ParameterSource.ENVIRONMENT:
        return flags
    words = _gateway_words()
    theirs = _flags_among(words) if words else {}
    return {name: theirs[name] if name in theirs and name not in own else value for name, value in flags.items()}


def _gateway_words() -> list[str]:
    """What follows ``mock-alipay`` in the first process's command; nothing where that is another program."""
    try:
        words = FIRST_PROCESS.read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []
    if "--" in words[1:3]:  # an init, such as tini, says so where its own words end
        words = words[words.index("--") + 1 :]
    if words and PurePath(words[0]).name.startswith("python"):
        words = words[2:] if words[1:3] == ["-m", "mock_alipay"] else words[1:]
    return words[1:] if words and PurePath(words[0]).name in ("mock-alipay", "mock_alipay") else []


def _flags_among(words: Sequence[str]) -> dict[str, Any]:
    """The flags of ``serve`` among these words; nothing when they are another command's."""
    serving = click.command()(options(*SERVING)(lambda **_: None))
    for flag in serving.params:
        flag.envvar = None  # variables are those of this command, and may be wrong without being asked for
    given = list(words[1:] if words[0] == "serve" else words)
    try:
        context = serving.make_context("mock-alipay", given)
    except click.ClickException:
        return {}
    return {name: context.params[name] for name in typed(context)}
