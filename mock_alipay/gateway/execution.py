"""Finds the payment that a call is about, has the endpoint decide, and keeps what has been decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mock_alipay.apis.context import Context, ScenarioOverrides
from mock_alipay.apis.payments import timeline
from mock_alipay.apis.payments.endpoints import Endpoint
from mock_alipay.apis.payments.model import Outcome, Payment
from mock_alipay.errors import Refusal
from mock_alipay.gateway.call import CallState
from mock_alipay.gateway.repository import MOST_CONFLICTS, Repository, conflict
from mock_alipay.scenarios import Choice, Selector, Then

_USUALLY = Then()


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """The step of the line that knows what payments are."""

    endpoints: Mapping[str, Endpoint]
    repository: Repository
    selector: Selector

    async def load(self, state: CallState, name: str) -> str | None:
        """Load the payment that the call is about; returns the scenario in which it began, unless this call begins it.

        A call that creates a payment is about the one that has its paymentRequestId already.
        """
        endpoint, body = self.endpoints[name], state.body
        state.payment_request_id = body.get("paymentRequestId")
        fields = ("paymentRequestId",) if endpoint.begins else endpoint.about
        field = next((field for field in fields if field in body), None)
        if field is None:
            return None
        if field == "paymentRequestId":
            state.about = state.payment_request_id
        else:
            state.about = await self.repository.store.find(state.client_id, f"{field}:{body[field]}")
            state.payment_request_id = state.about or state.payment_request_id
        state.payment = await self._stored(state)
        return state.payment.scenario if state.payment and not endpoint.begins else None

    async def outcome(self, state: CallState, name: str, choice: Choice) -> Outcome:
        """What the scenario forces, or what the endpoint comes to, which is committed then."""
        endpoint, step = self.endpoints[name], choice.step
        if step.result is not None and step.result not in endpoint.plays:
            return Outcome(step.result, step.message)
        outcome = await self._decide(state, endpoint, _overrides(choice))
        return outcome if step.message is None else outcome._replace(message=step.message)

    async def _decide(self, state: CallState, endpoint: Endpoint, overrides: ScenarioOverrides) -> Outcome:
        repository, environment, now = self.repository, self.repository.environment, state.now
        hurried = (
            endpoint.begins
            and bool(overrides.buyer)
            and self.selector.notifies_before_reply(overrides.scenario, state.client_id)
        )
        if hurried or endpoint.invents:
            await repository.ready()
        for conflicts in range(MOST_CONFLICTS):
            if conflicts:
                state.payment = await self._stored(state)
            await self._check_own_id(state, endpoint)
            payment = state.payment and await repository.advance(state.payment, now)
            call = state.call
            context = Context(now, state.client_id, payment, environment, call.body, overrides, call.origin)
            outcome = endpoint.decide(state.body, context)
            if outcome.payment is None:
                return outcome
            changed = timeline.advance(outcome.payment, now, environment) if hurried else outcome.payment
            if await repository.commit(changed, now, replying=True):
                return outcome
        raise conflict(str(state.payment_request_id))

    async def _stored(self, state: CallState) -> Payment | None:
        return await self.repository.store.load(state.client_id, state.about) if state.about else None

    async def _check_own_id(self, state: CallState, endpoint: Endpoint) -> None:
        """A Refusal when the id that the call gives its capture or refund was used for another payment."""
        if endpoint.own_id is None:
            return
        own = f"{endpoint.own_id}:{state.body[endpoint.own_id]}"
        owner = await self.repository.store.find(state.client_id, own)
        if owner is not None and owner != state.about:
            used = f"{endpoint.own_id} {state.body[endpoint.own_id]} was used before for another payment"
            raise Refusal("REPEAT_REQ_INCONSISTENT", used)


def _overrides(choice: Choice) -> ScenarioOverrides:
    """How the scenario wants the call to end."""
    step, then = choice.step, choice.step.then or _USUALLY
    return ScenarioOverrides(step.result, then.result, then.after, choice.scenario, choice.buyer)
