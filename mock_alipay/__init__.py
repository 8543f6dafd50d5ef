"""A local fake of the Alipay/Antom payment gateway, for tests.

A gateway in a thread of the test process, and a client that controls it::

    import mock_alipay

    with mock_alipay.serve(scenario="card-not-supported") as mock:
        my_shop.checkout(gateway=mock.url, **mock.credentials)
        call = mock.wait(endpoint="createPaymentSession")
        assert call.result_code == "CARD_NOT_SUPPORTED"

serve            runs a gateway until a block ends
Mock             controls a gateway: scenarios, clock, buyers, calls, payments, notifications
AsyncMockAlipay  the same for event loops: its methods are awaited
OwnScenario      the name of a scenario that is not shipped, for type checkers
create_app       the gateway as an ASGI app
Config           the settings of a gateway, for ``serve`` and ``create_app``

A Mock returns records: CallRecord, PaymentRecord (MockPayment), TransactionRecord, NotificationRecord, AttemptRecord,
ScenarioRecord, ClockState, Event. Every error is a MockAlipayError: SetupError and UsageError when something cannot be
used, Unreachable when no gateway replies, AdminError when it refuses, WaitTimeout when a wait ends without success.

With pytest, the fixture ``mock_alipay`` is a Mock for a client id of the test's own.
"""

from __future__ import annotations

from mock_alipay.version import __version__

TYPE_CHECKING = False  # as type checkers know it; importing typing would double the import time of this package
if TYPE_CHECKING:
    from typing import Any

    from mock_alipay.client import (
        AsyncEventStream,
        AsyncMockAlipay,
        AsyncMockPayment,
        AttemptRecord,
        CallRecord,
        ClockState,
        Event,
        EventStream,
        Mock,
        MockPayment,
        NotificationRecord,
        OwnScenario,
        PaymentRecord,
        ScenarioRecord,
        TransactionRecord,
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
    "AsyncEventStream",
    "AsyncMockAlipay",
    "AsyncMockPayment",
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
    "OwnScenario",
    "PaymentRecord",
    "ScenarioRecord",
    "SetupError",
    "TransactionRecord",
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
    # Former names, kept for one release.
    "NotAwaited",
    "WrongUse",
}
_MODULES = {
    "Config": "mock_alipay.config.config",
    "create_app": "mock_alipay.web.app",
    "serve": "mock_alipay.testing.background",
}


def __getattr__(name: str) -> Any:
    """Import a public name on its first use, so that importing the package is cheap."""
    if name not in __all__ and name not in _ERRORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module = "mock_alipay.errors" if name in _ERRORS else _MODULES.get(name, "mock_alipay.client")
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if not (name in _MODULES and (error.name or "").startswith(__name__)):
            raise
        hint = "install mock-alipay, or set MOCK_ALIPAY_COMMAND or MOCK_ALIPAY_URL for the pytest plugin"
        raise ModuleNotFoundError(f"{__name__}.{name} is not in mock-alipay-client: {hint}", name=error.name) from None


def __dir__() -> list[str]:
    """The public names too, before their first use."""
    return sorted({*globals(), *__all__})
