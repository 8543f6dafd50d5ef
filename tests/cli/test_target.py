"""How commands find their gateway, and what they say when there is none."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mock_alipay.cli import commands
from mock_alipay.config.config import Config
from tests.cli.conftest import Command
from tests.cli.process import run
from tests.live import Live, live

TOKEN = "a-token-of-ours"
EACH = [("use", "success"), ("use", "--clear"), ("reset",), ("clock",), ("clock", "run"), ("tail",)]
NAMES = ("use", "reset", "clock", "tail")
PLAIN = [("ready",), ("call", "createPaymentSession")]
"""Commands that need no token."""
ELSEWHERE = "http://127.0.0.1:1"
"""Where nothing listens."""


@pytest.fixture(scope="module")
def guarded() -> Iterator[Live]:
    """A gateway with a token."""
    with live(Config(admin_token=TOKEN)) as running:
        yield running


@pytest.fixture
def variable(monkeypatch: pytest.MonkeyPatch, command: Command) -> pytest.MonkeyPatch:
    """Sets variables, of which none of the product's is left."""
    return monkeypatch


# --- flags ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_flags_of_the_address(name: str) -> None:
    """They take URL, host, port and token and none that only a server could, each with its variable."""
    flags = {flag.opts[0]: flag.envvar for flag in commands.commands[name].params if isinstance(flag, click.Option)}
    assert {
        "--url": "MOCK_ALIPAY_URL",
        "--host": "MOCK_ALIPAY_HOST",
        "--port": "MOCK_ALIPAY_PORT",
        "--admin-token": "MOCK_ALIPAY_ADMIN_TOKEN",
    } == {flag: variable for flag, variable in flags.items() if variable}
    assert {"--client"} == {flag for flag, variable in flags.items() if not variable} - {"--times", "--clear", "--help"}


@pytest.mark.parametrize("name", ["ready", "call"])
def test_flags_of_the_address_alone(name: str) -> None:
    """Those that steer nothing take the same without the token."""
    flags = {flag.opts[0]: flag.envvar for flag in commands.commands[name].params if isinstance(flag, click.Option)}
    assert ["MOCK_ALIPAY_URL", "MOCK_ALIPAY_HOST", "MOCK_ALIPAY_PORT"] == [
        flags[name] for name in ("--url", "--host", "--port")
    ]
    assert set() == {"--tls-port", "--admin-token"} & set(flags)


@pytest.mark.parametrize("name", [*NAMES, "ready", "call"])
def test_help(command: Command, name: str) -> None:
    """The help text names them with their variables, and speaks of a gateway that runs, not of listening."""
    text = " ".join(command(name, "--help").out.split())
    assert "--url URL The gateway's URL, in place of host and port. [env var: MOCK_ALIPAY_URL]" in text
    assert "--host TEXT The gateway's host. [env var: MOCK_ALIPAY_HOST; default: 127.0.0.1]" in text
    assert re.search(r"--port PORT The gateway's port for plain HTTP\. \[env var: MOCK_ALIPAY_PORT;", text)
    assert not re.search("listen|picks|made up|tls", text, re.IGNORECASE)


@pytest.mark.parametrize(
    "flags",
    [
        ("--port", "0"),
        ("--port", "65536"),
        ("--admin-token", "short"),
        ("--tls-port", "none"),
        ("--url", ""),
        ("--url", "gateway:2088"),
        ("--url", "ftp://gateway"),
        ("--url", "http://gateway/__admin"),
    ],
)
@pytest.mark.parametrize("arguments", [*EACH, *PLAIN])
def test_wrong_use(command: Command, arguments: tuple[str, ...], flags: tuple[str, ...]) -> None:
    """Wrong use ends with exit code 2 and one line, before any gateway is asked."""
    ended = command(*arguments, *flags)
    assert (2, "", 1) == (ended.code, ended.out, len(ended.err.splitlines()))


# --- which gateway ----------------------------------------------------------------------------------------------------


def url(gateway: Live) -> str:
    """Where it is, by another name than the default."""
    return f"http://localhost:{gateway.config.port}"


