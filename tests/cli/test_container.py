"""Commands beside a gateway that is its container's first process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from mock_alipay.cli import container as module
from mock_alipay.cli.container import beside
from mock_alipay.cli.options import ADDRESS, KEYS, TOKEN, options

SCRIPT = "/opt/mock-alipay/bin/mock-alipay"


@click.command()
@click.option("--url", envvar="MOCK_ALIPAY_URL")
@options(*ADDRESS, *KEYS, *TOKEN)
def probe(**flags: Any) -> dict[str, Any]:
    """A command that looks for a gateway."""
    return beside(flags)


@pytest.fixture
def first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file that tells of the first process; there is none yet."""
    for name in ("HOST", "PORT", "TLS_PORT", "ADMIN_TOKEN", "GATEWAY_KEY", "URL"):
        monkeypatch.delenv(f"MOCK_ALIPAY_{name}", raising=False)
    monkeypatch.setattr(module, "FIRST_PROCESS", tmp_path / "cmdline")
    return tmp_path / "cmdline"


def asked(*arguments: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """What a command takes its flags to be."""
    found: dict[str, Any] = CliRunner().invoke(probe, arguments, env=env, standalone_mode=False).return_value
    return found


def begun_with(file: Path, *words: str) -> None:
    """Let the first process be this."""
    file.write_bytes(b"".join(word.encode() + b"\0" for word in words))


@pytest.mark.parametrize(
    "words",
    [
        ("/opt/mock-alipay/bin/python3", SCRIPT, "--port", "3000"),
        (SCRIPT, "serve", "--port=3000"),
        ("/sbin/docker-init", "--", SCRIPT, "--quiet", "--port", "3000"),
        ("python", "-m", "mock_alipay", "--scenario", "slow", "--port", "3000"),
    ],
)
def test_its_flags_count(first: Path, words: Sequence[str]) -> None:
    """The port that was appended to the entry point is the one that is asked, before the variable's."""
    begun_with(first, *words)
    assert 3000 == asked(env={"MOCK_ALIPAY_PORT": "4000"})["port"]


def test_what_nobody_types(first: Path) -> None:
    """A flag of the command's own counts most; what neither it nor the first process says is the variable's."""
    begun_with(first, SCRIPT, "--port", "3000", "--admin-token", "12345678", "--tls-port", "none")
    found = asked("--admin-token", "abcdefgh", env={"MOCK_ALIPAY_HOST": "0.0.0.0"})
    assert (3000, "abcdefgh", None, "0.0.0.0") == (
        found["port"],
        found["admin_token"],
        found["tls_port"],
        found["host"],
    )


@pytest.mark.parametrize(
    ("typed", "variables"),
    [
        (("--url", "http://gateway:4000"), {}),
        (("--host", "gateway"), {}),
        (("--port", "4000"), {}),
        ((), {"MOCK_ALIPAY_URL": "http://gateway:4000"}),
    ],
)
def test_another_gateway(first: Path, typed: Sequence[str], variables: dict[str, str]) -> None:
    """A command that is told where to go takes nothing from the gateway beside it, least of all its token."""
    begun_with(first, SCRIPT, "--port", "3000", "--admin-token", "12345678", "--host", "10.0.0.1")
    found = asked(*typed, env=variables)
    assert (None, False, False) == (found["admin_token"], found["port"] == 3000, found["host"] == "10.0.0.1")


def test_variables_that_are_wrong(first: Path) -> None:
    """A variable that the command does not ask for spoils nothing."""
    begun_with(first, SCRIPT, "--port", "3000")
    assert 3000 == asked(env={"MOCK_ALIPAY_SEED": "many", "MOCK_ALIPAY_TYPES": "?"})["port"]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("/sbin/init",),
        ("sh", "-c", "mock-alipay --port 3000"),
        ("python3", "-c", "pass", "/srv/mock-alipay", "--port", "3000"),
        ("/usr/bin/watch", "mock-alipay", "--port", "3000"),
        (SCRIPT,),
        (SCRIPT, "tail", "--port", "3000"),
        (SCRIPT, "--prot", "3000"),
        (SCRIPT, "--port", "many"),
    ],
)
def test_others_do_not(first: Path, words: Sequence[str]) -> None:
    """Another program, another command, and flags that are none change nothing."""
    begun_with(first, *words)
    assert 2088 == asked()["port"]


def test_without_such_a_file(first: Path) -> None:
    """Where no file tells of the first process, as on Windows and macOS, nothing is looked at."""
    assert not first.exists()
    assert 2088 == asked()["port"]


def test_odd_bytes(first: Path) -> None:
    """A command that is no text does no harm."""
    first.write_bytes(b"/\xff/python3\0" + SCRIPT.encode() + b"\0--port\x003000\0--gateway-key\0/\xff\0")
    assert 3000 == asked()["port"]
