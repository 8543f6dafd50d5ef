"""Flags with their environment variables. The parameters have the names of Config's fields."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from mock_alipay.cli.completion import complete_scenarios
from mock_alipay.cli.param_types import SEVERAL, Switch, Value, seconds
from mock_alipay.config.kinds import SWITCH, one_of
from mock_alipay.config.table import PREFIX, SETTINGS, Setting
from mock_alipay.errors import SettingName, UsageError
from mock_alipay.server.certificate import HOME_VARIABLE
from mock_alipay.text.wording import close

_FOR_OTHERS = {HOME_VARIABLE, f"{PREFIX}URL"}
"""Variables without a flag of ``serve``: the folder of state and certificates, and the URL for other commands."""

# Kubernetes sets these for every service in a namespace, https://kubernetes.io/docs/concepts/services-networking/service/.
_SERVICE_LINK = re.compile(r"(?:tcp|udp|sctp)://[^\s/]+:[0-9]+")
_OF_A_SERVICE = re.compile(
    rf"{PREFIX}(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_\w+)?)"
)

Command = TypeVar("Command", bound=Callable[..., Any])


LOG_FORMAT = Setting(
    "log_format", one_of("text", "json"), "Format of the log: one line per call, as text or as JSON.", default="text"
)
QUIET = Setting("quiet", SWITCH, "Log warnings and errors only, no calls.", default=False)

SERVING = (*SETTINGS.values(), LOG_FORMAT, QUIET)


class _Option(click.Option):
    """An option whose errors name its variable too, as click does from 8.2 on."""

    def get_error_hint(self, ctx: click.Context) -> str:  # type: ignore[override] # without a context since 8.4
        hint = super().get_error_hint(ctx)
        return hint if self.envvar is None or str(self.envvar) in hint else f"{hint} (env var: '{self.envvar}')"

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        # Kubernetes sets MOCK_ALIPAY_PORT to a URL for a service named mock-alipay.
        value = super().resolve_envvar_value(ctx)
        return None if value is not None and _SERVICE_LINK.fullmatch(value) else value


def options(*chosen: Setting | str) -> Callable[[Command], Command]:
    """Add the flags of settings to a command; settings of the table by name."""

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
        help=f"{setting.help} Repeatable; {SEVERAL}." if setting.several else setting.help,
        shell_complete=complete_scenarios if setting.name == "scenario" else None,
    )


def typed(context: click.Context) -> set[str]:
    """The names of the parameters given on the command line."""
    names = (parameter.name for parameter in context.command.params if parameter.name)
    return {name for name in names if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}


def require_ports(**ports: int | None) -> None:
    """Raise UsageError for port 0: which port the server picked is unknown here."""
    for name, port in ports.items():
        if port == 0:
            raise UsageError((SettingName(name), " 0: the port that the gateway picked is unknown; give its number"))


def unknown_variables(known: Iterable[click.Parameter]) -> list[str]:
    """A message for each variable with our prefix that no flag has."""
    names = {str(parameter.envvar) for parameter in known if parameter.envvar} | _FOR_OTHERS
    unknown = [
        name
        for name, value in os.environ.items()
        if name.startswith(PREFIX)
        and name not in names
        and not (_OF_A_SERVICE.fullmatch(name) or _SERVICE_LINK.fullmatch(value))
    ]
    meant = {name: close(name, names) for name in unknown}
    return [f"{name}: unknown variable" + (f"; did you mean {meant[name]}?" if meant[name] else "") for name in unknown]


def timeout_flag(text: str) -> Callable[[Command], Command]:
    """The flag ``--timeout`` of commands that call a gateway; ``text`` says what it limits."""
    kind = seconds(0, 86400, open_=True)
    return click.option("--timeout", type=kind, default=30.0, show_default=True, metavar="SECONDS", help=text)
