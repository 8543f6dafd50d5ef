"""The input and output of an endpoint function: a Context with the time and the aggregate, and an Outcome."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from mock_alipay.apis.aggregate import Aggregate
from mock_alipay.apis.environment import Environment
from mock_alipay.contracts.names import Act

CHECKOUT_PATH = "/checkout/"
"""The path of the checkout URLs in replies."""

Kind = TypeVar("Kind", bound=Aggregate)

_NO_FIELDS: Mapping[str, Any] = MappingProxyType({})


class ScenarioOverrides(NamedTuple):
    """What the scenario sets for a call, as far as the endpoint function itself implements it (``Endpoint.plays``)."""

    result: str | None = None
    """A result code; None for the default."""
    then: str = "SUCCESS"
    """The final result code of a capture or refund in process."""
    after: timedelta | None = None
    """How long it stays in process; None for the default time."""
    scenario: str = ""
    buyer: tuple[Act, ...] = ()


NO_OVERRIDES = ScenarioOverrides()


class Context(NamedTuple, Generic[Kind]):
    """What an endpoint function gets beside the validated body."""

    now: datetime
    client_id: str
    aggregate: Kind | None
    """The aggregate that the call names, as of ``now``; None if it does not exist."""
    environment: Environment
    raw: bytes
    """The body as received."""
    overrides: ScenarioOverrides = NO_OVERRIDES
    origin: str = ""
    """The scheme and host of the call; empty when it has no host."""

    @property
    def base_url(self) -> str:
        """The gateway's URL for browsers: the configured one, else the one that the caller used."""
        return self.environment.public_url or self.origin or self.environment.base_url

    def checkout_url(self, name: str) -> str:
        """The URL of a checkout page; ``name`` is a paymentId, or a paymentSessionId in its URL-safe form."""
        return f"{self.base_url}{CHECKOUT_PATH}{name}"


class Outcome(NamedTuple, Generic[Kind]):
    """The decision of an endpoint function: a result code, the other fields of the reply, the aggregate to store."""

    code: str
    message: str | None = None
    """Replaces the default message of the code."""
    fields: Mapping[str, Any] = _NO_FIELDS
    aggregate: Kind | None = None
