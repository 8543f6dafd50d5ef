"""What a function that decides is given and gives back: the moment and the aggregate in, an outcome out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from mock_alipay.apis.aggregate import Aggregate
from mock_alipay.apis.environment import Environment
from mock_alipay.contracts.names import Act

CHECKOUT_PATH = "/checkout/"
"""Where replies send buyers."""

Kind = TypeVar("Kind", bound=Aggregate)

_NO_FIELDS: Mapping[str, Any] = MappingProxyType({})


class ScenarioOverrides(NamedTuple):
    """How the scenario wants a call to end, as far as the endpoint plays it itself."""

    result: str | None = None
    """A result code; None for the usual one."""
    then: str = "SUCCESS"
    """The code with which what is in process ends, and after how long; None for the usual time."""
    after: timedelta | None = None
    scenario: str = ""
    buyer: tuple[Act, ...] = ()


NO_OVERRIDES = ScenarioOverrides()


class Context(NamedTuple, Generic[Kind]):
    """Handed to every endpoint with the checked body."""

    now: datetime
    client_id: str
    aggregate: Kind | None
    """What the call is about, as it stands now."""
    environment: Environment
    raw: bytes
    """The body as it was sent."""
    overrides: ScenarioOverrides = NO_OVERRIDES
    origin: str = ""
    """Scheme and host that the caller used; empty when it named no host."""

    @property
    def base_url(self) -> str:
        """Where browsers reach the gateway: as configured, else as the caller did."""
        return self.environment.public_url or self.origin or self.environment.base_url

    def checkout_url(self, name: str) -> str:
        """The page on which a buyer pays; ``name`` is a paymentId, or a paymentSessionId in its URL-safe form."""
        return f"{self.base_url}{CHECKOUT_PATH}{name}"


class Outcome(NamedTuple, Generic[Kind]):
    """What the gateway decided: a result, the reply's other fields, an aggregate to keep."""

    code: str
    message: str | None = None
    """Replaces the code's own message."""
    fields: Mapping[str, Any] = _NO_FIELDS
    aggregate: Kind | None = None
