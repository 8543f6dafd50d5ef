"""How commands reach their gateway, and what they print when it does not answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mock_alipay.cli import commands
from mock_alipay.config.config import Config
from mock_alipay.server.state_file import state_file
from tests.cli.conftest import Command
from tests.live import Live, live

TOKEN = "a-token-of-ours"
CALL = ("call", "createPaymentSession")
REACHING = [("use", "success"), ("reset",), ("clock",), ("tail",), ("act", "order", "pay"), ("ready",), CALL]
"""Every command that needs a gateway."""
TWO_WAYS = [("clock",), ("ready",), CALL]
"""With a ``Mock``; with a connection of their own."""
CLOSED = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A gateway with HTTPS and an admin token."""
    with live(Config(admin_token=TOKEN), tls_folder=tmp_path_factory.mktemp("tls")) as running:
        yield running


# --- flags ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [arguments[0] for arguments in REACHING])
def test_flags_and_variables(name: str) -> None:
    """The flags that select a gateway have variables; commands that use the admin API also take token and client id."""
    flags = {flag.opts[0]: flag.envvar for flag in commands.commands[name].params if isinstance(flag, click.Option)}
    place = {"--url": "MOCK_ALIPAY_URL", "--host": "MOCK_ALIPAY_HOST", "--port": "MOCK_ALIPAY_PORT"}
    assert place.items() <= flags.items()
    admin = name not in ("ready", "call")
    assert admin == ("--admin-token" in flags)
    assert (admin or name == "call") == ("--client-id" in flags)
    assert "--tls-port" not in flags


@pytest.mark.parametrize("arguments", TWO_WAYS)
@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--port", "0"), "--port 0: "),
        (("--port", "65536"), "--port (MOCK_ALIPAY_PORT): expected a port"),
        (("--tls-port", "none"), "unknown flag --tls-port"),
        (("--url", ""), "--url: expected a gateway's URL"),
        (("--url", "gateway:2088"), "--url: expected a gateway's URL"),
        (("--url", "ftp://gateway"), "--url: expected a gateway's URL"),
        (("--url", "http://gateway/__admin"), "--url: expected a gateway's URL without a path"),
        (("--url", "http://gateway:65536"), "--url: expected a gateway's URL"),
    ],
)
def test_wrong_flags(command: Command, arguments: tuple[str, ...], flags: tuple[str, str], message: str) -> None:
    """A wrong place ends with exit code 2 and one line that names the flag, before a gateway is asked."""
    ended = command(*arguments, *flags)
    assert (2, "", 1) == (ended.code, ended.out, len(ended.err.splitlines()))
    assert ended.err.startswith(f"mock-alipay: {message}")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--host", "a/b"), "--host: expected a gateway's URL without a path"),
        (("--client-id", ""), "--client-id: expected a client id, got an empty one"),
        (("--admin-token", "short"), "--admin-token (MOCK_ALIPAY_ADMIN_TOKEN): expected 8 to 200 visible"),
    ],
)
def test_wrong_flags_of_the_admin_api(command: Command, flags: tuple[str, str], message: str) -> None:
    """Hosts, client ids and tokens that cannot exist are refused with exit code 2."""
    ended = command("clock", *flags)
    assert (2, True) == (ended.code, ended.err.startswith(f"mock-alipay: {message}"))


def test_a_wrong_url_in_the_variable(command: Command) -> None:
    """The message names the variable instead of the flag."""
    ended = command("ready", env={"MOCK_ALIPAY_URL": "http://a b"})
    assert (2, True) == (ended.code, ended.err.startswith("mock-alipay: MOCK_ALIPAY_URL: expected a gateway's URL"))


# --- which gateway ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "variables"),
    [
        (("--url", "{url}/"), {"URL": CLOSED, "PORT": "1"}),
        ((), {"URL": "{url}", "HOST": "nowhere.invalid", "PORT": "0"}),
        (("--url", "{url}", "--host", "nowhere.invalid", "--port", "0"), {}),
        (("--port", "{port}"), {"URL": CLOSED}),
        ((), {"PORT": "{port}", "HOST": "0.0.0.0", "URL": ""}),
        (("--host", "localhost"), {"URL": CLOSED, "PORT": "{port}"}),
    ],
)
@pytest.mark.parametrize("arguments", TWO_WAYS)
def test_precedence(
    command: Command, gateway: Live, arguments: tuple[str, ...], flags: tuple[str, ...], variables: dict[str, str]
) -> None:
    """A URL goes before host and port, flags before variables, and variables before defaults."""
    port = str(gateway.config.port)
    place = {"url": f"http://localhost:{port}", "port": port}
    env = {f"MOCK_ALIPAY_{name}": value.format_map(place) for name, value in variables.items()}
    ended = command(*arguments, *(flag.format_map(place) for flag in flags), env=env)
    assert (0, "") == (ended.code, ended.err)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://[::1]:1/", "http://[::1]:1"),
        ("HTTP://127.0.0.1:1", "http://127.0.0.1:1"),
        ("HTTPS://127.0.0.1:1", "https://127.0.0.1:1"),
    ],
)
def test_forms_of_a_url(command: Command, url: str, shown: str) -> None:
    """IPv6 addresses have brackets; case and a trailing slash make no difference."""
    assert command("ready", "--url", url).err.startswith(f"mock-alipay: not ready at {shown} (from --url): ")


