"""The long run of the abuse tests: ``python -m tests.abuse [PYTEST ARGUMENTS]``.

It tries more than CI does, one test after the other, and prints the figures of docs/reliability.md.
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
