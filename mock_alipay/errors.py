"""Every error that this package raises on purpose.

::

    MockAlipayError
    ├── SetupError     a flag, file or key cannot be used; the command line prints it and exits with 1
    │   └── UsageError     a value is invalid on any machine; exit code 2
    ├── Refusal        the gateway refuses a call: a signed reply, journaled like any other
    ├── DomainError    a request that is not possible; web/ maps each class to an HTTP status
    │   ├── NoSuchPath        no API has this path
    │   ├── UnknownScenario   no scenario has this name
    │   ├── ScenarioFailed    a scenario step cannot be applied to this call or notification
    │   ├── TooManyAttempts   a notification has no manual resends left
    │   ├── TooManyClientIds  too many client ids have a scenario of their own
    │   ├── NoSuchAggregate   no payment (or other aggregate of a family) has this id
    │   ├── NotPossibleNow    the payment's state does not allow the buyer's action
    │   └── UpstreamFailed    the gateway that calls are forwarded to replied with an HTTP error
    ├── DeliveryError  an attempt to deliver a notification got no response
    │   └── AddressNotAllowed  the notification was not sent: its address is not allowed
    ├── Unreachable    a ``Mock`` got no reply from a gateway
    │   └── Untrusted      the server's certificate is not trusted
    └── AdminError     the admin API refused a ``Mock``'s request
        └── WaitTimeout    a wait ended before its calls or notifications came
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from warnings import warn


@dataclass(frozen=True, slots=True)
class Fault:
    """A contract fault of a request: the field, what was expected there and what was found.

    path: the field, such as ``orderAmount.value``
    expected: such as ``a JSON string``
    found: such as ``the number 100``; ``nothing`` when the field is missing
    """

    path: str
    expected: str
    found: str

    @property
    def text(self) -> str:
        """The fault as one line, as in ``resultMessage`` and in the log."""
        if self.found == "nothing":
            return f"{self.path}: missing, it is required{self.expected.removeprefix('a value')}"
        return f"{self.path}: expected {self.expected}, got {self.found}"


class MockAlipayError(Exception):
    """The base class of this package's errors."""


class SettingName(str):
    """The name of a setting inside a problem; the command line replaces it with the setting's flag."""

    __slots__ = ()


class SetupError(MockAlipayError):
    """A setting, file, key or port cannot be used. ``problems`` holds one line per problem."""

    exit_code = 1
    """The exit code of a command that ends with this error."""

    def __init__(self, *problems: str | tuple[str, ...]) -> None:
        """``problems``: each a text, or a tuple of texts of which some are a ``SettingName``."""
        self.parts = tuple((problem,) if isinstance(problem, str) else problem for problem in problems)
        self.problems = self.spelled("setting {}".format)
        super().__init__("\n".join(self.problems))

    def spelled(self, name: Callable[[str], str]) -> tuple[str, ...]:
        """The problems with other names for the settings, such as ``--max-body`` for ``max_body``."""
        return tuple(
            "".join(name(part) if isinstance(part, SettingName) else part for part in parts) for parts in self.parts
        )


class UsageError(SetupError):
    """A value is invalid on any machine, such as a setting of the wrong type."""

    exit_code = 2


@contextmanager
def under(*name: str) -> Iterator[None]:
    """Prefix the problems of every SetupError in the block with the setting or flag that they are about."""
    try:
        yield
    except SetupError as error:
        raise type(error)(*((*name, *parts) for parts in error.parts)) from None


class Refusal(MockAlipayError):
    """The gateway replies with a result code other than success.

    ``message`` replaces the code's default ``resultMessage``; so does the text of ``faults``.
    ``explanation`` goes to the journal and the log only.
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
    """A request that is not possible. ``extra`` holds further fields of the problem JSON."""

    title: str

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra: Mapping[str, Any] = extra


class NoSuchPath(DomainError):
    """No API has this path."""

    title = "No such page"


class UnknownScenario(DomainError):
    """No scenario has this name; ``known`` lists the loaded ones."""

    title = "Unknown scenario"


class ScenarioFailed(DomainError):
    """A scenario step cannot be applied to this call or notification."""

    title = "Scenario failed"


class TooManyClientIds(DomainError):
    """Too many client ids have a scenario of their own."""

    title = "Too many client ids"


class TooManyAttempts(DomainError):
    """A notification has no manual resends left."""

    title = "Too many attempts"


class NoSuchAggregate(DomainError):
    """No payment has this id, or no other aggregate: ``noun`` says which."""

    def __init__(self, noun: str, detail: str) -> None:
        super().__init__(detail)
        self.title = f"No such {noun}"


class NotPossibleNow(DomainError):
    """The payment's ``state`` does not allow the buyer's action; ``allowed`` lists the actions it does allow."""

    title = "Not possible now"


class UpstreamFailed(DomainError):
    """The gateway that calls are forwarded to replied with an HTTP error; the caller gets the same ``status``."""

    title = "Upstream failed"

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class DeliveryError(MockAlipayError):
    """An attempt to deliver a notification got no response; the text says why."""


class AddressNotAllowed(DeliveryError):
    """The address of a notification is not allowed; the text names it and says how to allow it."""


class Unreachable(MockAlipayError):
    """A ``Mock`` got no reply from a gateway: nothing listens, the connection fails, or another server replies.

    url: the gateway's URL
    why: the reason alone, such as ``nothing listens there``
    refused: whether the connection was refused, as where no gateway runs
    """

    def __init__(self, message: str, *, url: str = "", why: str = "", refused: bool = False) -> None:
        super().__init__(message)
        self.url = url
        self.why = why
        self.refused = refused


class Untrusted(Unreachable):
    """The server's certificate is not signed by a trusted authority."""


class AdminError(MockAlipayError):
    """The admin API refused a request. Its text is the problem's ``detail``.

    ``problem`` is the problem JSON (RFC 9457): ``title``, ``status``, ``detail`` and further fields.
    """

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return str(self.problem["detail"])

    @property
    def status(self) -> int:
        """The HTTP status, such as 404."""
        return int(self.problem["status"])


class WaitTimeout(AdminError, TimeoutError):
    """A wait ended before its calls or notifications came.

    Its text says what came instead; ``problem`` has it as data: ``nearest`` calls, or ``latest`` notifications.
    """


_FORMER_NAMES = {"NotAwaited": WaitTimeout, "WrongUse": UsageError}


def __getattr__(name: str) -> type[MockAlipayError]:
    # The names of the previous release, kept for one more.
    if name not in _FORMER_NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    renamed = _FORMER_NAMES[name]
    warn(
        f"mock_alipay: {name} is now {renamed.__name__}; the next release removes the former name",
        DeprecationWarning,
        3,
    )
    return renamed
