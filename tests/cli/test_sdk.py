"""``sdk``."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_alipay.web.cashier import scripts
from tests.cli.conftest import Command


@pytest.mark.parametrize(("flags", "form"), [((), "umd"), (("--format", "umd"), "umd"), (("--format", "esm"), "esm")])
def test_the_script_is_printed_or_written(
    command: Command, tmp_path: Path, flags: tuple[str, ...], form: scripts.Form
) -> None:
    """Byte for byte what a gateway serves, on standard output or in a file, which is replaced."""
    assert (0, scripts.drop_in(form), "") == command("sdk", *flags)
    file = tmp_path / "ams-checkout.js"
    file.write_text("old" * 100_000)
    command("sdk", *flags, "--out", str(file)).expect(0)
    assert scripts.drop_in(form).encode() == file.read_bytes()


def test_a_file_that_cannot_be_written(command: Command, tmp_path: Path) -> None:
    """One line names the flag, the file and the reason."""
    for file, reason in ((tmp_path, "Is a directory"), (tmp_path / "no" / "sdk.js", "No such file or directory")):
        line = f"mock-alipay: --out: {file}: cannot be written: {reason}\n"
        assert (1, "", line) == command("sdk", "--out", str(file))


def test_an_unknown_format(command: Command) -> None:
    """The formats are named."""
    command("sdk", "--format", "cjs").expect(2, err=("--format: expected ", "umd", "esm", "got 'cjs'"))
