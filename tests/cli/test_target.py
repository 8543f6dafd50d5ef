"""How commands reach their gateway, and what they print when it does not answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from mock_alipay.config.config import Config
from mock_alipay.server.state_file import state_file
from tests.cli.conftest import Command
from tests.live import Live, live

TOKEN = "a-token-of-ours"
TWO_WAYS = ["clock", "ready"]
"""With a ``Mock``; with a connection of its own, as ``call`` makes one."""
CLOSED = "http://127.0.0.1:1"
WRONG_FLAGS = [
    ("--port 0", "--port 0: "),
    ("--port 65536", "--port (MOCK_ALIPAY_PORT): expected a port"),
    ("--tls-port none", "unknown flag --tls-port"),
    ("--url=", "--url: expected a gateway's URL"),
    ("--url http://gateway/__admin", "--url: expected a gateway's URL without a path"),
    ("--url http://gateway:65536", "--url: expected a gateway's URL"),
]
PRECEDENCE: list[tuple[str, dict[str, str]]] = [
    # flags and variables that select the gateway
    ("--url {url}/", {"URL": CLOSED, "PORT": "1"}),
    ("", {"URL": "{url}", "HOST": "nowhere.invalid", "PORT": "0"}),
    ("--port {port}", {"URL": CLOSED}),
    ("", {"PORT": "{port}", "HOST": "0.0.0.0", "URL": ""}),
]
ORIGINS: list[tuple[str, dict[str, str], str, str]] = [
    # flags, variables, the URL with its origin, flags of the command that starts a gateway there
    ("--url HTTPS://127.0.0.1:1", {}, "https://127.0.0.1:1 (from --url)", " --tls-port 1"),
    ("--url https://127.0.0.1:2088", {}, "(from --url)", " --tls-port 2088 --port 0"),
    ("--url http://[::1]:1", {"URL": CLOSED}, "http://[::1]:1 (from --url)", " --host ::1 --port 1"),
    ("", {"PORT": "1"}, "(from MOCK_ALIPAY_PORT)", ""),
    ("--host 127.0.0.2", {"PORT": "1"}, "(from --host and MOCK_ALIPAY_PORT)", " --host 127.0.0.2"),
    ("--port 1", {"TLS_PORT": "1"}, "(from --port)", " --port 1 --tls-port 0"),
    ("--host 0.0.0.0 --port 1", {}, "http://127.0.0.1:1 (from --host and --port)", " --host 0.0.0.0 --port 1"),
]


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A gateway with HTTPS and an admin token."""
    with live(Config(admin_token=TOKEN), tls_folder=tmp_path_factory.mktemp("tls")) as running:
        yield running


def variables(**values: str) -> dict[str, str]:
    """Variables of the product."""
    return {f"MOCK_ALIPAY_{name}": value for name, value in values.items()}


@pytest.mark.parametrize(
    ("line", "error"),
    [(f"{line} {flags}", error) for line in TWO_WAYS for flags, error in WRONG_FLAGS]
    + [
        ("clock --host a/b", "--host: expected a gateway's URL without a path"),
        ("clock --client-id=", "--client-id: expected a client id, got an empty one"),
        ("clock --admin-token short", "--admin-token (MOCK_ALIPAY_ADMIN_TOKEN): expected 8 to 200 visible"),
    ],
)
def test_wrong_flags(command: Command, line: str, error: str) -> None:
    """A wrong place ends with exit code 2 and one line that names the flag or variable, before a gateway is asked."""
    ended = command(*line.split())
    assert (2, "", 1) == (ended.code, ended.out, len(ended.err.splitlines()))
    assert ended.err.startswith(f"mock-alipay: {error}")
    command("clock", env=variables(URL="http://a b")).expect(2, err="MOCK_ALIPAY_URL: expected a gateway's URL")


