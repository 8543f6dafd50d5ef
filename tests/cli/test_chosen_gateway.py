"""Which running gateway a command means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from mock_alipay.cli.chosen_gateway import completed
from mock_alipay.cli.options import options
from mock_alipay.config.config import Config
from mock_alipay.server.state_file import state_file

TOKEN = "a-token-of-ours"
OURS = Config(host="0.0.0.0", port=3000, tls_port=3001, admin_token=TOKEN, gateway_key=Path("/key.pem"))
FILLED = ("admin_token", "gateway_key")
"""Flags that commands take from it."""


@click.command()
@click.option("--url", envvar="MOCK_ALIPAY_URL")
@options("host", "port", "tls_port", "gateway_key", "admin_token")
def probe(url: str | None, **flags: Any) -> dict[str, Any]:
    """A command that looks for a gateway."""
    return completed(flags, url)[0]


@click.command()
@options("scenarios")
def listing(**flags: Any) -> dict[str, Any]:
    """A command that needs the scenario folders only."""
    return completed(flags)[0]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HOST", "PORT", "TLS_PORT", "ADMIN_TOKEN", "GATEWAY_KEY", "SCENARIOS", "URL"):
        monkeypatch.delenv(f"MOCK_ALIPAY_{name}", raising=False)
    monkeypatch.setenv("MOCK_ALIPAY_HOME", str(tmp_path))


@pytest.fixture
def ours() -> Iterator[None]:
    """A gateway that was started with two variables, of which a flag has overridden one."""
    with state_file(OURS, None, {"MOCK_ALIPAY_HOST": "0.0.0.0", "MOCK_ALIPAY_PORT": "4000"}):
        yield


def run(
    line: str = "", variables: Mapping[str, str] | None = None, *, of: click.Command = probe
) -> tuple[dict[str, Any], str]:
    """The flags of a command after completion, and its output on standard error."""
    env = {f"MOCK_ALIPAY_{name}": value for name, value in (variables or {}).items()}
    done = CliRunner().invoke(of, line.split(), env=env, standalone_mode=False)
    assert done.exception is None
    return done.return_value, done.output


@pytest.mark.parametrize(
    ("line", "variables", "fits"),
    [
        ("", {}, True),
        ("--port 0 --tls-port 0", {}, True),
        ("--host localhost", {}, True),
        ("--tls-port 3001", {}, True),
        ("", {"HOST": "0.0.0.0", "PORT": "4000"}, True),
        ("--url http://localhost:3000/", {"PORT": "5000"}, True),
        ("--url https://127.0.0.1:3001", {}, True),
        ("--port 3000", {"URL": "http://elsewhere:3000"}, True),
        ("", {"URL": "http://127.0.0.1:3000"}, True),
        ("--port 4000", {}, False),
        ("--tls-port none", {}, False),
        ("", {"HOST": "10.0.0.1"}, False),
        ("--url http://elsewhere:3000", {}, False),
        ("--url http://127.0.0.1:3001", {}, False),
        ("--url no-URL", {}, False),
        ("", {"URL": "http://elsewhere:3000"}, False),
    ],
)
@pytest.mark.usefixtures("ours")
def test_a_gateway_that_fits(line: str, variables: dict[str, str], fits: bool) -> None:
    """Missing flags come from a gateway that fits: variables that it was started with and port 0 select nothing.

    A command for another place takes nothing from it, in particular not its token.
    """
    flags, output = run(line, variables)
    assert ((TOKEN, Path("/key.pem"), "") if fits else (None, None, "")) == (*(flags[name] for name in FILLED), output)
    assert fits or (3000, 3001) != (flags["port"], flags["tls_port"])


@pytest.mark.usefixtures("ours")
def test_given_flags_stay() -> None:
    """Flags and variables of the command take precedence over the gateway's."""
    flags, _ = run("--admin-token another-token --host localhost", {"GATEWAY_KEY": "/other.pem"})
    assert ("another-token", Path("/other.pem")) == tuple(flags[name] for name in FILLED)
    assert ("localhost", 3001) == (flags["host"], flags["tls_port"])


def test_no_gateway_runs() -> None:
    """Without a gateway, flags, variables and defaults stay as they are."""
    flags, output = run("", {"PORT": "4000"})
    assert (4000, 2089, "127.0.0.1", "") == (flags["port"], flags["tls_port"], flags["host"], output)


def test_several_gateways_fit() -> None:
    """The newest is used, and one line says so and how to choose another."""
    with state_file(OURS, None, {}), state_file(Config(port=5000, tls_port=None), None, {}):
        flags, output = run()
        assert (5000, None) == (flags["port"], flags["tls_port"])
        message = "mock-alipay: using http://127.0.0.1:5000, the newest of 2 running gateways"
        assert f"{message}; others, which --host and --port choose: http://127.0.0.1:3000\n" == output
        assert (3000, "") == (run("--tls-port 3001")[0]["port"], run("--port 3000")[1])
        assert f"{message}\n" == run(of=listing)[1]
