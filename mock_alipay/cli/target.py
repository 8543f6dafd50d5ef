"""The gateway that a command talks to: its URL, where that URL came from, and errors when it does not answer."""

from __future__ import annotations

import dataclasses
import http.client
import os
import shlex
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

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
    Setting("url", TEXT._replace(metavar="URL"), "URL of the gateway, instead of host and port."),
    _HOST._replace(help="Host of the gateway."),
    _PORT._replace(help="The gateway's port for plain HTTP; if omitted, that of the newest gateway that runs here."),
)
STARTED_WITH = (
    _HOST._replace(help="The --host that the gateway was started with."),
    _PORT._replace(help="The --port that the gateway was started with or picked."),
    _TLS_PORT._replace(help="The --tls-port that the gateway was started with or picked."),
)
REACH = (*PLACE, _TOKEN._replace(help="The gateway's admin token, if it requires one."))

_client = click.option("--client-id", metavar="ID", help="Only this client id; all client ids if omitted.")
_flags = options(*REACH)
_TRUST_HINT = "commands trust the file in SSL_CERT_FILE, as mock-alipay env prints it"


def at_a_gateway(command: Any) -> Any:
    """Add the flags that ``gateway`` takes to a command."""
    return _client(_flags(command))


@contextmanager
def gateway(*, client_id: str | None, url: str | None, **flags: Any) -> Iterator[Mock]:
    """The gateway that the flags select; SetupError when it does not answer or refuses a request."""
    from mock_alipay.client import Mock

    if client_id == "":
        raise UsageError("--client-id: expected a client id, got an empty one")
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
        # HTTP 400 is about a value that was typed here.
        raise (UsageError if error.status == 400 else SetupError)(str(error)) from None
    except Unreachable as error:
        why = f"{error.why}; {_TRUST_HINT}" if isinstance(error, Untrusted) else error.why
        place = _place(config, target, given_by, running)
        raise SetupError(place.message("no gateway answers", why, refused=error.refused)) from None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a gateway is, for commands that need no ``Mock``."""

    config: Config
    secure: bool
    """Whether to call it over HTTPS."""
    authority: Path | None
    """The authority to trust over HTTPS; None: those of SSL_CERT_FILE or the system."""
    origin: str
    """Where the URL came from, such as ``from --port``."""

    @property
    def url(self) -> str:
        """The gateway's URL."""
        return str(self.config.tls_url if self.secure else self.config.url)

    @property
    def port(self) -> int:
        """The port in the URL; 0 when it is unknown."""
        return int((self.config.tls_port if self.secure else self.config.port) or 0)

    @property
    def start_command(self) -> str:
        """The command that starts a gateway there, in a shell with the same variables."""
        host = _HOST.default if self.config.host == "localhost" else self.config.host
        used, other = (_TLS_PORT, _PORT) if self.secure else (_PORT, _TLS_PORT)
        words = ["mock-alipay"]
        for setting, value in ((_HOST, host), (used, self.port)):
            if str(value) != _usual(setting):
                words += [setting.flag, str(value)]
        if _usual(other) == str(self.port):
            words += [other.flag, "0"]
        return shlex.join(words)

    def connection(self, timeout: float) -> http.client.HTTPConnection:
        """A connection, not yet open; OSError when the authority's file cannot be read."""
        host = self.config.reachable_host
        if not self.secure:
            return http.client.HTTPConnection(host, self.port, timeout=timeout)
        trust = ssl.create_default_context(cafile=self.authority)
        return http.client.HTTPSConnection(host, self.port, timeout=timeout, context=trust)

    def message(self, problem: str, why: str, *, refused: bool) -> str:
        """An error message with the URL and its origin, and with the command to start a gateway if nothing listens."""
        start = f"; start it with: {self.start_command}" if refused else ""
        return f"{problem} at {self.url} ({self.origin}): {why}{start}"

    def why(self, error: Exception) -> str:
        """Why a request failed."""
        match error:
            case http.client.RemoteDisconnected():
                return "it closed the connection without a reply" + ("" if self.secure else "; is this its HTTPS port?")
            case TimeoutError():
                return "it did not answer in time"
            case ConnectionRefusedError():
                return "nothing listens there"
            case socket.gaierror() | UnicodeError() | http.client.InvalidURL():
                return "its host has no address"
            case ssl.SSLCertVerificationError():
                return f"its certificate is not trusted [{error.verify_message}]; {_TRUST_HINT}"
            case ssl.SSLError():
                return "it does not speak TLS; is this its plain HTTP port?"
            case OSError():
                return f"the connection failed: {error.strerror or type(error).__name__}"
            case _:
                return "the reply is not HTTP, or incomplete"


def place(*, url: str | None, **flags: Any) -> Place:
    """The place of the gateway that the flags select."""
    flags, running = completed(flags, url)
    config = Config(**flags)
    target, given_by = _target(url, config)
    return _place(config, target, given_by, running)


def _place(config: Config, target: str, given_by: str, running: RunningGateway | None) -> Place:
    authority = running.authority if running else None
    if given_by == "--host":
        return Place(config, secure=False, authority=authority, origin=_origin(running))
    with under(f"{given_by}: "):
        scheme, host, port = url_parts(target)
    config = dataclasses.replace(config, host=host, port=port, tls_port=port)
    return Place(config, scheme == "https", authority, f"from {given_by}")


def _target(url: str | None, config: Config) -> tuple[str, str]:
    """The gateway's URL and what gives it: ``--url``, its variable, or ``--host`` for host and port."""
    if url is None or not by_url(url):
        return config.url, "--host"
    return url, "--url" if "url" in typed(click.get_current_context()) else "MOCK_ALIPAY_URL"


def _origin(running: RunningGateway | None) -> str:
    """Where host and port came from."""
    if running:
        return "from the state file of a running gateway"
    source = click.get_current_context().get_parameter_source
    names = [
        setting.flag if source(setting.name) is ParameterSource.COMMANDLINE else setting.variable
        for setting in (_HOST, _PORT)
        if source(setting.name) in (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
    ]
    return f"from {' and '.join(names)}" if names else "the default"


def _usual(setting: Setting) -> str:
    """What ``serve`` uses without the flag."""
    return os.environ.get(setting.variable) or str(setting.default)


def _authority(url: str, running: RunningGateway | None) -> Path | None:
    """The authority to trust over HTTPS: the running gateway's own, or the file in SSL_CERT_FILE."""
    if not url.lower().startswith("https:"):
        return None
    file = Path(os.environ.get("SSL_CERT_FILE", ""))
    return running.authority if running else file if file.is_file() else None
