"""What is imported by the package, commands, a gateway that is ready, and pytest runs that do not use the plugin.

Imports are most of the time of a start. Listed are modules of other distributions, by their top-level names, and the
packages of the standard library, which are its expensive part.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PYTHON = {"collections", "encodings", "importlib", "os", "pathlib", "re", "string", "typing", "zipimport"}
"""Packages that any program may import."""
COMMAND = {"click", "email", "http", "json", "logging", "platformdirs", "urllib"}
"""What a command of the command line may import."""
ENV = {*COMMAND, "asyncio", "concurrent", "cryptography", "orjson", "yaml"}
SERVING = {
    *COMMAND,
    *("asyncio", "concurrent", "multiprocessing"),
    *("uvicorn", "httptools", "anyio", "watchfiles"),  # uvicorn imports the latter two
    *("starlette", "typing_extensions", "python_multipart"),  # starlette imports the latter two
    *("cryptography", "orjson", "yaml", "jsonschema_rs"),
}
"""What a gateway may import until it is ready; others follow when they are needed, such as httpcore2 and faker."""

PROGRAM = """
import atexit, runpy, sys

def write(file, before):
    with open(file, "w") as stream:
        print(*(name for name in sys.modules if name not in before), file=stream)

atexit.register(write, sys.argv[1], set(sys.modules))
sys.argv[:2] = []
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
"""Runs a module like ``python -m``, and writes the names of the imported modules to a file."""


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        ("mock_alipay.version", set()),
        ("mock_alipay env --port 1 --tls-port none", ENV),
        ("mock_alipay sdk", COMMAND),
    ],
    ids=["import", "env", "sdk"],
)
def test_imports_of_programs(arguments: str, allowed: set[str], tmp_path: Path) -> None:
    """Test suites import the package, and shells evaluate ``env``: both import little, so they are fast."""
    assert set() == costly(imported(arguments.split(), tmp_path)) - allowed


def test_imports_of_a_gateway_that_is_ready(tmp_path: Path) -> None:
    """Only what the first call needs."""
    command = ["mock_alipay", "--port", "0", "--tls-port", "none"]
    assert set() == costly(imported(command, tmp_path, until="mock-alipay ")) - SERVING


def test_imports_of_tests_that_do_not_use_the_plugin(tmp_path: Path) -> None:
    """The plugin alone, and nothing else of the gateway or of other distributions."""
    (tmp_path / "test_nothing.py").write_text("def test_nothing(): pass")
    run = ["pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    plugin = "mock_alipay.testing.pytest_plugin"
    added = imported([*run, "-p", plugin], tmp_path) - imported(run, tmp_path)
    own = {"mock_alipay", "mock_alipay.version", "mock_alipay.testing", plugin}
    assert own == {name for name in added if name.startswith("mock_alipay")}
    assert set() == costly(added) - {"mock_alipay"}


def imported(arguments: list[str], home: Path, until: str = "") -> set[str]:
    """The modules that ``python -m`` imports until it ends, or until it prints a line with this beginning."""
    found = home / "modules"
    environment = {**os.environ, "MOCK_ALIPAY_HOME": str(home), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-c", PROGRAM, str(found), *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        if until:
            assert process.stdout.readline().startswith(until)
            process.terminate()
        process.stdout.read()
    assert 0 == process.returncode
    return set(found.read_text().split())


def costly(modules: set[str]) -> set[str]:
    """The top-level names of those that are packages, or that are not in the standard library."""
    packages = {name.partition(".")[0] for name in modules if "." in name}
    other = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names
    # Compiled modules add names of their own, such as _cffi_backend.
    return {name for name in packages | other if not name.startswith(("_", "cython"))} - PYTHON - {"mock_alipay"}
