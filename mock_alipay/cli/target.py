"""The way to a running gateway, for the commands that call it, steer it or look at it."""

from __future__ import annotations

import dataclasses
import http.client
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mock_alipay.cli.chosen_gateway import by_url, completed, url_parts
from mock_alipay.cli.options import options, require_ports, typed
from mock_alipay.config.config import Config
from mock_alipay.config.kinds import TEXT
from mock_alipay.config.table import SETTINGS, Setting
from mock_alipay.errors import AdminError, SetupError, Unreachable, Untrusted, UsageError, under
from mock_alipay.server.state_file import RunningGateway

if TYPE_CHECKING:
    from mock_alipay.client import Mock

_HOST, _PORT, _TLS_PORT, _TOKEN = (SETTINGS[name] for name in ("host", "port", "tls_port", "admin_token"))

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
_UNTRUSTED = "commands trust the file in SSL_CERT_FILE, as mock-alipay env prints it"


def at_a_gateway(command: Any) -> Any:
    """Add the flags that ``gateway`` takes to a command."""
    return _flags(_client(command))


@contextmanager
def gateway(*, client_id: str | None, url: str | None, **flags: Any) -> Iterator[Mock]:
    """The gateway that flags point at; what it says no to, and that it is not there, ends the command."""
    from mock_alipay.client import Mock

    if client_id == "":
        raise UsageError("--client: expected a client id, got an empty one")
    flags, running = completed(flags, url)
    config = Config(**flags)
    target, given_by = _target(url, config)
    if given_by == "--host":
        require_ports(port=config.port)
    authority = _authority(target, running)
    with under(f"{given_by}: "):
        mock = Mock(target, client_id=client_id, admin_token=config.admin_token, ca_certificate=authority)
    try:
        with mock:
            yield mock
    except AdminError as error:
        # The gateway's own 400 is about a value that was typed here.
        raise (UsageError if error.status == 400 else SetupError)(str(error)) from None
    except Untrusted as error:
        raise SetupError(f"{error}; {_UNTRUSTED}") from None
    except Unreachable as error:
        raise SetupError(str(error)) from None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a gateway is, for commands that need no ``Mock``."""

    config: Config
    secure: bool
    """Whether it is called over HTTPS."""
    authority: Path | None
    """Whom to trust then; None: the file in SSL_CERT_FILE, or else those whom the system trusts."""

    @property
    def url(self) -> str:
        """The gateway's URL."""
        return str(self.config.tls_url if self.secure else self.config.url)

    @property
    def port(self) -> int:
        """The port in it; 0 when it is not known."""
        return int((self.config.tls_port if self.secure else self.config.port) or 0)

    def connection(self, timeout: float) -> http.client.HTTPConnection:
        """A connection, not yet open; OSError when the authority's file cannot be read."""
        host = self.config.reachable_host
        if not self.secure:
            return http.client.HTTPConnection(host, self.port, timeout=timeout)
        trust = ssl.create_default_context(cafile=self.authority)
        return http.client.HTTPSConnection(host, self.port, timeout=timeout, context=trust)

    def why_unanswered(self, error: Exception) -> str:
        """What went wrong with a call."""
        match error:
            case http.client.RemoteDisconnected():
                return "it hung up without a word" + ("" if self.secure else "; is this its port for HTTPS?")
            case TimeoutError():
                return "it did not answer in time"
            case ConnectionRefusedError():
                return "nothing listens there"
            case socket.gaierror() | UnicodeError() | http.client.InvalidURL():
                return "its host has no address"
            case ssl.SSLCertVerificationError():
                return f"it is not trusted [{error.verify_message}]; {_UNTRUSTED}"
            case ssl.SSLError():
                return "it does not speak TLS, or broke off"
            case OSError():
                return f"the connection failed: {error.strerror or type(error).__name__}"
            case _:
                return "what it answers is not HTTP, or broke off"


def place(*, url: str | None, **flags: Any) -> Place:
    """Where the gateway is that flags point at."""
    flags, running = completed(flags, url)
    config = Config(**flags)
    authority = running.authority if running else None
    target, given_by = _target(url, config)
    if given_by == "--host":
        return Place(config, secure=False, authority=authority)
    with under(f"{given_by}: "):
        scheme, host, port = url_parts(target)
    secure = scheme == "https"
    config = dataclasses.replace(config, host=host, port=port, tls_port=port)
    return Place(config, secure, authority)


def _target(url: str | None, config: Config) -> tuple[str, str]:
    """Where to look, and what says so."""
    if url is None or not by_url(url):
        return config.url, "--host"
    return url, "--url" if "url" in typed(click.get_current_context()) else "MOCK_ALIPAY_URL"


def _authority(url: str, running: RunningGateway | None) -> Path | None:
    """Whom to trust over HTTPS: the gateway's own authority, or the file that ``mock-alipay env`` names."""
    if not url.lower().startswith("https:"):
        return None
    file = Path(os.environ.get("SSL_CERT_FILE", ""))
    return running.authority if running else file if file.is_file() else None