# --- certificates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", TWO_WAYS)
def test_https(command: Command, secure: Live, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """HTTPS needs the authority in SSL_CERT_FILE; without it the error says so."""
    assert secure.certificate is not None
    where = (*arguments, "--url", str(secure.config.tls_url))
    token = {"MOCK_ALIPAY_ADMIN_TOKEN": TOKEN}
    trusted = command(*where, env={"SSL_CERT_FILE": str(secure.certificate.authority), **token})
    assert (0, "") == (trusted.code, trusted.err)
    for file in ("", str(tmp_path / "nowhere.pem")):
        ended = command(*where, env={"SSL_CERT_FILE": file, **token})
        assert (1, True) == (ended.code, "its certificate is not trusted" in ended.err)
        assert ended.err.endswith("commands trust the file in SSL_CERT_FILE, as mock-alipay env prints it\n")


def test_a_file_without_certificates(command: Command, secure: Live, tmp_path: Path) -> None:
    """SSL_CERT_FILE is read for HTTPS only."""
    (tmp_path / "ca.pem").write_text("no certificate")
    env = {"SSL_CERT_FILE": str(tmp_path / "ca.pem"), "MOCK_ALIPAY_ADMIN_TOKEN": TOKEN}
    assert 0 == command("reset", "--url", secure.config.url, env=env).code
    assert 1 == command("reset", "--url", str(secure.config.tls_url), env=env).code


@pytest.mark.parametrize("arguments", TWO_WAYS)
def test_the_wrong_of_the_two_ports(command: Command, secure: Live, arguments: tuple[str, ...]) -> None:
    """https:// at the port for plain HTTP gets a hint, and so does http:// at the port for HTTPS."""
    for scheme, port, hint in (
        ("https", secure.config.port, "is this its plain HTTP port?"),
        ("http", secure.config.tls_port, "is this its HTTPS port?"),
    ):
        ended = command(*arguments, "--url", f"{scheme}://127.0.0.1:{port}")
        assert (1, 1, True) == (ended.code, len(ended.err.splitlines()), hint in ended.err), ended.err


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", REACHING)
def test_nothing_listens(command: Command, closed_port: int, arguments: tuple[str, ...]) -> None:
    """The error has the URL, the flag that it came from, and the command that starts a gateway there."""
    ended = command(*arguments, "--port", str(closed_port))
    assert (1, 1) == (ended.code, len(ended.err.splitlines()))
    assert ended.err.endswith(
        f" at http://127.0.0.1:{closed_port} (from --port): nothing listens there; "
        f"start it with: mock-alipay --port {closed_port}\n"
    )


@pytest.mark.parametrize(
    ("flags", "variables", "origin", "start"),
    [
        (("--url", "http://localhost:1"), {}, "from --url", " --port 1"),
        (("--url", "https://127.0.0.1:1"), {}, "from --url", " --tls-port 1"),
        (("--url", "https://127.0.0.1:2088"), {}, "from --url", " --tls-port 2088 --port 0"),
        (("--url", "http://[::1]:1"), {"URL": CLOSED}, "from --url", " --host ::1 --port 1"),
        ((), {"URL": "http://127.0.0.1:1"}, "from MOCK_ALIPAY_URL", " --port 1"),
        ((), {"PORT": "1"}, "from MOCK_ALIPAY_PORT", ""),
        (("--host", "127.0.0.2"), {"PORT": "1"}, "from --host and MOCK_ALIPAY_PORT", " --host 127.0.0.2"),
        (("--port", "1"), {"PORT": "2"}, "from --port", " --port 1"),
        (("--port", "1"), {"TLS_PORT": "1"}, "from --port", " --port 1 --tls-port 0"),
        (("--host", "0.0.0.0", "--port", "1"), {}, "from --host and --port", " --host 0.0.0.0 --port 1"),
    ],
)
def test_where_the_url_came_from(
    command: Command, flags: tuple[str, ...], variables: dict[str, str], origin: str, start: str
) -> None:
    """The origin is named, and the command needs only the flags that differ from variables and defaults."""
    ended = command("ready", *flags, env={f"MOCK_ALIPAY_{name}": value for name, value in variables.items()})
    assert f" ({origin}): nothing listens there; start it with: mock-alipay{start}\n" in ended.err


def test_the_url_of_a_state_file(command: Command, closed_port: int) -> None:
    """A gateway that a state file names and that does not listen is reported as such."""
    with state_file(Config(port=closed_port, tls_port=None), None, {}):
        ended = command("clock")
    assert f"http://127.0.0.1:{closed_port} (from the state file of a running gateway): nothing listens" in ended.err


def test_the_default_url(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without flags and variables the URL is the default."""

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    expected = "not ready at http://127.0.0.1:2088 (the default): nothing listens there; start it with: mock-alipay\n"
    assert f"mock-alipay: {expected}" == command("ready").err


@pytest.mark.parametrize("arguments", [("use", "success"), ("clock",), ("tail",)])
@pytest.mark.parametrize(("token", "got"), [((), "none"), (("--admin-token", "another-token"), "another")])
def test_a_wrong_token(
    command: Command, secure: Live, arguments: tuple[str, ...], token: tuple[str, ...], got: str
) -> None:
    """A missing or wrong token ends with exit code 1 and a line that does not contain the right one."""
    ended = command(*arguments, "--port", str(secure.config.port), *token)
    assert (1, "") == (ended.code, ended.out)
    line = ended.err.splitlines()[-1]
    assert line.startswith("mock-alipay: header Authorization: expected Bearer and the token")
    assert (True, False) == (line.endswith(f"got {got}"), TOKEN in ended.err)
