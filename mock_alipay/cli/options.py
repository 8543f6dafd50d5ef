"""The flags, each with its environment variable, and how they become a Config."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from mock_alipay.cli.param_types import (
    SEVERAL,
    File,
    Folder,
    HostName,
    HttpUrl,
    Merchant,
    Number,
    OneOf,
    Switch,
    TlsPort,
    Token,
    Whole,
)
from mock_alipay.config.config import Config
from mock_alipay.errors import UsageError
from mock_alipay.server.certificate import HOME_VARIABLE
from mock_alipay.text.wording import close

_PREFIX = "MOCK_ALIPAY_"
_FOR_OTHERS = {HOME_VARIABLE, f"{_PREFIX}URL"}
"""Variables that are no flags of the server: the certificate's folder, and where others find a gateway."""

# What Kubernetes tells every pod of a service, https://kubernetes.io/docs/concepts/services-networking/service/.
_SERVICE_LINK = re.compile(r"(?:tcp|udp|sctp)://[^\s/]+:[0-9]+")
_OF_A_SERVICE = re.compile(
    rf"{_PREFIX}(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_\w+)?)"
)

Command = TypeVar("Command", bound=Callable[..., Any])


class _Option(click.Option):
    """An option whose errors name its variable as well, which click does from 8.2 on."""

    def get_error_hint(self, ctx: click.Context) -> str:  # type: ignore[override] # without a context since 8.4
        hint = super().get_error_hint(ctx)
        return hint if self.envvar is None or str(self.envvar) in hint else f"{hint} (env var: '{self.envvar}')"


