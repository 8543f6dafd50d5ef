"""Which of the gateways that run on this machine a command means, as their state files tell."""

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
    """The flags of a command with those of the gateway that it means, where one runs on this machine.

    That is the newest of those that fit what flags and variables say of URL, host and ports. What they say stays.
    """
    found = [gateway for gateway in running_gateways() if _fits(gateway, flags, url)]
    if not found:
        return flags, None
    _tell_which(found, with_address="port" in flags)
    newest = found[0]
    unsaid = {name: getattr(newest.config, name) for name in flags if not _said(name, flags, newest)}
    return {**flags, **unsaid}, newest


def _said(name: str, flags: dict[str, Any], gateway: RunningGateway) -> bool:
    """Whether a flag or a variable says something of its own.

    Port 0 does not. Nor does a variable that the gateway was started with too: a flag may have overruled it there.
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
    said = {name: value for name, value in flags.items() if _said(name, flags, gateway)}
    ports = ("port", "tls_port")
    return _same_host(said.get("host", config.host), config.host) and all(
        said[name] == getattr(config, name) for name in ports if name in said
    )


def _same_host(one: str, other: str) -> bool:
    one, other = (Config(host=host).reachable_host for host in (one, other))
    return one == other or (is_loopback(one) and is_loopback(other))


def _tell_which(found: Sequence[RunningGateway], *, with_address: bool) -> None:
    told = click.get_current_context().meta
    if len(found) == 1 or told.get(__name__):
        return
    told[__name__] = True
    newest, *others = (gateway.config.url for gateway in found)
    hint = f"; others, which --host and --port choose: {', '.join(others)}" if with_address else ""
    click.echo(f"mock-alipay: using {newest}, the newest of {len(found)} running gateways{hint}", err=True)


def by_url(url: str | None) -> bool:
    """Whether the URL says where to look: as always, what is typed counts before what a variable says."""
    own = typed(click.get_current_context()) & {"url", "host", "port"}
    return url is not None and ("url" in own or not own)


def url_parts(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a gateway's URL."""
    found = re.fullmatch(r"(https?)://(\[[0-9a-f:.]+\]|[\w.-]+)(:[0-9]{1,5})?/?", url, re.ASCII | re.IGNORECASE)
    scheme = found[1].lower() if found else ""
    port = int(((found and found[3]) or (":443" if scheme == "https" else ":80"))[1:])
    if found is None or port > 65535:
        raise UsageError(f"expected a gateway's URL without a path, such as http://127.0.0.1:2088, got {url}")
    return scheme, found[2].strip("[]"), port
