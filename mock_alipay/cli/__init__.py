"""The command line: flags and environment become a Config. Only here is anything printed or exited from."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import click

from mock_alipay.cli.banner import forget_output
from mock_alipay.cli.call import call
from mock_alipay.cli.check import check, scenarios, validate
from mock_alipay.cli.command import no_such_command
from mock_alipay.cli.control import act, clock, reset, use
from mock_alipay.cli.options import strange_variables
from mock_alipay.cli.serve import env, ready, serve
from mock_alipay.cli.tail import tail
from mock_alipay.config.table import flag_of
from mock_alipay.errors import SetupError
from mock_alipay.version import __version__

_VALUED = {name for flag in serve.params if isinstance(flag, click.Option) and not flag.is_flag for name in flag.opts}
"""The flags of ``serve`` that another word follows: ``--scenarios scenarios`` names a folder, not a command."""


class _Commands(click.Group):
    """Commands of which ``serve`` may be left unsaid: ``mock-alipay --port 3000``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h", "--version")):
            misplaced = [word for before, word in pairwise(args) if word in self.commands and before not in _VALUED]
            if misplaced:
                name = misplaced[0]
                raise click.UsageError(f"flags come after the command: mock-alipay {name} …", ctx)
            args = ["serve", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands:
            raise click.UsageError(no_such_command(args[0], list(self.commands)), ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # The reader of our output has seen enough, as in `mock-alipay scenarios | head -1`.
            forget_output()
            return 0


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, message="mock-alipay %(version)s")
@click.pass_context
def commands(ctx: click.Context) -> None:
    """A local stand-in for the Alipay/Antom payment gateway.

    Without a command it serves: http://127.0.0.1:2088 and https://127.0.0.1:2089. See mock-alipay serve --help.
    """
    if ctx.invoked_subcommand != "serve":  # which has a log for it
        _complain(*strange_variables(serve.params))


for _command in (serve, ready, env, scenarios, validate, check, call, tail, use, act, reset, clock):
    commands.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 well, 1 something could not be done, 2 wrong use."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A Windows pipe may not know every letter of a body: a replaced one is better than none at all.
            stream.reconfigure(errors="backslashreplace")
    try:
        code = commands.main(arguments, prog_name="mock-alipay", standalone_mode=False)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "mock-alipay"
        _complain(f"{error.format_message()} (see {command} --help)")
        code = 2
    except click.ClickException as error:
        _complain(error.format_message())
        code = 2
    except SetupError as error:
        _complain(*error.spelled(flag_of))
        code = error.exit_code
    except OSError as error:
        # A full disk under standard output, most likely.
        forget_output()
        _complain(f"the output cannot be written; check where it goes: {error.strerror or type(error).__name__}")
        code = 1
    except (click.Abort, KeyboardInterrupt):
        code = 130
    sys.exit(code if isinstance(code, int) else 0)


def _complain(*lines: str) -> None:
    for line in lines:
        click.echo(f"mock-alipay: {' '.join(line.split())}", err=True)
