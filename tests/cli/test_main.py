"""What all commands share: version, help, exit codes, and one clear line for whatever is wrong."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mock_alipay import __version__
from mock_alipay.cli import commands, main
from tests.cli.conftest import Command
from tests.cli.process import COMMAND, environment, run, serving

WRONG_USES = [
    ("--bogus",),
    ("-x",),
    ("--port",),
    ("--port", "abc"),
    ("--watch=1",),
    ("--port", "1", "extra"),
    ("--port", "1", "ready"),
    ("--watch", "env"),
    ("--port", "7", "--tls-port", "7"),
    ("nonsense",),
    ("",),
    ("serve", "ready"),
    ("ready", "--wait", "-1"),
    ("ready", "--wait", "soon"),
    ("ready", "--wait", "nan"),
    ("ready", "--port", "0"),
    ("ready", "now"),
    ("env", "--bogus"),
    ("env", "extra"),
    ("scenarios", "extra"),
    ("validate",),
    ("check",),
    ("check", "--endpoint", "payNow", "-"),
    ("check", "--types", "loose", "-"),
    ("check", "a", "b"),
    ("call",),
    ("call", ""),
    ("call", "create payment"),
    ("call", "createPaymentSession\n"),
    ("call", "zahlungseröffnung"),
    ("call", "--client-id", "ü", "createPaymentSession"),
    ("call", "--client-id", "a\r\nb: c", "createPaymentSession"),
    ("call", "--scenario", "ü", "createPaymentSession"),
    ("call", "--port", "0", "createPaymentSession"),
    ("call", "a", "b", "c"),
    ("call", "--timeout", "0", "createPaymentSession"),
    ("call", "--timeout", "-1", "createPaymentSession"),
    ("call", "--timeout", "nan", "createPaymentSession"),
    ("call", "--timeout", "inf", "createPaymentSession"),
]
"""All of these end with exit code 2."""

FAILURES = [
    ("validate", "nowhere.yaml"),
    ("validate", "/"),
    ("check", "nowhere.json"),
    ("check", "/"),
    ("check", "/dev/null"),
    ("call", "nosuchthing"),
    ("call", "../../signing/test_keys/x"),
    ("call", "createPaymentSession", "nowhere.json"),
    ("call", "--private-key", "nowhere.pem", "createPaymentSession"),
    ("call", "--private-key", "/dev/null", "createPaymentSession"),
    ("scenarios", "--scenarios", "/nowhere"),
    ("ready", "--host", "x" * 300),
    ("ready", "--host", "a b"),
    ("env", "--gateway-key", "/nowhere.pem"),
    ("env", "--gateway-key", "/dev/null"),
    ("env", "--host", "a'b c"),
    ("env", "--host", "x" * 300),
]
"""All of these end with exit code 1."""


@pytest.mark.parametrize("arguments", WRONG_USES)
def test_wrong_use(command: Command, arguments: tuple[str, ...]) -> None:
    """Wrong use ends with exit code 2 and one line on standard error, never a traceback."""
    ended = command(*arguments, given=b"")
    assert (2, "", 1) == (ended.code, ended.out, len(ended.err.splitlines()))
    assert ended.err.startswith("mock-alipay: ")


@pytest.mark.parametrize("arguments", FAILURES)
def test_failure(command: Command, arguments: tuple[str, ...]) -> None:
    """What cannot be done ends with exit code 1 and one line on standard error, never a traceback."""
    ended = command(*arguments)
    assert (1, "", 1) == (ended.code, ended.out, len(ended.err.splitlines()))
    assert ended.err.startswith("mock-alipay: ")


def test_unknown_flag_in_a_process(tmp_path: Path) -> None:
    """An unknown flag of a real process: exit code 2, one line, with the flag and where to read more."""
    result = run(tmp_path, "--bogus")
    (line,) = result.stderr.splitlines()
    assert (2, "", True) == (result.returncode, result.stdout, line.startswith("mock-alipay: there is no flag --bogus"))
    assert line.endswith("(see mock-alipay serve --help)")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("ready", "--wiat", "1"), "there is no flag --wiat, did you mean --wait? (see mock-alipay ready --help)"),
        (("env", "-x"), "there is no flag -x (see mock-alipay env --help)"),
        (("--port",), "--port: expected a value after it (see mock-alipay serve --help)"),
        (("--watch=1",), "--watch: it takes no value (see mock-alipay serve --help)"),
        (("call",), "ENDPOINT: missing, it is required (see mock-alipay call --help)"),
        (("validate",), "FILE…: missing, it is required (see mock-alipay validate --help)"),
        (("check", "a", "b", "c"), "expected nothing more, got 'b c' (see mock-alipay check --help)"),
        (("act", "p", "dance"), "ACTION: expected "),
        (("use", "a", "--times", "0"), "--times: expected a whole number from 1, got '0' (see mock-alipay use --help)"),
        (
            ("call", "--timeout", "0", "pay"),
            "--timeout: expected seconds, such as 10 or 0.5, more than 0 and at most 86400, got '0' ",
        ),
        (("redy",), "there is no command 'redy'; did you mean ready? commands are "),
        (("check", "--endpoint", "payNow", "-"), "--endpoint: unknown endpoint 'payNow'; known are "),
        (
            ("--signatures", "x"),
            "--signatures (MOCK_ALIPAY_SIGNATURES): expected known, required or off, got 'x' (see mock-alipay serve",
        ),
    ],
)
def test_wrong_use_in_words(command: Command, arguments: tuple[str, ...], expected: str) -> None:
    """What is wrong is named, with what was expected, what was found and where to read more."""
    assert command(*arguments, given=b"").err.startswith(f"mock-alipay: {expected}")


def test_wrong_variable_in_a_process(tmp_path: Path) -> None:
    """A wrong value in the environment: exit code 2 and one line that names the variable."""
    result = run(tmp_path, env={"MOCK_ALIPAY_PORT": "http"})
    (line,) = result.stderr.splitlines()
    assert (2, True, True) == (result.returncode, "MOCK_ALIPAY_PORT" in line, "'http'" in line)


@pytest.mark.parametrize("folder", ["scenarios", "env", "check"])
def test_a_folder_named_like_a_command(tmp_path: Path, folder: str) -> None:
    """``--scenarios scenarios`` names a folder; the word is no misplaced command."""
    (tmp_path / folder).mkdir()
    result = subprocess.run(
        [*COMMAND, "--scenarios", folder, "--scenario", "no-such-scenario"],
        env=environment(tmp_path, MOCK_ALIPAY_PORT="0", MOCK_ALIPAY_TLS_PORT="none"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "there is no scenario 'no-such-scenario'" in result.stderr


def test_misplaced_flags(command: Command) -> None:
    """Flags before a command are told where they belong."""
    assert "flags come after the command: mock-alipay ready" in command("--port", "3000", "ready").err


def test_version(command: Command) -> None:
    """``--version`` tells the package's version."""
    assert (0, f"mock-alipay {__version__}\n", "") == command("--version")


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help(command: Command, flag: str) -> None:
    """The help text names every command."""
    ended = command(flag)
    assert (0, "") == (ended.code, ended.err)
    for name in ("serve", "ready", "env", "scenarios", "validate", "check", "call", "tail", "use", "reset", "clock"):
        assert f"\n  {name} " in ended.out


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_help_of_each_command(command: Command, name: str) -> None:
    """Each command explains itself."""
    ended = command(name, "--help")
    assert (0, True) == (ended.code, f"mock-alipay {name}" in ended.out)