class _Port(_Option):
    """A port whose variable may be Kubernetes' own: for a service named ``mock-alipay`` it sets MOCK_ALIPAY_PORT."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        value = super().resolve_envvar_value(ctx)
        return None if value is not None and _SERVICE_LINK.fullmatch(value) else value


_HOST = ("--host", {"help": "Address to listen on; of a name all its addresses."})
_PORT = ("--port", {"cls": _Port, "type": Whole(0, 65535), "help": "Plain HTTP; 0 picks a free port and prints it."})
_TLS_PORT = ("--tls-port", {"cls": _Port, "type": TlsPort(), "help": "HTTPS; 0 picks a free port, none turns it off."})
_SCENARIOS = (
    "--scenarios",
    {"type": Folder(), "multiple": True, "help": f"More scenarios, added to the shipped ones; repeatable, {SEVERAL}."},
)
_SCENARIO = ("--scenario", {"metavar": "NAME", "help": "The scenario for calls that nothing else claims."})
_SIGNATURES = (
    "--signatures",
    {
        "type": OneOf(["known", "required", "off"]),
        "help": "Verify client ids that have a key, demand a key of all, or neither verify nor sign.",
    },
)
_MERCHANT = (
    "--merchant",
    {
        "type": Merchant(),
        "multiple": True,
        "envvar": "MOCK_ALIPAY_MERCHANTS",
        "help": f"A merchant's public key; the same ID again is its next key version. Repeatable, {SEVERAL}.",
    },
)
_GATEWAY_KEY = ("--gateway-key", {"type": File(), "help": "The private key that signs replies."})
_TYPES = (
    "--types",
    {
        "type": OneOf(["documented", "strict"]),
        "help": "Take documented Booleans and Integers natively too, or as strings only.",
    },
)
_REQUIRED = (
    "--required",
    {
        "type": OneOf(["documented", "observed"]),
        "help": "Require what documentation requires, or let be absent what official demos leave out.",
    },
)
_SEED = ("--seed", {"type": Number(), "metavar": "N", "help": "Same seed, same ids; random and printed when left out."})
_MAX_BODY = (
    "--max-body",
    {"type": Whole(1), "metavar": "BYTES", "help": "Larger requests are refused."},
)
_SWITCH = {"is_flag": True, "type": Switch(), "default": False}
_WATCH = ("--watch", {**_SWITCH, "help": "Reload scenario files when they change."})
_ADMIN_HOST = (
    "--admin-host",
    {
        "type": HostName(),
        "multiple": True,
        "envvar": "MOCK_ALIPAY_ADMIN_HOSTS",
        "help": "A name of this machine beside loopback's: the admin API may be called under it, and the certificate "
        f"names it. Repeatable, {SEVERAL}.",
    },
)
_ADMIN_TOKEN = (
    "--admin-token",
    {
        "type": Token(),
        "metavar": "TOKEN",
        "help": "What admin calls must carry; beyond loopback one is made up and printed when none is given.",
    },
)
_ADMIN_OPEN = (
    "--admin-open",
    {**_SWITCH, "help": "Beyond loopback too, ask admin calls for no token."},
)
_NOTIFY_URL = (
    "--notify-url",
    {"type": HttpUrl(), "metavar": "URL", "help": "Where notifications go when a request names no URL."},
)
_NOTIFY_ALLOW = (
    "--notify-allow",
    {
        "type": HostName(),
        "multiple": True,
        "help": f"A public host that notifications may go to, beside private networks. Repeatable, {SEVERAL}.",
    },
)
_SANDBOX_RETRIES = (
    "--sandbox-retries",
    {**_SWITCH, "help": "Send no notification twice, acknowledged or not, as the official sandbox does."},
)
_NOTIFICATION_TIME = (
    "--notification-time",
    {
        "type": OneOf(["clock", "real"]),
        "help": "The request-time of webhooks: by the gateway's clock, or real when a test has moved it.",
    },
)
_PUBLIC_URL = (
    "--public-url",
    {
        "type": HttpUrl(),
        "metavar": "URL",
        "help": "The address under which browsers reach the gateway; that of the call when left out.",
    },
)
_LOG_FORMAT = (
    "--log-format",
    {"type": OneOf(["text", "json"]), "default": "text", "help": "One line a call, in words or as JSON."},
)
_QUIET = ("--quiet", {**_SWITCH, "help": "No line a call: warnings and errors only."})

ADDRESS = (_HOST, _PORT, _TLS_PORT)
SCENARIO_FLAGS = (_SCENARIOS,)
KEYS = (_GATEWAY_KEY,)
TOKEN = (_ADMIN_TOKEN,)
CONTRACT = (_TYPES, _REQUIRED)
SERVING = (
    *ADDRESS,
    *SCENARIO_FLAGS,
    _SCENARIO,
    _SIGNATURES,
    _MERCHANT,
    *KEYS,
    *CONTRACT,
    _SEED,
    _MAX_BODY,
    _WATCH,
    _LOG_FORMAT,
    _QUIET,
    _ADMIN_HOST,
    *TOKEN,
    _ADMIN_OPEN,
    _NOTIFY_URL,
    _NOTIFY_ALLOW,
    _SANDBOX_RETRIES,
    _NOTIFICATION_TIME,
    _PUBLIC_URL,
)

_DEFAULTS = {field.name: field.default for field in dataclasses.fields(Config)}
_FIELD_OF = {"merchant": "merchants", "admin_host": "admin_hosts"}


def options(*chosen: tuple[str, dict[str, Any]]) -> Callable[[Command], Command]:
    """Add flags to a command; defaults are Config's own."""

    def decorate(command: Command) -> Command:
        for flag, settings in reversed(chosen):
            name = flag.removeprefix("--").replace("-", "_")
            default = _DEFAULTS.get(_FIELD_OF.get(name, name))
            standard = {"cls": _Option, "default": default, "envvar": f"{_PREFIX}{name.upper()}", "show_envvar": True}
            shown = default not in (None, (), False)
            command = click.option(flag, show_default=shown, **{**standard, **settings})(command)
        return command

    return decorate


def config_of(flags: dict[str, Any]) -> Config:
    """A Config from the flags of a command."""
    return Config(**{_FIELD_OF.get(name, name): value for name, value in flags.items()})


def typed(context: click.Context) -> set[str]:
    """The parameters that stand on the command line, whatever variables and defaults say."""
    names = (parameter.name for parameter in context.command.params if parameter.name)
    return {name for name in names if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}


def require_ports(**ports: int | None) -> None:
    """UsageError when a port is one that only the server knows."""
    for name, port in ports.items():
        if port == 0:
            flag = f"--{name.replace('_', '-')}"
            raise UsageError(f"{flag} 0: which port the server chose is not known here; give its number")


def strange_variables(known: Iterable[click.Parameter]) -> list[str]:
    """A complaint for each variable that looks like ours and is none."""
    names = {str(parameter.envvar) for parameter in known if parameter.envvar} | _FOR_OTHERS
    strange = [
        name
        for name, value in os.environ.items()
        if name.startswith(_PREFIX)
        and name not in names
        and not (_OF_A_SERVICE.fullmatch(name) or _SERVICE_LINK.fullmatch(value))
    ]
    meant = {name: close(name, names) for name in strange}
    return [f"{name}: no such variable" + (f", did you mean {meant[name]}?" if meant[name] else "") for name in strange]
