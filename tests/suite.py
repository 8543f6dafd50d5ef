"""A test suite of a user, run by a separate pytest process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_UNUSED_PLUGINS = ("cacheprovider", "faker", "hypothesispytest", "anyio")
"""They take longer to load than the tests take."""


@dataclass(frozen=True)
class Suite:
    """A folder with tests."""

    folder: Path

    def write(self, **files: str) -> Suite:
        """Write Python files by their names."""
        for name, text in files.items():
            (self.folder / f"{name}.py").write_text(text, "utf-8")
        return self

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> Outcome:
        """Run it without the settings of this pytest process and the variables of the product, but with ``env``."""
        ours = ("PYTEST_", "MOCK_ALIPAY_", "COV_", "PYTHONWARNINGS")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        without = [word for name in _UNUSED_PLUGINS for word in ("-p", f"no:{name}")]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", ".", *without, *arguments],
            cwd=self.folder,
            env={**inherited, "COLUMNS": "200", **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        return Outcome(done.returncode, done.stdout)


@dataclass(frozen=True)
class Outcome:
    """The exit code and the output of a run."""

    code: int
    output: str

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of passed, failed and other tests in the last line of pytest."""
        last = self.output.rstrip().rpartition("\n")[2]
        return {word.rstrip("s"): int(number) for number, word in re.findall(r"([0-9]+) ([a-z]+)", last)}
