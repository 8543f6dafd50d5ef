"""What all commands share: help, version, exit codes, colour, and one line for every error."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from mock_alipay import __version__
from mock_alipay.cli import commands
from tests.cli.conftest import Command

CALL = ("call", "createPaymentSession")
USAGE_ERRORS = [
    # arguments, the start of the message
    (("--bogus",), "unknown flag --bogus (see mock-alipay serve --help)"),
    (("--port", "1", "extra"), "expected no more arguments, got 'extra'; write mock-alipay serve [OPTIONS] (see"),
    (("ready", "--wiat", "1"), "unknown flag --wiat; did you mean --wait? (see mock-alipay ready --help)"),
    (("--port",), "--port: expected a value after it (see mock-alipay serve --help)"),
    (("--watch=1",), "--watch: expected no value (see mock-alipay serve --help)"),
    (("--port", "1", "ready"), "flags come after the command: mock-alipay ready …"),
    (("--port", "7", "--tls-port", "7"), "--port and --tls-port are both 7; "),
    (("redy",), "unknown command 'redy'; did you mean ready? commands are "),
    (CALL[:1], "ENDPOINT: missing, it is required (see mock-alipay call --help)"),
    (("call", "a b"), "ENDPOINT: expected visible ASCII characters without blanks, got 'a b'"),
    ((*CALL, "--timeout", "0"), "--timeout: expected seconds, such as 10 or 0.5, more than 0 and at most 86400"),
    (("ready", "--wait", "-1"), "--wait: expected seconds, such as 10 or 0.5, at least 0, got '-1'"),
    (("ready", "--port", "0"), "--port 0: the port that the gateway picked is unknown"),
    (("env", "--tls-port", "0"), "--tls-port 0: the port that the gateway picked is unknown"),
    (("act", "order", "fly"), "ACTION: expected pay, decline"),
    (("act", "order", "pay", "--code", "X"), "--code can be combined with decline and pending only"),
    (("use",), "name a SCENARIO, or --clear to clear the choice"),
    (("use", "success", "--clear"), "SCENARIO cannot be combined with --clear"),
    (("use", "--clear", "--times", "1"), "--times cannot be combined with --clear"),
    (("use", "success", "--times", "0"), "--times: expected a whole number from 1, got '0'"),
    (("clock", "advance"), "advance: expected a DURATION such as 59m"),
    (("clock", "run", "59m"), "run: expected no more arguments"),
    (("clock", "stop"), "[show|advance|freeze|run]: expected show, advance, freeze or run, got 'stop'"),
]
FAILURES = [
    (("validate", "/"), "/: expected a scenario file, found a folder; "),
    (("check", "nowhere.json"), "nowhere.json: cannot be read: "),
    (("call", "../../signing/test_keys/x"), "no sample for "),
    (("scenarios", "--scenarios", "/nowhere"), "--scenarios /nowhere: "),
    (("ready", "--host", "a b"), "not ready at http://a b:2088 (from --host): its host has no address"),
]


@pytest.mark.parametrize(("arguments", "message"), USAGE_ERRORS)
def test_wrong_use_exits_with_2(command: Command, arguments: tuple[str, ...], message: str) -> None:
    """Wrong use ends with exit code 2 and one line that says what is wrong, before a gateway is asked."""
    ended = command(*arguments, given=b"")
    assert (2, "", 1) == (ended.code, ended.out, len(ended.err.splitlines()))
    assert ended.err.startswith(f"mock-alipay: {message}")


@pytest.mark.parametrize(("arguments", "message"), FAILURES)
def test_a_failure_exits_with_1(command: Command, arguments: tuple[str, ...], message: str) -> None:
    """A command that cannot do its work ends with exit code 1 and one line, without a traceback."""
    ended = command(*arguments)
    assert (1, 1) == (ended.code, len(ended.err.splitlines()))
    assert message in ended.err.removeprefix("mock-alipay: ")


def test_a_folder_may_have_the_name_of_a_command(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In ``--scenarios env`` the word is the value of the flag, not a command after it."""
    (tmp_path / "env").mkdir()
    monkeypatch.chdir(tmp_path)
    ended = command("--port", "0", "--tls-port", "none", "--scenarios", "env", "--scenario", "unknown")
    assert ended.err.startswith("mock-alipay: --scenario: ")


@pytest.mark.parametrize("arguments", [("-V",), ("call", "--version")])
def test_version(command: Command, arguments: tuple[str, ...]) -> None:
    """``-V`` and ``--version`` print the version, after a command too."""
    assert (0, f"mock-alipay {__version__}\n", "") == command(*arguments)


def test_help_lists_every_command(command: Command) -> None:
    """The first line about each command fits into 80 columns."""
    ended = command("--help")
    listed = ended.out.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert sorted(commands.commands) == [line.split()[0] for line in listed]
    assert [] == [line for line in listed if line.endswith("...") or len(line) > 80]
    assert ("_MOCK_ALIPAY_COMPLETE=bash_source" in ended.out, ended.out) == (True, command("-h").out)


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_help_of_each_command(command: Command, name: str) -> None:
    """Every flag is explained, and one that selects a gateway has its variable; former names are not listed."""
    ended = command(name, "--help")
    text = " ".join(ended.out.split())
    assert (0, "", True) == (ended.code, ended.err, text.startswith(f"Usage: mock-alipay {name} "))
    flags = {flag for param in commands.commands[name].params for flag in param.opts if flag.startswith("--")}
    assert [] == [flag for flag in flags if f" {flag} " not in text]
    assert ("--url" in flags, False) == ("[env var: MOCK_ALIPAY_URL]" in text, "--client " in text)


def test_unknown_variables_are_reported(command: Command) -> None:
    """Every command reports a misspelled variable and does its work."""
    ended = command("env", "--tls-port", "none", env={"MOCK_ALIPAY_PROT": "1", "MOCK_ALIPAY_URL": "http://x"})
    expected = "mock-alipay: MOCK_ALIPAY_PROT: unknown variable; did you mean MOCK_ALIPAY_PORT?\n"
    assert (0, expected) == (ended.code, ended.err)


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour(command: Command, tmp_path: Path, variables: dict[str, str], coloured: bool) -> None:
    """Off a terminal only FORCE_COLOR adds escape codes, and NO_COLOR never allows them; empty variables do nothing."""
    (tmp_path / "good.yaml").write_text("description: x\n")
    ended = command("validate", str(tmp_path / "good.yaml"), str(tmp_path / "none.yaml"), env=variables)
    assert [coloured, coloured] == ["\x1b[32m" in ended.out, "\x1b[31mmock-alipay:\x1b[0m " in ended.err]
    assert coloured == ("\x1b" in ended.out + ended.err)


def test_a_reader_that_closes_the_pipe(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A closed pipe, as behind ``| head -1``, is not an error, nor when Python flushes its output at the end."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        monkeypatch.setattr(sys, "stdout", closed)
        assert (0, "", "") == command("scenarios")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Output that cannot be written ends a command with exit code 1 and one line."""
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        ended = command("--help")
    ended.expect(1, err="mock-alipay: cannot write to standard output: ")
    assert 1 == len(ended.err.splitlines())


def test_ctrl_c(monkeypatch: pytest.MonkeyPatch, command: Command) -> None:
    """Ctrl-C ends a command with exit code 130, as shells do."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands.commands["scenarios"], "invoke", interrupted)
    assert 130 == command("scenarios").code
