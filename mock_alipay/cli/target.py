"""The way to a running gateway, for the commands that call it, steer it or look at it."""

from __future__ import annotations

import dataclasses
import http.client
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mock_alipay.cli.container import beside
from mock_alipay.cli.options import ADDRESS, TOKEN, config_of, options, require_ports, typed
from mock_alipay.config.kinds import TEXT
from mock_alipay.config.table import Setting
from mock_alipay.errors import AdminError, SetupError, Unreachable, Untrusted, UsageError, under

if TYPE_CHECKING:
    from mock_alipay.client import Mock
    from mock_alipay.config.config import Config

_HOST, _PORT, _TLS_PORT = ADDRESS
(_TOKEN,) = TOKEN


PLACE = (
    Setting("url", TEXT._replace(metavar="URL"), "The gateway's URL, in place of host and port."),
    _HOST._replace(help="The gateway's host."),
    _PORT._replace(help="The gateway's port for plain HTTP."),
)
STARTED_WITH = (
    _HOST._replace(help="The --host that the gateway was started with."),
    _PORT._replace(help="The --port that the gateway was started with, or chose."),
    _TLS_PORT._replace(help="The --tls-port that the gateway was started with, or chose."),
)
REACH = (*PLACE, _TOKEN._replace(help="What the gateway wants admin calls to carry, if anything."))

_client = click.option("--client", "client_id", metavar="ID", help="One client id; all of them when left out.")
_flags = options(*REACH)


def at_a_gateway(command: Any) -> Any:
    """Add the flags that ``gateway`` takes to a command."""
    return _flags(_client(command))


@contextmanager
def gateway(*, client_id: str | None, url: str | None, **flags: Any) -> Iterator[Mock]:
    """The gateway that flags point at; what it says no to, and that it is not there, ends the command."""
    from mock_alipay.client import Mock

    if client_id == "":
        raise UsageError("--client: expected a client id, got an empty one")
    config = config_of(beside(flags))
    target, given_by = _target(url, config)
    with under(f"{given_by}: "):
        mock = Mock(target, client_id=client_id, admin_token=config.admin_token, ca_certificate=_authority(target))
    try:
        with mock:
            yield mock
    except AdminError as error:
        # The gateway's own 400 is about a value that was typed here.
        raise (UsageError if error.status == 400 else SetupError)(str(error)) from None
    except Untrusted as error:
        raise SetupError(f"{error}; commands trust the file in SSL_CERT_FILE, as mock-alipay env prints it") from None
    except Unreachable as error:
        raise SetupError(str(error)) from None


def plain_http(*, url: str | None, **flags: Any) -> Config:
    """The settings with the host and port of the gateway that flags point at, for commands without TLS."""
    config = config_of(beside(flags))
    target, given_by = _target(url, config)
    if target == config.url:
        return config
    with under(f"{given_by}: "):
        host, port = _host_and_port(target)
    return dataclasses.replace(config, host=host, port=port)


def why_unanswered(error: Exception) -> str:
    """What went wrong with a call over plain HTTP."""
    match error:
        case http.client.RemoteDisconnected():
            return "it hung up without a word; is this its port for HTTPS?"
        case TimeoutError():
            return "it did not answer in time"
        case ConnectionRefusedError():
            return "nothing listens there"
        case socket.gaierror() | UnicodeError() | http.client.InvalidURL():
            return "its host has no address"
        case OSError():
            return f"the connection failed: {error.strerror or type(error).__name__}"
        case _:
            return "what it answers is not HTTP, or broke off"


def _target(url: str | None, config: Config) -> tuple[str, str]:
    """Where to look, and what says so: as always, what is typed counts before what a variable says."""
    own = typed(click.get_current_context()) & {"url", "host", "port"}
    if url is not None and ("url" in own or not own):
        return url, "--url" if "url" in own else "MOCK_ALIPAY_URL"
    require_ports(port=config.port)
    return config.url, "--host"


def _host_and_port(url: str) -> tuple[str, int]:
    if url.lower().startswith("https:"):
        raise UsageError(f"expected an http:// URL, this command speaks plain HTTP only, got {url}")
    found = re.fullmatch(r"http://(\[[0-9a-f:.]+\]|[\w.-]+)(:[0-9]{1,5})?/?", url, re.ASCII | re.IGNORECASE)
    port = int(((found and found[2]) or ":80")[1:])
    if found is None or port > 65535:
        raise UsageError(f"expected a gateway's URL without a path, such as http://127.0.0.1:2088, got {url}")
    return found[1].strip("[]"), port


def _authority(url: str) -> Path | None:
    """Whom to trust over HTTPS: the file that ``mock-alipay env`` names, where it has been put into the environment."""
    file = Path(os.environ.get("SSL_CERT_FILE", ""))
    return file if url.lower().startswith("https:") and file.is_file() else None
