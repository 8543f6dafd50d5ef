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
OTHERS = {"cryptography", "orjson", "yaml", "platformdirs", "asyncio", "click", "json", "http", "ssl", "logging"}


@pytest.mark.parametrize(
    ("command", "not_loaded"),
    [("pass", SERVING | OTHERS), ("mock_alipay.cli.main(['env', '--port', '1', '--tls-port', 'none'])", SERVING)],
    ids=["import", "env"],
)
def test_libraries_are_loaded_when_needed(command: str, not_loaded: set[str], tmp_path: Path) -> None:
    """Test suites import the package, and shells evaluate ``env``: both load little, so they are fast."""
    program = f"""
import sys
import mock_alipay{".cli" if command != "pass" else ""}
try:
    {command}
except SystemExit:
    pass
print(*{{name.partition(".")[0] for name in sys.modules}}, file=sys.stderr)
"""
    env = {"MOCK_ALIPAY_HOME": str(tmp_path)}
    result = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
    assert set() == not_loaded & set(result.stderr.split())


def test_public_names() -> None:
    """Each name in ``__all__`` can be imported; an unknown one is an AttributeError."""
    assert all(getattr(mock_alipay, name) for name in mock_alipay.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = mock_alipay.nothing
