"""What importing the package loads and offers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import mock_alipay

SERVING = {
    *("starlette", "uvicorn", "httptools", "anyio", "watchfiles", "prometheus_client", "trustme", "pytest"),
    *("httpx2", "httpcore2", "jsonschema", "jsonschema_rs", "referencing", "faker"),
}
"""Libraries for serving, validating and calling, which take long to load."""
READING = {"cryptography", "orjson", "yaml", "platformdirs", "asyncio"}
SPEAKING = {"click", "json", "http", "ssl", "logging"}


@pytest.mark.parametrize(
    ("words", "not_loaded"),
    [
        (None, SERVING | READING | SPEAKING),
        (["serve", "--help"], SERVING | READING),
        (["env", "--port", "1", "--tls-port", "none"], SERVING),
    ],
    ids=["import", "help", "env"],
)
def test_libraries_are_loaded_when_needed(words: list[str] | None, not_loaded: set[str], tmp_path: Path) -> None:
    """Test suites import the package, and shells evaluate ``env``: both load little, so they are fast."""
    program = f"""
import contextlib, io, sys
import mock_alipay
if {words!r}:
    from mock_alipay.cli import main
    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())), contextlib.suppress(SystemExit):
        main({words!r})
print(*{{name.partition(".")[0] for name in sys.modules}})
"""
    command, env = [sys.executable, "-c", program], {"MOCK_ALIPAY_HOME": str(tmp_path)}
    result = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=True)
    assert set() == not_loaded & set(result.stdout.split())


def test_public_names() -> None:
    """Each name in ``__all__`` can be imported; an unknown one is an AttributeError."""
    assert all(getattr(mock_alipay, name) for name in mock_alipay.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = mock_alipay.nothing