def test_serve_may_be_left_unsaid(tmp_path: Path) -> None:
    """``mock-alipay`` and ``mock-alipay serve`` are the same."""
    for words in ([], ["serve"]):
        with serving(tmp_path, *words, env={"MOCK_ALIPAY_PORT": "0", "MOCK_ALIPAY_TLS_PORT": "none"}) as found:
            assert found.banner.startswith(f"mock-alipay {__version__}\n")


def test_reader_that_has_seen_enough(tmp_path: Path) -> None:
    """A closed pipe, as behind ``| head -1``, is no error."""
    process = subprocess.Popen(
        [*COMMAND, "scenarios"], env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=60)
    assert (0, "") == (process.returncode, errors)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("word", ["scenarios", "--version", "--help"])
def test_full_disk(tmp_path: Path, word: str) -> None:
    """Output that cannot be written is told in one line."""
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*COMMAND, word],
            env=environment(tmp_path),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (1, 1) == (result.returncode, len(result.stderr.splitlines()))
    assert result.stderr.startswith("mock-alipay: the output cannot be written; ")


def test_misspelt_variables_are_told_by_every_command(tmp_path: Path) -> None:
    """Not by ``serve`` alone: what is set for the others would otherwise be looked for in vain."""
    result = run(tmp_path, "env", "--tls-port", "none", env={"MOCK_ALIPAY_PROT": "1", "MOCK_ALIPAY_URL": "http://x"})
    assert (0, "mock-alipay: MOCK_ALIPAY_PROT: no such variable, did you mean MOCK_ALIPAY_PORT?\n") == (
        result.returncode,
        result.stderr,
    )


def test_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C during any other command ends it with the shell's code for that."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands.commands["scenarios"], "invoke", interrupted)
    with pytest.raises(SystemExit) as exit_:
        main(["scenarios"])
    assert exit_.value.code == 130