PLACES: list[tuple[tuple[str, ...], dict[str, str]]] = [
    (("--url", "{url}"), {}),
    (("--url", "{url}/"), {}),
    ((), {"URL": "{url}"}),
    ((), {"URL": "{url}", "HOST": "nowhere.invalid", "PORT": "0"}),
    (("--url", "{url}"), {"URL": ELSEWHERE, "PORT": "1"}),
    (("--url", "{url}", "--host", "nowhere.invalid", "--port", "0"), {}),
    (("--port", "{port}"), {}),
    ((), {"PORT": "{port}", "HOST": "0.0.0.0"}),
    ((), {"PORT": "{port}", "URL": ""}),
    (("--port", "{port}"), {"URL": ELSEWHERE}),
    (("--host", "localhost"), {"URL": ELSEWHERE, "PORT": "{port}"}),
]
"""Flags and variables that all point at one gateway."""


@pytest.mark.parametrize(("flags", "variables"), PLACES)
@pytest.mark.parametrize("arguments", [("clock",), *PLAIN])
def test_which_gateway(
    command: Command,
    variable: pytest.MonkeyPatch,
    gateway: Live,
    arguments: tuple[str, ...],
    flags: tuple[str, ...],
    variables: dict[str, str],
) -> None:
    """A URL goes before host and port, what is typed before what a variable says, and a variable before the default."""
    place = {"url": url(gateway), "port": str(gateway.config.port)}
    for name, value in variables.items():
        variable.setenv(f"MOCK_ALIPAY_{name}", value.format_map(place))
    ended = command(*arguments, *(flag.format_map(place) for flag in flags))
    assert (0, "") == (ended.code, ended.err)


@pytest.mark.parametrize("arguments", PLAIN)
@pytest.mark.parametrize("target", ["http://gateway:65536", "http://gateway:", "http://a b", "http://u:p@gateway"])
def test_no_url(command: Command, variable: pytest.MonkeyPatch, arguments: tuple[str, ...], target: str) -> None:
    """What is no URL of a gateway is told what one looks like, and where it was written."""
    expected = "expected a gateway's URL without a path, such as http://127.0.0.1:2088, got " + target
    assert (2, "", f"mock-alipay: --url: {expected}\n") == command(*arguments, "--url", target)
    variable.setenv("MOCK_ALIPAY_URL", target)
    assert (2, "", f"mock-alipay: MOCK_ALIPAY_URL: {expected}\n") == command(*arguments)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (
            ("--url", "127.0.0.1:2088"),
            "--url: expected a gateway's URL such as http://127.0.0.1:2088, got 127.0.0.1:2088",
        ),
        (("--url", "http://a/b"), "--url: expected a gateway's URL without a path, such as "),
        (("--host", "a/b"), "--host: expected a gateway's URL without a path, such as "),
        (("--client", ""), "--client: expected a client id, got an empty one"),
    ],
)
def test_a_place_that_cannot_be(command: Command, flags: tuple[str, ...], words: str) -> None:
    """Commands that steer name the flag as well."""
    ended = command("clock", *flags)
    assert (2, "", 1) == (ended.code, ended.out, len(ended.err.splitlines()))
    assert ended.err.startswith(f"mock-alipay: {words}")


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("http://[::1]:1/", "http://[::1]:1"),
        ("HTTP://127.0.0.1:1", "http://127.0.0.1:1"),
        ("HTTPS://127.0.0.1:1", "https://127.0.0.1:1"),
    ],
)
def test_forms_of_a_url(command: Command, target: str, shown: str) -> None:
    """An IPv6 address stands in brackets, and case and a slash at the end make no difference."""
    assert command("ready", "--url", target).err.startswith(f"mock-alipay: not ready at {shown}: ")


# --- whom to trust ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A gateway with HTTPS."""
    with live(tls_folder=tmp_path_factory.mktemp("tls")) as running:
        yield running


