"""The base class of all commands. Error messages are our own, because click's differ between its versions."""

from __future__ import annotations

import os

import click

from mock_alipay.text.wording import close
from mock_alipay.version import __version__


class Command(click.Command):
    """A command whose usage errors name the flag, its variable, what was expected and what was found."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        # --version works after each command too, but only the help of the group lists it.
        return [*super().get_params(ctx), version_option(hidden=True)]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Otherwise click rejects superfluous arguments in its own words.
        ctx.allow_extra_args = True
        try:
            left = super().parse_args(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(_message(error, self.get_params(ctx)), ctx) from None
        if left and not ctx.resilient_parsing:
            usage = " ".join(self.collect_usage_pieces(ctx))
            problem = f"expected no more arguments, got '{' '.join(left)}'"
            raise click.UsageError(f"{problem}; write {ctx.command_path} {usage}", ctx)
        return left


def version_option(*, hidden: bool = False) -> click.Option:
    """The flags ``-V`` and ``--version``."""

    def show(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
        if value and not ctx.resilient_parsing:
            click.echo(f"mock-alipay {__version__}")
            ctx.exit()

    return click.Option(
        ["-V", "--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        hidden=hidden,
        callback=show,
        help="Show the version and exit.",
    )


def colour() -> bool | None:
    """Whether to print colour; None: on terminals only. See https://no-color.org and https://force-color.org."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def unknown_command(name: str, known: list[str]) -> str:
    """The error message for a command that does not exist."""
    meant = close(name, known)
    hint = f"did you mean {meant}? " if meant else ""
    return f"unknown command '{name}'; {hint}commands are {', '.join(known)}"


def _message(error: click.UsageError, params: list[click.Parameter]) -> str:
    match error:
        case click.NoSuchOption():
            meant = close(error.option_name, [flag for param in params for flag in param.opts if flag[:1] == "-"])
            return f"unknown flag {error.option_name}" + (f"; did you mean {meant}?" if meant else "")
        case click.BadOptionUsage():
            flags = [param for param in params if isinstance(param, click.Option) and error.option_name in param.opts]
            valueless = any(flag.is_flag for flag in flags)
            return f"{error.option_name}: {'expected no value' if valueless else 'expected a value after it'}"
        case click.MissingParameter(param=click.Parameter() as param):
            return f"{_name(param)}: missing, it is required"
        case click.BadParameter(param=click.Parameter() as param):
            return f"{_name(param)}: {error.message}"
        case _:
            return error.format_message()


def _name(param: click.Parameter) -> str:
    if isinstance(param, click.Option):
        return f"{param.opts[0]} ({param.envvar})" if param.envvar else param.opts[0]
    return param.metavar or str(param.name).upper()
