"""Shell completion, by the protocol between click's scripts and the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_alipay.cli import commands
from mock_alipay.cli.completion import endpoint_ids
from mock_alipay.config.config import Config
from mock_alipay.contracts import load
from mock_alipay.scenarios import Library
from mock_alipay.server.state_file import state_file
from tests.cli.conftest import Command
from tests.scenarios.loading import VOCABULARY


def completed(command: Command, line: str, **env: str) -> list[str]:
    """What a shell gets for a line whose last word, perhaps empty, is incomplete."""
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    ended = command(env={**words, "_MOCK_ALIPAY_COMPLETE": "bash_complete", **env})
    assert (0, "") == (ended.code, ended.err)
    return ended.out.splitlines()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mock-alipay re", ["ready", "resend", "reset"]),
        ("mock-alipay call createP", ["createPaymentSession"]),
        ("mock-alipay check --endpoint payments/ca", ["payments/cancel", "payments/capture"]),
        ("mock-alipay use card-n", ["card-not-supported"]),
        ("mock-alipay call --scenario declined-do", ["declined-do-not-honor"]),
        ("mock-alipay --scenario card-n", ["card-not-supported"]),
        ("mock-alipay --sc", ["--scenarios", "--scenario"]),
        ("mock-alipay --port 1 --types s", ["strict"]),
        ("mock-alipay act order p", ["pay", "pending"]),
        ("mock-alipay tail --cl", ["--client-id"]),
        ("mock-alipay sdk --format ", ["umd", "esm"]),
    ],
)
def test_names(command: Command, line: str, expected: list[str]) -> None:
    """Commands, flags, endpoints, scenarios and the words of flags and arguments are completed."""
    assert [f"plain,{name}" for name in expected] == completed(command, line)


@pytest.mark.parametrize("words", ["check", "validate", "call pay", "sdk --out", "--gateway-key", "--scenarios"])
def test_paths(command: Command, words: str) -> None:
    """Files and folders are left to the shell."""
    kind = "dir" if words == "--scenarios" else "file"
    assert [f"{kind},b"] == completed(command, f"mock-alipay {words} b")


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


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells(command: Command, shell: str) -> None:
    """The documented line makes each shell ask ``mock-alipay`` for its words."""
    assert f"_MOCK_ALIPAY_COMPLETE={shell}_complete" in command(env={"_MOCK_ALIPAY_COMPLETE": f"{shell}_source"}).out
