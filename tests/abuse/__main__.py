"""The long part of the tests of abuse: ``python -m tests.abuse``, with arguments for pytest where wanted.

It tries much more than CI does, one test after the other, and prints the figures that docs/reliability.md shows.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.abuse.harness import LONG_VARIABLE

if __name__ == "__main__":
    command = [sys.executable, "-m", "pytest", *(sys.argv[1:] or ["-v"]), str(Path(__file__).parent)]
    sys.exit(subprocess.run(command, env={**os.environ, LONG_VARIABLE: "1"}, check=False).returncode)
