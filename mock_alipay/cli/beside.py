"""What the gateway of this container was started with: commands run beside it, such as a health check, go there.

``docker run mock-alipay --port 3000`` appends flags to the entry point, where no variable tells of them.
"""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from mock_alipay.cli.options import SERVING, options

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_PROCESS = Path("/proc/1/cmdline")
"""Linux: the words of the command that a container runs, each ended by a zero byte."""


def beside(flags: dict[str, Any]) -> dict[str, Any]:
    """The flags of a command, with those of the gateway beside it in place of what nobody has typed."""
    words = _gateway_words()
    if not words:
        return flags
    source = click.get_current_context().get_parameter_source
    theirs = _typed(words)
    return {
        name: theirs[name] if name in theirs and source(name) is not ParameterSource.COMMANDLINE else value
        for name, value in flags.items()
    }


def _gateway_words() -> list[str]:
    """What follows ``mock-alipay`` in the first process's command; nothing where that is another program."""
    try:
        words = FIRST_PROCESS.read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []
    names = [PurePath(word).name for word in words]
    # An init such as tini may stand before it, and an interpreter.
    for at, name in enumerate(names):
        if name in ("mock-alipay", "mock-alipay.exe") or (name == "mock_alipay" and words[at - 1] == "-m"):
            return words[at + 1 :]
    return []


def _typed(words: Sequence[str]) -> dict[str, Any]:
    """The flags of ``serve`` among these words; nothing when they are another command's."""
    serving = click.command()(options(*SERVING)(lambda **_: None))
    try:
        context = serving.make_context("mock-alipay", list(words[1:] if words[0] == "serve" else words))
    except click.ClickException:
        return {}
    typed = ParameterSource.COMMANDLINE
    return {name: value for name, value in context.params.items() if context.get_parameter_source(name) is typed}
