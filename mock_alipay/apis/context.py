"""What a function that decides may see: the moment, the payment, and where ids come from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from mock_alipay.apis.fake_buyers import FakeBuyers
from mock_alipay.apis.ids import IdGenerator
from mock_alipay.apis.payments.model import Payment
from mock_alipay.contracts.limits import Limits
from mock_alipay.contracts.names import Act

CHECKOUT_PATH = "/checkout/"
"""Where replies send buyers."""


class Environment(NamedTuple):
    """What stays the same for all decisions of a gateway; nothing in it can send, wait or roll dice."""

    ids: IdGenerator
    fake_buyers: FakeBuyers
    limits: Limits
    base_url: str
    """Where a browser on this machine reaches the gateway."""
    public_url: str | None = None
    """Where browsers reach the gateway, if that was configured."""


class ScenarioOverrides(NamedTuple):
    """How the scenario wants a call to end, as far as the endpoint plays it itself."""

    result: str | None = None
    """A result code; None for the usual one."""
    then: str = "SUCCESS"
    """The code with which a capture or refund in process ends, and after how long; None for the usual time."""
    after: timedelta | None = None
    scenario: str = ""
    buyer: tuple[Act, ...] = ()


NO_OVERRIDES = ScenarioOverrides()


class Context(NamedTuple):
    """Handed to every endpoint with the checked body."""

    now: datetime
    client_id: str
    payment: Payment | None
    """The payment that the call is about, as it stands now."""
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
