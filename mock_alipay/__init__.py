"""mock-alipay: a local stand-in for the Alipay/Antom payment gateway."""

from __future__ import annotations

from mock_alipay.version import __version__

TYPE_CHECKING = False  # as type checkers know it; importing typing would double the time that this import takes
if TYPE_CHECKING:
    from typing import Any

    from mock_alipay.client import Mock
    from mock_alipay.config.config import Config
    from mock_alipay.errors import AdminError, SetupError, Unreachable, WaitTimeout
    from mock_alipay.testing.background import serve
    from mock_alipay.web.app import create_app

__all__ = [
    "AdminError",
    "Config",
    "Mock",
    "SetupError",
    "Unreachable",
    "WaitTimeout",
    "__version__",
    "create_app",
    "serve",
]

_HOMES = {
    "AdminError": "mock_alipay.errors",
    "WaitTimeout": "mock_alipay.errors",
    "SetupError": "mock_alipay.errors",
    "Unreachable": "mock_alipay.errors",
    "Config": "mock_alipay.config.config",
    "Mock": "mock_alipay.client",
    "create_app": "mock_alipay.web.app",
    "serve": "mock_alipay.testing.background",
}


def __getattr__(name: str) -> Any:
    # Looked up when first asked for, so that importing the package costs nothing.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