@pytest.mark.parametrize("arguments", [("reset",), *PLAIN])
def test_https(command: Command, variable: pytest.MonkeyPatch, secure: Live, arguments: tuple[str, ...]) -> None:
    """Over HTTPS the authority in SSL_CERT_FILE is trusted."""
    assert secure.certificate is not None
    variable.setenv("SSL_CERT_FILE", str(secure.certificate.authority))
    ended = command(*arguments, "--url", str(secure.config.tls_url))
    assert (0, "") == (ended.code, ended.err)


@pytest.mark.parametrize("file", [None, "", "nowhere.pem"])
@pytest.mark.parametrize("arguments", [("reset",), *PLAIN])
def test_https_without_trust(
    command: Command, variable: pytest.MonkeyPatch, secure: Live, arguments: tuple[str, ...], file: str | None
) -> None:
    """Where it names no file, the error says that it should."""
    if file is not None:
        variable.setenv("SSL_CERT_FILE", file)
    ended = command(*arguments, "--url", str(secure.config.tls_url))
    (line,) = ended.err.splitlines()
    assert (1, True, True) == (ended.code, str(secure.config.tls_url) in line, "is not trusted" in line)
    assert line.endswith("commands trust the file in SSL_CERT_FILE, as mock-alipay env prints it")


@pytest.mark.parametrize("arguments", PLAIN)
def test_https_at_the_port_for_http(command: Command, secure: Live, arguments: tuple[str, ...]) -> None:
    """What does not speak TLS is told to be so."""
    ended = command(*arguments, "--url", f"https://127.0.0.1:{secure.config.port}")
    assert (1, True) == (ended.code, "it does not speak TLS" in ended.err)


def test_trust_is_for_https_alone(command: Command, variable: pytest.MonkeyPatch, secure: Live, tmp_path: Path) -> None:
    """Over plain HTTP nobody looks at SSL_CERT_FILE."""
    (tmp_path / "ca.pem").write_text("no certificate")
    variable.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    assert 0 == command("reset", "--url", secure.config.url).code
    assert 1 == command("reset", "--url", str(secure.config.tls_url)).code


# --- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", EACH)
def test_no_gateway(command: Command, arguments: tuple[str, ...]) -> None:
    """Where no gateway answers, exit code 1 and one line that says where it was looked for and what to do."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        for flags in (("--port", str(port)), ("--url", f"http://127.0.0.1:{port}/")):
            ended = command(*arguments, *flags)
            assert (1, "", 1) == (ended.code, ended.out, len(ended.err.splitlines()))
            assert ended.err.startswith(f"mock-alipay: no gateway answers at http://127.0.0.1:{port}: ")
            assert ended.err.endswith("start it with: mock-alipay\n")


@pytest.mark.parametrize("arguments", EACH)
@pytest.mark.parametrize(("token", "found"), [((), "none"), (("--admin-token", "another-token"), "another")])
def test_wrong_token(
    command: Command, guarded: Live, arguments: tuple[str, ...], token: tuple[str, ...], found: str
) -> None:
    """Without the gateway's token, exit code 1 and one line that says what was expected, and not the token itself."""
    ended = command(*arguments, "--port", str(guarded.config.port), *token)
    *_, line = ended.err.splitlines()
    assert (1, "") == (ended.code, ended.out)
    assert line.startswith("mock-alipay: header Authorization: expected Bearer and the token")
    assert (True, False) == (line.endswith(f"got {found}"), TOKEN in ended.err)


def test_in_a_process(guarded: Live, tmp_path: Path) -> None:
    """In processes, place and token may be told by flag or by variable."""
    port, token = str(guarded.config.port), {"MOCK_ALIPAY_ADMIN_TOKEN": TOKEN}
    done = [
        run(tmp_path, "use", "slow", "--port", port, "--admin-token", TOKEN),
        run(tmp_path, "use", "--clear", env={**token, "MOCK_ALIPAY_PORT": port}),
        run(tmp_path, "use", "slow", env={**token, "MOCK_ALIPAY_URL": url(guarded)}),
    ]
    told = ["slow for all client ids\n", "cleared for all client ids\n", "slow for all client ids\n"]
    assert [(0, text, "") for text in told] == [(one.returncode, one.stdout, one.stderr) for one in done]
