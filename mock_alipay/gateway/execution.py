"""Finds the payment that a call is about, has the endpoint decide, and keeps what has been decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mock_alipay.apis.context import Context, Wish
from mock_alipay.apis.payments import timeline
from mock_alipay.apis.payments.endpoints import Endpoint
from mock_alipay.apis.payments.model import Outcome, Payment
from mock_alipay.errors import Refusal
from mock_alipay.gateway.call import Visit
from mock_alipay.gateway.repository import MOST_CONFLICTS, Ledger, conflict
from mock_alipay.scenarios import Choice, Chooser, Then

_USUALLY = Then()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The step of the line that knows what payments are."""

    endpoints: Mapping[str, Endpoint]
    ledger: Ledger
    chooser: Chooser

    async def load(self, visit: Visit, name: str) -> str | None:
        """Load the payment that the call is about; returns the scenario in which it began, unless this call begins it.

        A call that creates a payment is about the one that has its paymentRequestId already.
        """
        endpoint, body = self.endpoints[name], visit.body
        visit.payment_request_id = body.get("paymentRequestId")
        fields = ("paymentRequestId",) if endpoint.begins else endpoint.about
        field = next((field for field in fields if field in body), None)
        if field is None:
            return None
        if field == "paymentRequestId":
            visit.about = visit.payment_request_id
        else:
            visit.about = await self.ledger.store.find(visit.client_id, f"{field}:{body[field]}")
            visit.payment_request_id = visit.about or visit.payment_request_id
        visit.payment = await self._stored(visit)
        return visit.payment.scenario if visit.payment and not endpoint.begins else None

    async def outcome(self, visit: Visit, name: str, choice: Choice) -> Outcome:
        """What the scenario forces, or what the endpoint comes to, which is committed then."""
        endpoint, step = self.endpoints[name], choice.step
        if step.result is not None and step.result not in endpoint.plays:
            return Outcome(step.result, step.message)
        outcome = await self._decide(visit, endpoint, _wish(choice))
        return outcome if step.message is None else outcome._replace(message=step.message)

    async def _decide(self, visit: Visit, endpoint: Endpoint, wish: Wish) -> Outcome:
        ledger, world, now = self.ledger, self.ledger.world, visit.now
        hurried = endpoint.begins and bool(wish.buyer) and self.chooser.hurries(wish.scenario, visit.client_id)
        if hurried or endpoint.invents:
            await ledger.ready()
        for conflicts in range(MOST_CONFLICTS):
            if conflicts:
                visit.payment = await self._stored(visit)
            await self._check_own_id(visit, endpoint)
            payment = visit.payment and await ledger.advance(visit.payment, now)
            context = Context(now, visit.client_id, payment, world, visit.call.body, wish)
            outcome = endpoint.decide(visit.body, context)
            if outcome.payment is None:
                return outcome
            changed = timeline.happened(outcome.payment, now, world) if hurried else outcome.payment
            if await ledger.commit(changed, now, replying=True):
                return outcome
        raise conflict(str(visit.payment_request_id))

    async def _stored(self, visit: Visit) -> Payment | None:
        return await self.ledger.store.load(visit.client_id, visit.about) if visit.about else None

    async def _check_own_id(self, visit: Visit, endpoint: Endpoint) -> None:
        """A Refusal when the id that the call gives its capture or refund was used for another payment."""
        if endpoint.own_id is None:
            return
        own = f"{endpoint.own_id}:{visit.body[endpoint.own_id]}"
        owner = await self.ledger.store.find(visit.client_id, own)
        if owner is not None and owner != visit.about:
            used = f"{endpoint.own_id} {visit.body[endpoint.own_id]} was used before for another payment"
            raise Refusal("REPEAT_REQ_INCONSISTENT", used)


def _wish(choice: Choice) -> Wish:
    """How the story wants the call to end."""
    step, then = choice.step, choice.step.then or _USUALLY
    return Wish(step.result, then.result, then.after, choice.scenario, choice.buyer)
