"""Loads the aggregate that a call refers to, runs the endpoint, and commits the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mock_alipay.apis.aggregate import Aggregate
from mock_alipay.apis.context import Context, Outcome, ScenarioOverrides
from mock_alipay.apis.family import Endpoint, Families
from mock_alipay.errors import Refusal
from mock_alipay.gateway.call import CallState
from mock_alipay.gateway.repository import MOST_CONFLICTS, Repository, conflict
from mock_alipay.scenarios import Choice, Selector, Then

_NO_THEN = Then()


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """Runs endpoints."""

    families: Families
    repository: Repository
    selector: Selector

    async def load(self, state: CallState, name: str) -> str | None:
        """Load the aggregate that the call refers to; returns the scenario that created it.

        A call that creates an aggregate refers to an existing one with its request id, and gets None.
        """
        endpoint, family, body = self.families.endpoints[name], self.families.of(name), state.body
        state.id_field = family.id_field
        state.request_id = body.get(family.id_field)
        about = (family.id_field,) if endpoint.begins else endpoint.about
        for field in about:
            if field in body:
                break
        else:
            return None
        if field == family.id_field:
            state.about = (state.client_id, family.name, body[field])
        else:
            state.about = await self.repository.store.find(state.client_id, family.name, f"{field}:{body[field]}")
            state.request_id = state.about[-1] if state.about else state.request_id
        state.aggregate = await self._stored(state)
        return state.aggregate.scenario if state.aggregate and not endpoint.begins else None

    async def outcome(self, state: CallState, name: str, choice: Choice) -> Outcome[Any]:
        """The result forced by the scenario, or the endpoint's outcome, which is committed."""
        endpoint, step = self.families.endpoints[name], choice.step
        if step.result is not None and step.result not in endpoint.plays:
            return Outcome(step.result, step.message)
        outcome = await self._decide(state, endpoint, _overrides(choice))
        return outcome if step.message is None else outcome._replace(message=step.message)

    async def _decide(self, state: CallState, endpoint: Endpoint[Any], overrides: ScenarioOverrides) -> Outcome[Any]:
        repository, environment, now = self.repository, self.repository.environment, state.now
        immediate = (
            endpoint.begins
            and bool(overrides.buyer)
            and self.selector.notifies_before_reply(
                overrides.scenario, self._outcome_notification(state), state.client_id
            )
        )
        for conflicts in range(MOST_CONFLICTS):
            if conflicts:
                state.aggregate = await self._stored(state)
            await self._check_own_id(state, endpoint)
            current = state.aggregate and await repository.advance(state.aggregate, now)
            call = state.call
            context = Context(now, state.client_id, current, environment, call.body, overrides, call.origin)
            outcome = endpoint.decide(state.body, context)
            if outcome.aggregate is None:
                return outcome
            changed = outcome.aggregate.advance(now, environment) if immediate else outcome.aggregate
            if await repository.commit(changed, replying=True):
                return outcome
        raise conflict(str(state.request_id))

    def _outcome_notification(self, state: CallState) -> str:
        """The notification of the buyer's action: the first of the family."""
        family = self.families.of(state.endpoint or "")
        return f"{family.name}/{next(iter(family.notifications), '')}"

    async def _stored(self, state: CallState) -> Aggregate | None:
        return await self.repository.store.load(state.about) if state.about else None

    async def _check_own_id(self, state: CallState, endpoint: Endpoint[Any]) -> None:
        """Refusal REPEAT_REQ_INCONSISTENT when the ``own_id`` of the call belongs to another aggregate."""
        if endpoint.own_id is None or state.endpoint is None:
            return
        family, own = self.families.of(state.endpoint), state.body[endpoint.own_id]
        owner = await self.repository.store.find(state.client_id, family.name, f"{endpoint.own_id}:{own}")
        if owner is not None and owner != state.about:
            used = f"{endpoint.own_id} {own} was used before for another {family.noun}"
            raise Refusal("REPEAT_REQ_INCONSISTENT", used)


def _overrides(choice: Choice) -> ScenarioOverrides:
    """The scenario's instructions for the endpoint."""
    step, then = choice.step, choice.step.then or _NO_THEN
    return ScenarioOverrides(step.result, then.result, then.after, choice.scenario, choice.buyer)
