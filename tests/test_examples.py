"""The examples, run as users run them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.suite import Suite

EXAMPLES = Path(__file__).parent / "examples"


@pytest.mark.parametrize("flags", [(), ("-n", "2"), ("-W", "error")])
def test_shop(tmp_path: Path, flags: tuple[str, ...]) -> None:
    """The shop's tests pass in a folder of their own, in one process and in two, with warnings as errors too."""
    folder = shutil.copytree(EXAMPLES / "shop", tmp_path / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    # Once compiled, the SDK warns no more of its docstrings; in a fresh environment nobody may have imported it yet.
    subprocess.run([sys.executable, "-W", "ignore", "-c", "import shop"], cwd=folder, timeout=60, check=True)
    written = (folder / "test_shop.py").read_text().count("\ndef test_")
    outcome = Suite(folder).run(*flags)
    assert (0, {"passed": written}) == (outcome.code, outcome.counts), outcome.output
