"""Commands that tell in words of our own how they were misused: click's differ between its versions."""

from __future__ import annotations

import click

from mock_alipay.text.wording import close


class Command(click.Command):
    """A command whose arguments are refused with the flag, its variable, what was expected and what was found."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Otherwise click refuses what is left over, in its words.
        ctx.allow_extra_args = True
        try:
            left = super().parse_args(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(_told(error, self.get_params(ctx)), ctx) from None
        if left and not ctx.resilient_parsing:
            raise click.UsageError(f"expected nothing more, got '{' '.join(left)}'", ctx)
        return left


def no_such_command(name: str, known: list[str]) -> str:
    """What to tell someone who asked for a command that does not exist."""
    meant = close(name, known)
    hint = f"did you mean {meant}? " if meant else ""
    return f"there is no command '{name}'; {hint}commands are {', '.join(known)}"


def _told(error: click.UsageError, params: list[click.Parameter]) -> str:
    match error:
        case click.NoSuchOption():
            meant = close(error.option_name, [flag for param in params for flag in param.opts if flag[:1] == "-"])
            return f"there is no flag {error.option_name}" + (f", did you mean {meant}?" if meant else "")
        case click.BadOptionUsage():
            flags = [param for param in params if isinstance(param, click.Option) and error.option_name in param.opts]
            takes_none = any(flag.is_flag for flag in flags)
            return f"{error.option_name}: {'it takes no value' if takes_none else 'expected a value after it'}"
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
