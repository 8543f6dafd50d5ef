"""Buyer actions through the admin API."""

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
    """Applies buyer actions to aggregates."""

    repository: Repository
    clocks: Clocks

    async def act(self, key: Key, act: Act) -> Aggregate:
        """The aggregate after the buyer's action. Errors: NoSuchAggregate, NotPossibleNow."""
        family = self.repository.families[key[1]]
        for _ in range(MOST_CONFLICTS):
            now = self.clocks.now(key[0])
            aggregate = await self.repository.load(key, now)
            if aggregate is None:
                raise NoSuchAggregate(family.noun, f"no {family.noun} of {key[0]} has this {family.id_field}")
            if family.buyer is None or not family.buyer.can(aggregate, act.action):
                raise _not_possible(aggregate, family, act)
            changed: Aggregate = family.buyer.act(aggregate, act, now, self.repository.environment)
            # Notifications that precede a reply here precede that of the page or the admin API.
            committed = await self.repository.commit(changed, replying=True)
            if committed is not None:
                return committed
        raise conflict(key[-1])


def _not_possible(aggregate: Aggregate, family: Family[Any], act: Act) -> NotPossibleNow:
    possible = [action for action in get_args(BuyerAction) if family.buyer and family.buyer.can(aggregate, action)]
    result = f", its result is {aggregate.code}" if aggregate.code else ""
    options = f"possible: {', '.join(possible)}" if possible else "the buyer can do nothing more"
    detail = f"the {family.noun} is {aggregate.state}{result}: {act.action} is not possible now; {options}"
    return NotPossibleNow(detail, state=aggregate.state, allowed=possible)
