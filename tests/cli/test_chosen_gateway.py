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

TOKEN_OF_OURS = "a-token-of-ours"
OURS = Config(host="0.0.0.0", port=3000, tls_port=3001, admin_token=TOKEN_OF_OURS, gateway_key=Path("/key.pem"))


@click.command()
@click.option("--url", envvar="MOCK_ALIPAY_URL")
@options("host", "port", "tls_port", "gateway_key", "admin_token")
def probe(url: str | None, **flags: Any) -> dict[str, Any]:
    """A command that looks for a gateway."""
    return completed(flags, url)[0]


@click.command()
@options("scenarios")
def listing(**flags: Any) -> dict[str, Any]:
    """A command that only wants to know of its scenarios."""
    return completed(flags)[0]


@pytest.fixture(autouse=True)
def _nothing_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HOST", "PORT", "TLS_PORT", "ADMIN_TOKEN", "GATEWAY_KEY", "SCENARIOS", "URL"):
        monkeypatch.delenv(f"MOCK_ALIPAY_{name}", raising=False)
    monkeypatch.setenv("MOCK_ALIPAY_HOME", str(tmp_path))


@pytest.fixture
def ours() -> Iterator[None]:
    """A gateway, started with some variables, of which a flag has overruled one."""
    with state_file(OURS, None, {"MOCK_ALIPAY_HOST": "0.0.0.0", "MOCK_ALIPAY_PORT": "4000"}):
        yield


def asked(
    *arguments: str, of: click.Command = probe, env: Mapping[str, str] | None = None
) -> tuple[dict[str, Any], str]:
    """What a command takes its flags to be, and what it says on standard error."""
    variables = {f"MOCK_ALIPAY_{name}": value for name, value in (env or {}).items()}
    done = CliRunner().invoke(of, arguments, env=variables, standalone_mode=False)
    assert done.exception is None
    return done.return_value, done.output


FITS: list[tuple[tuple[str, ...], dict[str, str]]] = [
    ((), {}),
    (("--port", "3000"), {}),
    (("--port", "0", "--tls-port", "0"), {}),
    (("--host", "localhost"), {}),
    (("--tls-port", "3001"), {}),
    ((), {"PORT": "3000"}),
    ((), {"PORT": "0"}),
    ((), {"HOST": "0.0.0.0", "PORT": "4000"}),
    (("--url", "http://localhost:3000/"), {"PORT": "5000"}),
    (("--url", "https://127.0.0.1:3001"), {}),
    (("--port", "3000"), {"URL": "http://elsewhere:3000"}),
    ((), {"URL": "http://127.0.0.1:3000"}),
]
OTHERS: list[tuple[tuple[str, ...], dict[str, str]]] = [
    (("--port", "4000"), {}),
    (("--tls-port", "none"), {}),
    (("--host", "elsewhere"), {}),
    ((), {"PORT": "5000"}),
    ((), {"HOST": "10.0.0.1"}),
    (("--url", "http://elsewhere:3000"), {}),
    (("--url", "http://127.0.0.1:3001"), {}),
    (("--url", "https://127.0.0.1:3000"), {}),
    (("--url", "no URL"), {}),
    ((), {"URL": "http://elsewhere:3000"}),
]


@pytest.mark.parametrize(("typed", "variables"), FITS)
@pytest.mark.usefixtures("ours")
def test_it_is_meant(typed: tuple[str, ...], variables: dict[str, str]) -> None:
    """Where what is said fits, the rest is the gateway's; its own variables and port 0 say nothing."""
    found, said = asked(*typed, env=variables)
    expected = {"tls_port": 3001, "admin_token": TOKEN_OF_OURS, "gateway_key": Path("/key.pem")}
    assert (expected, "") == ({name: found[name] for name in expected}, said)
    if not (variables or "--url" in typed):
        assert 3000 == found["port"]


@pytest.mark.parametrize(("typed", "variables"), OTHERS)
@pytest.mark.usefixtures("ours")
def test_another_is_meant(typed: tuple[str, ...], variables: dict[str, str]) -> None:
    """A command that is told to go elsewhere takes nothing from it, least of all its token."""
    found, said = asked(*typed, env=variables)
    assert (None, None, "") == (found["admin_token"], found["gateway_key"], said)
    assert (3000, 3001) != (found["port"], found["tls_port"])


@pytest.mark.usefixtures("ours")
def test_what_is_said_stays() -> None:
    """A flag or variable of the command's own counts, and its host is the one that was typed."""
    found, _ = asked("--admin-token", "another-token", "--host", "localhost", env={"GATEWAY_KEY": "/other.pem"})
    assert ("another-token", "localhost", Path("/other.pem")) == tuple(
        found[name] for name in ("admin_token", "host", "gateway_key")
    )


def test_none_runs() -> None:
    """Without a gateway everything is as flags, variables and defaults say."""
    found, said = asked(env={"PORT": "4000"})
    assert (4000, 2089, "127.0.0.1", "") == (found["port"], found["tls_port"], found["host"], said)


def test_several() -> None:
    """The newest is taken, and one line says so and how to choose another; a choice says nothing more."""
    with state_file(OURS, None, {}), state_file(Config(port=5000, tls_port=None), None, {}):
        found, said = asked()
        assert (5000, None) == (found["port"], found["tls_port"])
        told = "mock-alipay: using http://127.0.0.1:5000, the newest of 2 running gateways"
        assert f"{told}; others, which --host and --port choose: http://127.0.0.1:3000\n" == said
        assert (3000, "") == (asked("--tls-port", "3001")[0]["port"], asked("--port", "3000")[1])
        assert f"{told}\n" == asked(of=listing)[1]