@pytest.mark.parametrize(("flags", "values"), PRECEDENCE)
def test_precedence(command: Command, gateway: Live, flags: str, values: dict[str, str]) -> None:
    """A URL goes before host and port, flags before variables, and variables before defaults."""
    port = str(gateway.config.port)
    place = {"url": f"http://localhost:{port}", "port": port}
    env = variables(**{name: value.format_map(place) for name, value in values.items()})
    for line in TWO_WAYS:
        ended = command(line, *flags.format_map(place).split(), env=env)
        assert (0, "") == (ended.code, ended.err)


@pytest.mark.parametrize("line", TWO_WAYS)
def test_https(command: Command, secure: Live, line: str) -> None:
    """HTTPS needs the authority in SSL_CERT_FILE, which plain HTTP does not read; without it the error says so."""
    assert secure.certificate is not None
    where = (line, "--url", str(secure.config.tls_url))
    token = variables(ADMIN_TOKEN=TOKEN)
    trusted = command(*where, env={"SSL_CERT_FILE": str(secure.certificate.authority), **token})
    assert (0, "") == (trusted.code, trusted.err)
    hint = "commands trust the file in SSL_CERT_FILE, as mock-alipay env prints it\n"
    command(*where, env={"SSL_CERT_FILE": "", **token}).expect(1, err=("its certificate is not trusted", hint))
    damaged = {"SSL_CERT_FILE": __file__, **token}
    assert 0 == command(line, "--url", secure.config.url, env=damaged).code
    assert 1 == command(*where, env=damaged).code


@pytest.mark.parametrize("line", TWO_WAYS)
def test_the_wrong_of_the_two_ports(command: Command, secure: Live, line: str) -> None:
    """https:// at the port for plain HTTP gets a hint, and so does http:// at the port for HTTPS."""
    places = (f"https://127.0.0.1:{secure.config.port}", f"http://127.0.0.1:{secure.config.tls_port}")
    for url, hint in zip(places, ("is this its plain HTTP port?", "is this its HTTPS port?"), strict=True):
        ended = command(line, "--url", url)
        assert (1, 1, True) == (ended.code, len(ended.err.splitlines()), hint in ended.err), ended.err


@pytest.mark.parametrize("line", [*TWO_WAYS, "tail", "call createPaymentSession"])
def test_nothing_listens(command: Command, closed_port: int, line: str) -> None:
    """The error has the URL, the flag that it came from, and the command that starts a gateway there."""
    ended = command(*line.split(), "--port", str(closed_port))
    expected = f" at http://127.0.0.1:{closed_port} (from --port): nothing listens there; start it with: mock-alipay"
    assert (1, 1) == (ended.code, len(ended.err.splitlines()))
    assert ended.err.endswith(f"{expected} --port {closed_port}\n")


@pytest.mark.parametrize(("flags", "values", "origin", "start"), ORIGINS)
def test_where_the_url_came_from(command: Command, flags: str, values: dict[str, str], origin: str, start: str) -> None:
    """The origin is named, and the command has only flags that differ from variables and defaults."""
    ended = command("ready", *flags.split(), env=variables(**values))
    ended.expect(1, err=f"{origin}: nothing listens there; start it with: mock-alipay{start}\n")


def test_the_default_url_and_that_of_a_state_file(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without flags and variables the URL is that of a running gateway, or else the default."""

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    why = "nothing listens there; start it with: mock-alipay\n"
    assert f"mock-alipay: not ready at http://127.0.0.1:2088 (the default): {why}" == command("ready").err
    with state_file(Config(), None, {}):
        assert f"http://127.0.0.1:2088 (from the state file of a running gateway): {why}" in command("ready").err


@pytest.mark.parametrize(("line", "got"), [("tail", "none"), ("use success --admin-token another-token", "another")])
def test_a_wrong_token(command: Command, secure: Live, line: str, got: str) -> None:
    """A missing or wrong token ends with exit code 1 and a line that does not contain the right one."""
    ended = command(*line.split(), "--port", str(secure.config.port))
    ended.expect(1, err=("mock-alipay: header Authorization: expected Bearer and the token", f"got {got}\n"))
    assert TOKEN not in ended.err
