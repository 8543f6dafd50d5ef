"""What a buyer does through the admin API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from mock_alipay.apis.payments import buyer
from mock_alipay.apis.payments.model import Payment
from mock_alipay.clock.clocks import Clocks
from mock_alipay.contracts.names import Act, BuyerAction
from mock_alipay.errors import HttpProblem
from mock_alipay.gateway.repository import MOST_CONFLICTS, Repository, conflict


@dataclass(frozen=True, slots=True)
class BuyerActions:
    """Lets buyers act."""

    repository: Repository
    clocks: Clocks

    async def act(self, client_id: str, payment_request_id: str, what: Act) -> Payment:
        """The payment after the buyer's act; HttpProblem (404, 409) when there is none, or the act is not possible."""
        await self.repository.ready()
        for _ in range(MOST_CONFLICTS):
            now = self.clocks.now(client_id)
            payment = await self.repository.load(client_id, payment_request_id, now)
            if payment is None:
                raise HttpProblem(404, "No such payment", f"no payment of {client_id} has this paymentRequestId")
            if not buyer.can(payment, what.action):
                raise _refusal(payment, what)
            kept = await self.repository.commit(buyer.act(payment, what, now, self.repository.environment), now)
            if kept is not None:
                return kept
        raise conflict(payment_request_id)


def _refusal(payment: Payment, what: Act) -> HttpProblem:
    possible = [action for action in get_args(BuyerAction) if buyer.can(payment, action)]
    why = f", its result is {payment.code}" if payment.code else ""
    left = f"possible are {', '.join(possible)}" if possible else "there is nothing left that a buyer could do"
    detail = f"the payment is {payment.state}{why}: {what.action} is not possible now; {left}"
    return HttpProblem(409, "Not possible now", detail, state=payment.state, allowed=possible)
