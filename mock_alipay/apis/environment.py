"""What stays the same for all decisions of a gateway."""

from __future__ import annotations

from typing import NamedTuple

from mock_alipay.apis.fake_buyers import FakeBuyers
from mock_alipay.apis.ids import IdGenerator
from mock_alipay.contracts.contract import Contract
from mock_alipay.contracts.limits import Limits


class Environment(NamedTuple):
    """Handed to every decision; nothing in it can send, wait or roll dice."""

    ids: IdGenerator
    fake_buyers: FakeBuyers
    contract: Contract
    base_url: str
    """Where a browser on this machine reaches the gateway."""
    public_url: str | None = None
    """Where browsers reach the gateway, if that was configured."""

    @property
    def limits(self) -> Limits:
        """The contract's figures."""
        return self.contract.limits
