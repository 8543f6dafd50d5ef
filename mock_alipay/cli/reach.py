"""The way to a running gateway, for the commands that steer it or look at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from mock_alipay.cli.options import ADDRESS, TOKEN, config_of, options, require_ports
from mock_alipay.errors import AdminError, SetupError, Unreachable

if TYPE_CHECKING:
    from mock_alipay.client import Mock
    from mock_alipay.config import Config


def _of_the_gateway(flag: tuple[str, dict[str, Any]], text: str) -> tuple[str, dict[str, Any]]:
    """A flag of ``serve`` in the words of one who looks for what serves."""
    name, settings = flag
    return name, {**settings, "help": text}


_URL = ("--url", {"metavar": "URL", "help": "The gateway's URL, in place of host and port."})
_HOST, _PORT, _ = ADDRESS
(_TOKEN,) = TOKEN
REACH = (
    _URL,
    _of_the_gateway(_HOST, "The gateway's host."),
    _of_the_gateway(_PORT, "The gateway's port for plain HTTP."),
    _of_the_gateway(_TOKEN, "What the gateway wants admin calls to carry, if anything."),
)

_client = click.option("--client", "client_id", metavar="ID", help="One client id; all of them when left out.")
_flags = options(*REACH)


def at_a_gateway(command: Any) -> Any:
    """Add the flags that ``gateway`` takes to a command."""
    return _flags(_client(command))


@contextmanager
def gateway(*, client_id: str | None, url: str | None, **flags: Any) -> Iterator[Mock]:
    """The gateway that flags point at; what it says no to, and that it is not there, ends the command."""
    from mock_alipay.client import Mock

    config = config_of(flags)
    try:
        with Mock(_aim(url, config), client_id=client_id, admin_token=config.admin_token) as mock:
            yield mock
    except (AdminError, Unreachable) as error:
        raise SetupError(str(error)) from None


def _aim(url: str | None, config: Config) -> str:
    """Where to look: as always, what is typed counts before what a variable says."""
    source = click.get_current_context().get_parameter_source
    typed = {name for name in ("url", "host", "port") if source(name) is ParameterSource.COMMANDLINE}
    if url is not None and ("url" in typed or not typed):
        return url
    require_ports(port=config.port)
    return config.url
