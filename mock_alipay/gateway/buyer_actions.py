"""What a buyer does through the admin API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from mock_alipay.apis.aggregate import Aggregate
from mock_alipay.apis.family import Family
from mock_alipay.clock.clocks import Clocks
from mock_alipay.contracts.names import Act, BuyerAction
from mock_alipay.errors import NoSuchAggregate, NotPossibleNow
from mock_alipay.gateway.repository import MOST_CONFLICTS, Repository, conflict
from mock_alipay.storage import Key


@dataclass(frozen=True, slots=True)
class BuyerActions:
    """Lets buyers act."""

    repository: Repository
    clocks: Clocks

    async def act(self, key: Key, what: Act) -> Aggregate:
        """The aggregate after the buyer's act; NoSuchAggregate, or NotPossibleNow."""
        family = self.repository.families[key[1]]
        for _ in range(MOST_CONFLICTS):
            now = await self.clocks.now(key[0])
            found = await self.repository.load(key, now)
            if found is None:
                raise NoSuchAggregate(family.noun, f"no {family.noun} of {key[0]} has this {family.id_field}")
            if family.buyer is None or not family.buyer.can(found, what.action):
                raise _refusal(found, family, what)
            acted: Aggregate = family.buyer.act(found, what, now, self.repository.environment)
            kept = await self.repository.commit(acted)
            if kept is not None:
                return kept
        raise conflict(key[-1])


def _refusal(found: Aggregate, family: Family[Any], what: Act) -> NotPossibleNow:
    possible = [action for action in get_args(BuyerAction) if family.buyer and family.buyer.can(found, action)]
    why = f", its result is {found.code}" if found.code else ""
    left = f"possible are {', '.join(possible)}" if possible else "there is nothing left that a buyer could do"
    detail = f"the {family.noun} is {found.state}{why}: {what.action} is not possible now; {left}"
    return NotPossibleNow(detail, state=found.state, allowed=possible)
