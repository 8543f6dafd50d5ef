"""Builds and runs the recipes of the documentation, each with its SDK or a stand-in for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
STAND_INS = HERE / "stand_ins"
RECIPES = HERE.parent / "examples" / "recipes"
PROGRAMS = {"php": "php", "go": "go", "java": "javac java", "python": "", "curl": "bash curl openssl"}

GO_MODULE = """\
module shop

go 1.18

require github.com/alipay/global-open-sdk-go v1.3.5

replace github.com/alipay/global-open-sdk-go => {stand_in}
"""

TO_ANOTHER_PORT = """\
import http.client, runpy, sys

connect = http.client.HTTPSConnection.connect

def to_another_port(connection):
    assert connection.port == 443
    connection.port = int(sys.argv[2])
    connect(connection)

http.client.HTTPSConnection.connect = to_another_port
runpy.run_path(sys.argv[1], run_name="__main__")
"""
"""Runs the Python recipe with another port; the SDK still checks the certificate."""


@dataclass(frozen=True)
class Outcome:
    """The exit code and the output of a program."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True)
class Recipe:
    """A recipe, ready to run."""

    name: str
    command: tuple[str, ...]
    folder: Path

    def run(self, env: Mapping[str, str]) -> Outcome:
        """Run it with these variables, without the proxies and certificates of this machine."""
        own = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        command = [*self.command, *([env["PORT"]] if self.name == "python" else [])]
        return _run(command, self.folder, {**own, **env})


def prepared(name: str, shared: Path) -> Recipe:
    """A recipe, compiled by the first process that needs it; skipped if its language is not installed."""
    missing = [program for program in PROGRAMS[name].split() if shutil.which(program) is None]
    if missing:
        pytest.skip(f"the {name} recipe needs {' and '.join(missing)}, which this machine does not have")
    fcntl = pytest.importorskip("fcntl", reason="concurrent builds need a POSIX lock")
    built = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            draft = shared / f"{name}.draft"
            draft.mkdir(exist_ok=True)
            if name in ("go", "java"):
                outcome = (_build_go if name == "go" else _build_java)(draft)
                assert 0 == outcome.code, outcome.errors
            draft.rename(built)
    commands = {
        "php": ("php", str(RECIPES / "shop.php")),
        "go": (str(built / "shop"),),
        "java": ("java", "-XX:TieredStopAtLevel=1", "-cp", str(built), "Shop"),
        "python": (sys.executable, "-c", TO_ANOTHER_PORT, str(RECIPES / "shop.py")),
        "curl": ("bash", str(RECIPES / "shop.sh")),
    }
    return Recipe(name, commands[name], STAND_INS / "php" if name == "php" else built)


def _build_go(folder: Path) -> Outcome:
    (folder / "go.mod").write_text(GO_MODULE.format(stand_in=STAND_INS / "go"))
    shutil.copy(RECIPES / "shop.go", folder)
    off = {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOSUMDB": "off", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    env = {**os.environ, **off, "GOCACHE": str(folder / "cache")}
    return _run(["go", "build", "-o", "shop", "."], folder, env)


def _build_java(folder: Path) -> Outcome:
    sources = ["-sourcepath", str(STAND_INS / "java"), str(RECIPES / "Shop.java")]
    return _run(["javac", "-encoding", "UTF-8", "-d", ".", *sources], folder, os.environ)


def _run(command: list[str], folder: Path, env: Mapping[str, str]) -> Outcome:
    # The first Go build on a slow machine takes most of a minute.
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, encoding="utf-8", timeout=120, check=False)
    return Outcome(done.returncode, done.stdout, done.stderr)
