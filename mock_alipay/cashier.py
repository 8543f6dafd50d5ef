"""The buyer's door: what a buyer does when nobody scripts it, by the admin API and, one day, on a page."""

from __future__ import annotations

from dataclasses import dataclass

from mock_alipay.clock import Clocks
from mock_alipay.errors import Misuse
from mock_alipay.ledger import Ledger
from mock_alipay.life import buyer
from mock_alipay.payment import Payment
from mock_alipay.terms import Act


@dataclass(frozen=True, slots=True)
class Cashier:
    """Lets buyers act."""

    ledger: Ledger
    clocks: Clocks

    async def act(self, client_id: str, payment_request_id: str, what: Act) -> Payment:
        """The payment after the buyer has acted; Misuse (404, 409) when there is none, or it is too late."""
        await self.ledger.world.people.ready()
        while True:
            now = self.clocks.now(client_id)
            payment = await self.ledger.standing(client_id, payment_request_id, now)
            if payment is None:
                raise Misuse(404, "No such payment", f"no payment of {client_id} has this paymentRequestId")
            if not buyer.can(payment, what.action):
                raise Misuse(409, "Too late", _refusal(payment, what), state=payment.state)
            kept = await self.ledger.commit(buyer.act(payment, what, now, self.ledger.world), now)
            if kept is not None:
                return kept


def _refusal(payment: Payment, what: Act) -> str:
    why = f", its result is {payment.code}" if payment.code else ""
    return f"the payment is {payment.state}{why}: a buyer cannot {_VERBS.get(what.action, what.action)} any more"


_VERBS = {"pending": "leave it pending", "challenge": "be challenged"}
