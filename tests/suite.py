"""A user's test suite, in a pytest of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

OTHERS = ("faker", "hypothesispytest", "anyio")
"""Plugins of others: loading them takes longer than all that is looked at here."""
PATIENCE = 300.0
"""Seconds after which a run is given up."""


@dataclass(frozen=True)
class Suite:
    """A folder with tests."""

    folder: Path

    def write(self, **files: str) -> Suite:
        """Write Python files by their names."""
        for name, text in files.items():
            (self.folder / f"{name}.py").write_text(text, "utf-8")
        return self

    def run(self, *arguments: str, env: Mapping[str, str] | None = None, python: tuple[str, ...] = ()) -> Outcome:
        """Run it as a user does: nothing of this run's settings or of the product's variables but ``env`` is felt."""
        ours = ("PYTEST_", "MOCK_ALIPAY_", "COV_", "PYTHONWARNINGS")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        without = [word for name in ("cacheprovider", *OTHERS) for word in ("-p", f"no:{name}")]
        command = [*python, "-m", "pytest", "-c", os.devnull, "--rootdir", ".", *without, *arguments]
        done = subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env={**kept, "COLUMNS": "200", **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        return Outcome(done.returncode, done.stdout)


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    code: int
    output: str

    @property
    def counts(self) -> dict[str, int]:
        """How many tests passed, failed, and so on, by pytest's last line."""
        last = self.output.rstrip().rpartition("\n")[2]
        return {word.rstrip("s"): int(number) for number, word in re.findall(r"([0-9]+) ([a-z]+)", last)}
