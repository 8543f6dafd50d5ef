"""The flags, each with its environment variable; their values are Config's fields by name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from mock_alipay.cli.param_types import SEVERAL, Switch, Value
from mock_alipay.config.kinds import SWITCH, one_of
from mock_alipay.config.table import PREFIX, SETTINGS, Setting
from mock_alipay.errors import SettingName, UsageError
from mock_alipay.server.certificate import HOME_VARIABLE
from mock_alipay.text.wording import close

_FOR_OTHERS = {HOME_VARIABLE, f"{PREFIX}URL"}
"""Variables that are no flags of the server: the certificate's folder, and where others find a gateway."""

# What Kubernetes tells every pod of a service, https://kubernetes.io/docs/concepts/services-networking/service/.
_SERVICE_LINK = re.compile(r"(?:tcp|udp|sctp)://[^\s/]+:[0-9]+")
_OF_A_SERVICE = re.compile(
    rf"{PREFIX}(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_\w+)?)"
)

Command = TypeVar("Command", bound=Callable[..., Any])


LOG_FORMAT = Setting("log_format", one_of("text", "json"), "One line a call, in words or as JSON.", default="text")
QUIET = Setting("quiet", SWITCH, "No line a call: warnings and errors only.", default=False)

SERVING = (*SETTINGS.values(), LOG_FORMAT, QUIET)


class _Option(click.Option):
    """An option whose errors name its variable as well, which click does from 8.2 on."""

    def get_error_hint(self, ctx: click.Context) -> str:  # type: ignore[override] # without a context since 8.4
        hint = super().get_error_hint(ctx)
        return hint if self.envvar is None or str(self.envvar) in hint else f"{hint} (env var: '{self.envvar}')"

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        # For a service named mock-alipay Kubernetes sets MOCK_ALIPAY_PORT.
        value = super().resolve_envvar_value(ctx)
        return None if value is not None and _SERVICE_LINK.fullmatch(value) else value


def options(*chosen: Setting | str) -> Callable[[Command], Command]:
    """Add the flags of settings to a command; of the settings in the table the names are enough."""

    def decorate(command: Command) -> Command:
        for setting in reversed(chosen):
            command = _option(SETTINGS[setting] if isinstance(setting, str) else setting)(command)
        return command

    return decorate


def _option(setting: Setting) -> Callable[[Command], Command]:
    return click.option(
        setting.flag,
        setting.name,
        cls=_Option,
        type=(Switch if setting.kind is SWITCH else Value)(setting.kind),
        is_flag=setting.kind is SWITCH,
        multiple=setting.several,
        default=setting.default,
        show_default=setting.default not in (None, (), False),
        envvar=setting.variable,
        show_envvar=True,
        help=f"{setting.help} Repeatable, {SEVERAL}." if setting.several else setting.help,
    )


def typed(context: click.Context) -> set[str]:
    """The parameters that stand on the command line, whatever variables and defaults say."""
    names = (parameter.name for parameter in context.command.params if parameter.name)
    return {name for name in names if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}


def require_ports(**ports: int | None) -> None:
    """UsageError when a port is one that only the server knows."""
    for name, port in ports.items():
        if port == 0:
            told = " 0: which port the server chose is not known here; give its number"
            raise UsageError((SettingName(name), told))


def strange_variables(known: Iterable[click.Parameter]) -> list[str]:
    """A complaint for each variable that looks like ours and is none."""
    names = {str(parameter.envvar) for parameter in known if parameter.envvar} | _FOR_OTHERS
    strange = [
        name
        for name, value in os.environ.items()
        if name.startswith(PREFIX)
        and name not in names
        and not (_OF_A_SERVICE.fullmatch(name) or _SERVICE_LINK.fullmatch(value))
    ]
    meant = {name: close(name, names) for name in strange}
    return [f"{name}: no such variable" + (f", did you mean {meant[name]}?" if meant[name] else "") for name in strange]
