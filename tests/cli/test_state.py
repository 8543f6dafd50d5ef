"""``export``, ``import`` and ``--state``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.process import FREE, serving
from tests.live import Live, live, sample


@pytest.fixture(scope="module")
def gateway() -> Iterator[Live]:
    """A gateway of this module's own."""
    with live() as running:
        yield running


@pytest.fixture
def exported(command: Command, gateway: Live, tmp_path: Path) -> Path:
    """A file with the state of a gateway that has one payment."""
    gateway.admin("POST", "/reset")
    gateway.create(sample("order"))
    file = tmp_path / "state.json"
    ended = command("export", str(file), "--url", gateway.config.url)
    ended.expect(0, f"{file}: the state of all client ids, 1 payment\n")
    return file


def test_a_state_comes_back(command: Command, gateway: Live, exported: Path) -> None:
    """From a file that only its owner can read, and from standard input; as JSON where that is wanted."""
    assert 0o600 == exported.stat().st_mode & 0o777
    for words, given in (([str(exported)], None), (["-"], exported.read_bytes())):
        gateway.admin("POST", "/reset")
        ended = command("import", *words, "--url", gateway.config.url, given=given)
        ended.expect(0, f"{words[0]}: loaded for all client ids: 1 payment, 0 scenarios, 0 selections, 0 clocks\n")
        assert 1 == gateway.admin("GET", "/counts").body["payments"]
    assert 1 == json.loads(command("import", str(exported), "--json", "--url", gateway.config.url).out)["payments"]
    piped = command("export", "-", "--url", gateway.config.url)
    assert json.loads(exported.read_text()) == json.loads(piped.out)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON at line 1"),
        ("[]", "expected"),
        ('{"clocks": [NaN]}', "NaN, which JSON does not have"),
        ('{"format": "mock-alipay-state", "version": 9}', "version: expected 1, got 9"),
        ('{"a":' * 100_000, "nested more than 200 levels deep"),
        (None, "cannot be read"),
    ],
)
def test_a_damaged_file_is_refused(
    command: Command, gateway: Live, tmp_path: Path, text: str | None, says: str
) -> None:
    """With its name and the reason, by ``import`` and at the start."""
    file = tmp_path / "state.json"
    if text is not None:
        file.write_text(text)
    for words in (["import", str(file), "--url", gateway.config.url], ["serve", *FREE, "--state", str(file)]):
        ended = command(*words)
        assert ended.code in (1, 2)
        assert str(file) in ended.err
    ended = command("import", str(file), "--url", gateway.config.url)
    assert says in ended.err


def test_a_file_that_cannot_be_written_is_named(command: Command, gateway: Live, tmp_path: Path) -> None:
    """And nothing is left of the attempt."""
    ended = command("export", str(tmp_path / "none" / "state.json"), "--url", gateway.config.url)
    ended.expect(1, err=("state.json: cannot be written: No such file or directory",))
    assert [] == list(tmp_path.glob("*.tmp"))


def test_a_gateway_begins_with_a_state(command: Command, exported: Path, tmp_path: Path) -> None:
    """It has it when it is ready."""
    with serving(tmp_path / "home", *FREE, "--state", str(exported)) as running:
        command("payments", "--url", f"http://127.0.0.1:{running.port}").expect(0, "OPEN        order")
