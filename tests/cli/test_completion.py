"""Shell completion, by the protocol between click's scripts and the program."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mock_alipay.cli import commands
from mock_alipay.cli.completion import endpoint_ids
from mock_alipay.config.config import Config
from mock_alipay.contracts import load
from mock_alipay.scenarios import Library
from mock_alipay.server.state_file import state_file
from tests.cli.conftest import Command
from tests.cli.process import environment
from tests.scenarios.loading import VOCABULARY


def completed(command: Command, line: str, shell: str = "bash", **env: str) -> list[str]:
    """What a shell gets for a line whose last word, perhaps empty, is incomplete."""
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    ended = command(env={**words, "_MOCK_ALIPAY_COMPLETE": f"{shell}_complete", **env})
    assert (0, "") == (ended.code, ended.err)
    return ended.out.splitlines()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mock-alipay re", ["ready", "reset"]),
        ("mock-alipay call createP", ["createPaymentSession"]),
        ("mock-alipay call payments/ca", ["payments/cancel", "payments/capture"]),
        ("mock-alipay check --endpoint ca", ["cancel", "capture"]),
        ("mock-alipay use card-n", ["card-not-supported"]),
        ("mock-alipay call --scenario declined-do", ["declined-do-not-honor"]),
        ("mock-alipay --scenario card-n", ["card-not-supported"]),
        ("mock-alipay serve --scenario card-n", ["card-not-supported"]),
        ("mock-alipay --sc", ["--scenarios", "--scenario"]),
        ("mock-alipay -", None),
        ("mock-alipay serve --types ", ["documented", "strict"]),
        ("mock-alipay --port 1 --types s", ["strict"]),
        ("mock-alipay act order p", ["pay", "pending"]),
        ("mock-alipay clock ", ["show", "advance", "freeze", "run"]),
        ("mock-alipay tail --cl", ["--client-id"]),
    ],
)
def test_names(command: Command, line: str, expected: list[str] | None) -> None:
    """Commands, flags, endpoints, scenarios and the words of flags and arguments are completed."""
    items = completed(command, line)
    if expected is None:
        assert {"plain,--version", "plain,--help", "plain,--port"} <= set(items)
    else:
        assert [f"plain,{name}" for name in expected] == items


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("mock-alipay check b", "file"),
        ("mock-alipay validate b", "file"),
        ("mock-alipay call pay b", "file"),
        ("mock-alipay --gateway-key b", "file"),
        ("mock-alipay --scenarios b", "dir"),
    ],
)
def test_paths(command: Command, line: str, kind: str) -> None:
    """Files and folders are left to the shell."""
    assert [f"{kind},b"] == completed(command, line)


def test_all_names(command: Command) -> None:
    """All commands, endpoints and shipped scenarios are offered, those of templates too."""
    assert set(commands.commands) == {item.removeprefix("plain,") for item in completed(command, "mock-alipay ")}
    assert set(load().endpoints) == set(endpoint_ids())
    scenarios = [item.removeprefix("plain,") for item in completed(command, "mock-alipay use ")]
    assert list(Library.load([], VOCABULARY)) == scenarios


def test_scenarios_in_folders(command: Command, tmp_path: Path) -> None:
    """Scenarios of flag, variable and running gateways are offered; files that cannot be read are skipped."""
    for name in ("typed", "variable", "running"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"my-{name}.yaml").write_text("description: x\n")
    (tmp_path / "typed" / "my-values.yml").write_text("each: {code: [A, B]}\ndescription: ${each.code}\n")
    (tmp_path / "typed" / "my-broken.yaml").write_text("each: 5\n")
    (tmp_path / "typed" / "my-bytes.yaml").write_bytes(b"\xff")
    line, variable = f"mock-alipay --scenarios {tmp_path}/typed --scenario my-", f"{tmp_path}/variable"
    with state_file(Config(scenarios=(tmp_path / "running",)), None, {}):
        items = completed(command, line, MOCK_ALIPAY_SCENARIOS=variable)
        names = ["my-running", "my-typed", "my-values-a", "my-values-b", "my-variable"]
        assert [f"plain,{name}" for name in names] == items
        assert {"plain,my-running", "plain,my-variable"} == set(
            completed(command, "mock-alipay use my-", MOCK_ALIPAY_SCENARIOS=variable)
        )


def test_zsh_and_fish(command: Command) -> None:
    """zsh and fish get the same names in their own form."""
    assert ["plain", "risk-reject", "_"] == completed(command, "mock-alipay use risk-", "zsh")
    fish = command(
        env={"COMP_WORDS": "mock-alipay use", "COMP_CWORD": "risk-", "_MOCK_ALIPAY_COMPLETE": "fish_complete"}
    )
    assert "plain,risk-reject\n" == fish.out
    for shell, words in (("zsh", "#compdef mock-alipay"), ("fish", "function _mock_alipay_completion")):
        assert command(env={"_MOCK_ALIPAY_COMPLETE": f"{shell}_source"}).out.startswith(words)


@pytest.mark.skipif(shutil.which("bash") is None, reason="this system has no bash")
def test_in_bash(tmp_path: Path) -> None:
    """The documented line makes bash complete a scenario."""
    program = tmp_path / "mock-alipay"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mock_alipay "$@"\n')
    program.chmod(0o755)
    script = (
        f'PATH="{tmp_path}:$PATH"; eval "$(_MOCK_ALIPAY_COMPLETE=bash_source mock-alipay)"; '
        "COMP_WORDS=(mock-alipay use risk-r); COMP_CWORD=2; "
        '_mock_alipay_completion mock-alipay; echo "${COMPREPLY[@]}"; complete -p mock-alipay'
    )
    shown = subprocess.run(
        ["bash", "-c", script], env=environment(tmp_path), capture_output=True, text=True, timeout=60, check=True
    )
    assert ["risk-reject", "complete -o nosort -F _mock_alipay_completion mock-alipay"] == shown.stdout.splitlines()
