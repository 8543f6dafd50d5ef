"""What all calls of a gateway share."""

from __future__ import annotations

from typing import NamedTuple

from mock_alipay.apis.fake_buyers import FakeBuyers
from mock_alipay.apis.ids import IdGenerator
from mock_alipay.contracts.contract import Contract
from mock_alipay.contracts.limits import Limits


class Environment(NamedTuple):
    """Passed to every endpoint function. Nothing in it does I/O, waits or is random."""

    ids: IdGenerator
    fake_buyers: FakeBuyers
    contract: Contract
    base_url: str
    """The gateway's URL for browsers on this machine."""
    public_url: str | None = None
    """The configured URL for browsers (``--public-url``)."""

    @property
    def limits(self) -> Limits:
        """The contract's durations and limits."""
        return self.contract.limits
