"""The command line. Only this package prints and exits."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from keyword import iskeyword
from typing import Any, cast

import click

from mock_alipay.cli.banner import discard_output
from mock_alipay.cli.command import colour, unknown_command, version_option
from mock_alipay.cli.completion import HELP, Items
from mock_alipay.cli.options import unknown_variables
from mock_alipay.config.table import flag_of
from mock_alipay.errors import SetupError

_MODULES = {
    "serve": "serve",
    **dict.fromkeys(("ready", "env"), "ready_env"),
    **dict.fromkeys(("scenarios", "validate", "check"), "check"),
    "call": "call",
    "compare": "compare",
    "tail": "tail",
    **dict.fromkeys(("calls", "payments", "notifications", "show", "resend"), "lists"),
    "trigger": "trigger",
    "listen": "listen",
    **dict.fromkeys(("use", "act", "reset", "clock"), "control"),
    **dict.fromkeys(("export", "import"), "state"),
    "sdk": "sdk",
}
"""Every command, and the module of this package that has it."""


class _Imported(Mapping[str, click.Command]):
    """The commands by name, each imported when it is first needed."""

    def __getitem__(self, name: str) -> click.Command:
        command: click.Command = getattr(import_module(f"mock_alipay.cli.{_MODULES[name]}"), _variable(name))
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


def _variable(command: str) -> str:
    """The name of a command in its module: ``import_`` for ``import``."""
    return f"{command}_" if iskeyword(command) else command


def _valued() -> set[str]:
    """Flags of ``serve`` with a value: in ``--scenarios env`` the word ``env`` is a folder, not a command."""
    flags = (flag for flag in commands.commands["serve"].params if isinstance(flag, click.Option) and not flag.is_flag)
    return {name for flag in flags for name in flag.opts}


class _Commands(click.Group):
    """Commands, with ``serve`` as the default: ``mock-alipay --port 3000``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and ctx.resilient_parsing:
            return super().parse_args(ctx, args)  # completes the names of commands
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h", "--version", "-V")):
            valued = _valued()
            misplaced = [word for before, word in pairwise(args) if word in self.commands and before not in valued]
            if misplaced and not ctx.resilient_parsing:
                name = misplaced[0]
                raise click.UsageError(f"flags come after the command: mock-alipay {name} …", ctx)
            args = ["serve", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands and not ctx.resilient_parsing:
            raise click.UsageError(unknown_command(args[0], list(self.commands)), ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> Items:
        items = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            serve = self.commands["serve"]
            items += serve.shell_complete(click.Context(serve, ctx, "serve"), incomplete)
        return list({item.value: item for item in items}.values())

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # The reader of our output has closed it, as in `mock-alipay scenarios | head -1`.
            discard_output()
            return 0


def _current_name(flag: str) -> str:
    """The name of a flag that was renamed: ``--client`` is ``--client-id`` now."""
    return "client-id" if flag == "client" else flag


@click.group(
    cls=_Commands,
    commands=cast("dict[str, click.Command]", _Imported()),
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 110,
        "token_normalize_func": _current_name,
    },
    params=[version_option()],
    epilog=HELP,
)
@click.pass_context
def commands(ctx: click.Context) -> None:
    """A local fake of the Alipay/Antom payment gateway.

    Without a command it serves at http://127.0.0.1:2088 and https://127.0.0.1:2089. For the flags and their
    environment variables see mock-alipay serve --help.
    """
    if ctx.invoked_subcommand != "serve":  # which logs them
        _print_error(*unknown_variables(commands.commands["serve"].params), colour_name="yellow")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 success, 1 failure, 2 wrong use, 130 Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # The encoding of a Windows pipe may lack characters of a body: replace them instead of failing.
            stream.reconfigure(errors="backslashreplace")
    try:
        code = commands.main(arguments, prog_name="mock-alipay", standalone_mode=False, color=colour())
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "mock-alipay"
        _print_error(f"{error.format_message()} (see {command} --help)")
        code = 2
    except click.ClickException as error:
        _print_error(error.format_message())
        code = 2
    except SetupError as error:
        _print_error(*error.spelled(flag_of))
        code = error.exit_code
    except OSError as error:
        # Most likely the disk that standard output goes to is full.
        discard_output()
        _print_error(f"cannot write to standard output: {error.strerror or type(error).__name__}")
        code = 1
    except (click.Abort, KeyboardInterrupt):
        code = 130
    sys.exit(code if isinstance(code, int) else 0)


def _print_error(*lines: str, colour_name: str = "red") -> None:
    prefix = click.style("mock-alipay:", fg=colour_name)
    for line in lines:
        click.echo(f"{prefix} {' '.join(line.split())}", err=True, color=colour())
