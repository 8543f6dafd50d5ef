"""Which of the gateways that run on this machine a command means, according to their state files."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

import click
from click.core import ParameterSource

from mock_alipay.cli.options import typed
from mock_alipay.config.config import Config, is_loopback
from mock_alipay.config.table import SETTINGS
from mock_alipay.errors import UsageError
from mock_alipay.server.state_file import RunningGateway, running_gateways


def completed(flags: dict[str, Any], url: str | None = None) -> tuple[dict[str, Any], RunningGateway | None]:
    """Fill in the flags of a command from the running gateway that it means; None when no gateway fits.

    That is the newest gateway that fits the URL, host and ports in flags and variables. Given flags stay as they are.
    """
    fitting = [gateway for gateway in running_gateways() if _fits(gateway, flags, url)]
    if not fitting:
        return flags, None
    _print_choice(fitting, with_address="port" in flags)
    newest = fitting[0]
    missing = {name: getattr(newest.config, name) for name in flags if not _given(name, flags, newest)}
    return {**flags, **missing}, newest


def _given(name: str, flags: dict[str, Any], gateway: RunningGateway) -> bool:
    """Whether a flag or a variable selects a gateway.

    Port 0 does not, nor does a variable that the gateway was started with: a flag may have overridden it there.
    """
    variable = SETTINGS[name].variable
    source = click.get_current_context().get_parameter_source(name)
    by_variable = source is ParameterSource.ENVIRONMENT and os.environ[variable] != gateway.variables.get(variable)
    return bool(flags[name] != 0) and (by_variable or source is ParameterSource.COMMANDLINE)


def _fits(gateway: RunningGateway, flags: dict[str, Any], url: str | None) -> bool:
    config = gateway.config
    if url is not None and by_url(url):
        try:
            scheme, host, port = url_parts(url)
        except UsageError:
            return False
        return _same_host(host, config.host) and port == (config.tls_port if scheme == "https" else config.port)
    given = {name: value for name, value in flags.items() if _given(name, flags, gateway)}
    ports = ("port", "tls_port")
    return _same_host(given.get("host", config.host), config.host) and all(
        given[name] == getattr(config, name) for name in ports if name in given
    )


def _same_host(one: str, other: str) -> bool:
    one, other = (Config(host=host).reachable_host for host in (one, other))
    return one == other or (is_loopback(one) and is_loopback(other))


def _print_choice(fitting: Sequence[RunningGateway], *, with_address: bool) -> None:
    """Print once which of several gateways is used."""
    printed = click.get_current_context().meta
    if len(fitting) == 1 or printed.get(__name__):
        return
    printed[__name__] = True
    newest, *others = (gateway.config.url for gateway in fitting)
    hint = f"; others, which --host and --port choose: {', '.join(others)}" if with_address else ""
    click.echo(f"mock-alipay: using {newest}, the newest of {len(fitting)} running gateways{hint}", err=True)


def by_url(url: str | None) -> bool:
    """Whether the URL selects the gateway: typed flags take precedence over variables."""
    own = typed(click.get_current_context()) & {"url", "host", "port"}
    return url is not None and ("url" in own or not own)


def url_parts(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a gateway's URL; UsageError when it is not one."""
    match = re.fullmatch(r"(https?)://(\[[0-9a-f:.]+\]|[\w.-]+)(:[0-9]{1,5})?/?", url, re.ASCII | re.IGNORECASE)
    scheme = match[1].lower() if match else ""
    port = int(((match and match[3]) or (":443" if scheme == "https" else ":80"))[1:])
    if match is None or port > 65535:
        raise UsageError(f"expected a gateway's URL without a path, such as http://127.0.0.1:2088, got {url}")
    return scheme, match[2].strip("[]"), port
