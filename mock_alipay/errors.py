"""Everything that can go wrong on purpose.

::

    MockAlipayError
    ├── SetupError   a flag, file or key of the user's is wrong: the command line says so and exits
    │   └── UsageError
    ├── Refusal      the gateway's no: sealed and journalled like any other answer
    ├── HttpProblem       a request that is no AMS call at all: answered with a plain HTTP error
    ├── DeliveryError  a notification got no answer from its merchant
    │   └── AddressNotAllowed    it was not even sent: its address is not allowed
    ├── Unreachable  no gateway answers a ``Mock``
    └── AdminError   a gateway's admin API says no to a ``Mock``
        └── WaitTimeout  the calls that it waited for have not come
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


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


class SetupError(MockAlipayError):
    """Something the user wrote cannot be used; ``problems`` holds one line each."""

    exit_code = 1
    """With which a command ends."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class UsageError(SetupError):
    """A flag's value cannot be right, whatever the machine."""

    exit_code = 2


@contextmanager
def under(name: str) -> Iterator[None]:
    """Put the flag, or whatever a value was given by, before every problem that is found with it."""
    try:
        yield
    except SetupError as error:
        raise type(error)(*(f"{name}{problem}" for problem in error.problems)) from None


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


class HttpProblem(MockAlipayError):
    """A plain HTTP error, told as problem JSON (RFC 9457)."""

    def __init__(self, status: int, title: str, detail: str, **extra: Any) -> None:
        super().__init__(f"{title}: {detail}")
        self.status = status
        self.title = title
        self.detail = detail
        self.extra: Mapping[str, Any] = extra

    @property
    def problem(self) -> dict[str, Any]:
        """The body of the answer."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }


class DeliveryError(MockAlipayError):
    """A notification that no answer came to; one sentence says why."""


class AddressNotAllowed(DeliveryError):
    """A notification to an address that none may go to, or none without being allowed; it says which and how."""


class Unreachable(MockAlipayError):
    """No gateway answers, or what answers is none."""


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
