"""Every error that this package raises on purpose.

::

    MockAlipayError
    ├── SetupError     a flag, file or key cannot be used; the command line prints it and exits with 1
    │   └── UsageError     a value cannot be right on any machine; exit code 2
    ├── Refusal        the gateway refuses a call: signed and noted in the journal like any reply
    ├── DomainError    what is asked for does not exist or is not possible; web/ gives each kind its HTTP status
    │   ├── NoSuchPath        no API has this path
    │   ├── NoCashierPage     a checkout URL, for which there is no page
    │   ├── UnknownScenario   no scenario has this name
    │   ├── ScenarioFailed    a scenario cannot do with this call what it says
    │   ├── TooManyAttempts   no more attempts by hand at a notification
    │   ├── TooManyClientIds  no more client ids can have a scenario of their own
    │   ├── NoSuchAggregate   no payment, or whatever a family keeps, has this id
    │   └── NotPossibleNow    the payment's state does not allow what the buyer wants to do
    ├── DeliveryError  a notification got no answer from its merchant
    │   └── AddressNotAllowed  it was not sent: its address is not allowed
    ├── Unreachable    no gateway answers a ``Mock``
    │   └── Untrusted      what answers has a certificate that is not trusted
    └── AdminError     a gateway's admin API refuses a ``Mock``'s call
        └── WaitTimeout    the calls that it waited for have not come
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from warnings import warn


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request: where, what was expected, what was found."""

    path: str
    expected: str
    found: str

    @property
    def text(self) -> str:
        """The fault as one sentence, as ``resultMessage`` and the log show it."""
        if self.found == "nothing":
            return f"{self.path}: missing, it is required{self.expected.removeprefix('a value')}"
        return f"{self.path}: expected {self.expected}, got {self.found}"


class MockAlipayError(Exception):
    """The root of this package's errors."""


class SettingName(str):
    """The name of a setting as part of a problem; the command line shows the setting's flag in its place."""

    __slots__ = ()


class SetupError(MockAlipayError):
    """Something the user wrote cannot be used; ``problems`` holds one line each."""

    exit_code = 1
    """With which a command ends."""

    def __init__(self, *problems: str | tuple[str, ...]) -> None:
        """``problems``: texts, or texts in parts where some are names of settings."""
        self.parts = tuple((problem,) if isinstance(problem, str) else problem for problem in problems)
        self.problems = self.spelled("setting {}".format)
        super().__init__("\n".join(self.problems))

    def spelled(self, name: Callable[[str], str]) -> tuple[str, ...]:
        """The problems for readers who know settings by other names, such as ``--max-body`` for ``max_body``."""
        return tuple(
            "".join(name(part) if isinstance(part, SettingName) else part for part in parts) for parts in self.parts
        )


class UsageError(SetupError):
    """A flag's value cannot be right, whatever the machine."""

    exit_code = 2


@contextmanager
def under(*name: str) -> Iterator[None]:
    """Put the setting, or whatever a value was given by, before every problem that is found with it."""
    try:
        yield
    except SetupError as error:
        raise type(error)(*((*name, *parts) for parts in error.parts)) from None


class Refusal(MockAlipayError):
    """The gateway answers with a result code that is not success.

    ``message`` replaces the code's own ``resultMessage``; ``faults`` do too, told in words.
    ``explanation`` is for the journal and the log alone.
    """

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        faults: Sequence[Fault] = (),
        explanation: str | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.faults = tuple(faults)
        self.explanation = explanation


class DomainError(MockAlipayError):
    """What is asked for does not exist or is not possible; ``extra`` holds more fields for the answer."""

    title: str

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra: Mapping[str, Any] = extra


class NoSuchPath(DomainError):
    """No API has this path."""

    title = "No such page"


class NoCashierPage(DomainError):
    """A checkout URL: buyers act through the admin API."""

    title = "No cashier page"


class UnknownScenario(DomainError):
    """No scenario has this name; ``known`` lists those that there are."""

    title = "Unknown scenario"


class ScenarioFailed(DomainError):
    """A scenario cannot do with this call, or this notification, what it says."""

    title = "Scenario failed"


class TooManyClientIds(DomainError):
    """No more client ids can have a scenario of their own."""

    title = "Too many client ids"


class TooManyAttempts(DomainError):
    """A notification has been sent by hand as often as it may be."""

    title = "Too many attempts"


class NoSuchAggregate(DomainError):
    """No payment, or whatever ``noun`` a family keeps, has this id."""

    def __init__(self, noun: str, detail: str) -> None:
        super().__init__(detail)
        self.title = f"No such {noun}"


class NotPossibleNow(DomainError):
    """The payment's ``state`` does not allow what the buyer wants to do; ``allowed`` lists what it does."""

    title = "Not possible now"


class DeliveryError(MockAlipayError):
    """A notification that no answer came to; one sentence says why."""


class AddressNotAllowed(DeliveryError):
    """A notification to an address that none may go to, or none without being allowed; it says which and how."""


class Unreachable(MockAlipayError):
    """No gateway answers, or what answers is none."""


class Untrusted(Unreachable):
    """What answers has a certificate of which nobody who is trusted knows."""


class AdminError(MockAlipayError):
    """The admin API's no, as problem JSON (RFC 9457) in ``problem``."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return str(self.problem["detail"])

    @property
    def status(self) -> int:
        """The HTTP status."""
        return int(self.problem["status"])


class WaitTimeout(AdminError, TimeoutError):
    """What was waited for has not come; ``problem`` holds what did and the nearest misses."""


_FORMER_NAMES = {"NotAwaited": WaitTimeout, "WrongUse": UsageError}


def __getattr__(name: str) -> type[MockAlipayError]:
    # The names of the release before, kept for this one.
    if name not in _FORMER_NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    renamed = _FORMER_NAMES[name]
    warn(
        f"mock_alipay: {name} is now {renamed.__name__}; the former name goes with the next release",
        DeprecationWarning,
        3,
    )
    return renamed
