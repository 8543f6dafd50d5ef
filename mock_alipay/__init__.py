"""mock-alipay: a local stand-in for the Alipay/Antom payment gateway."""

from __future__ import annotations

from mock_alipay.version import __version__

TYPE_CHECKING = False  # as type checkers know it; importing typing would double the time that this import takes
if TYPE_CHECKING:
    from typing import Any

    from mock_alipay.client import (
        AttemptRecord,
        CallRecord,
        ClockState,
        Event,
        EventStream,
        Mock,
        MockPayment,
        NotificationRecord,
        PaymentRecord,
        ScenarioRecord,
    )
    from mock_alipay.config.config import Config
    from mock_alipay.errors import (
        AdminError,
        Fault,
        MockAlipayError,
        SetupError,
        Unreachable,
        UsageError,
        WaitTimeout,
    )
    from mock_alipay.testing.background import serve
    from mock_alipay.web.app import create_app

__all__ = [
    "AdminError",
    "AttemptRecord",
    "CallRecord",
    "ClockState",
    "Config",
    "Event",
    "EventStream",
    "Fault",
    "Mock",
    "MockAlipayError",
    "MockPayment",
    "NotificationRecord",
    "PaymentRecord",
    "ScenarioRecord",
    "SetupError",
    "Unreachable",
    "UsageError",
    "WaitTimeout",
    "__version__",
    "create_app",
    "serve",
]

_ERRORS = {
    "AdminError",
    "Fault",
    "MockAlipayError",
    "SetupError",
    "Unreachable",
    "UsageError",
    "WaitTimeout",
    # The former names, for one release.
    "NotAwaited",
    "WrongUse",
}
_MODULES = {
    "Config": "mock_alipay.config.config",
    "create_app": "mock_alipay.web.app",
    "serve": "mock_alipay.testing.background",
}


def __getattr__(name: str) -> Any:
    # Looked up when first asked for, so that importing the package costs nothing.
    if name not in __all__ and name not in _ERRORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module = "mock_alipay.errors" if name in _ERRORS else _MODULES.get(name, "mock_alipay.client")
    return getattr(import_module(module), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
