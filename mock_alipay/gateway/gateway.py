"""Processes a call, from its bytes to a signed reply. Only this module knows the order of the steps."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mock_alipay.apis.context import Outcome
from mock_alipay.apis.family import Families
from mock_alipay.apis.ids import IdGenerator
from mock_alipay.clock.clocks import Clocks
from mock_alipay.contracts.contract import Contract
from mock_alipay.contracts.result_codes import Result
from mock_alipay.contracts.validation import claimed_id
from mock_alipay.errors import DomainError, Refusal
from mock_alipay.gateway.authentication import Authenticator
from mock_alipay.gateway.call import CallState
from mock_alipay.gateway.execution import Executor
from mock_alipay.gateway.reply import compose
from mock_alipay.gateway.routing import Router
from mock_alipay.journal.calls import CallRecord
from mock_alipay.journal.events import Events
from mock_alipay.journal.exchange import Call, Reply
from mock_alipay.scenarios import Selector
from mock_alipay.scenarios.parsing import fill_in
from mock_alipay.scenarios.placeholders import Scope
from mock_alipay.signing.keys import KeyRing, MerchantKeys
from mock_alipay.signing.pool import SigningPool
from mock_alipay.storage import Journal

logger = logging.getLogger("mock_alipay")

_LARGE = 16 * 1024
"""The size in bytes beyond which a body is validated in a thread, so that other calls do not wait."""

_NO_RESULT: Mapping[str, str] = {}

ProblemReply = Callable[[DomainError, str], Reply]
"""Makes the reply to the call with this id: a plain HTTP error; ``web`` maps errors to a status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Replies to merchants' calls."""

    families: Families
    router: Router
    authenticator: Authenticator
    keys: MerchantKeys
    contract: Contract
    selector: Selector
    executor: Executor
    signing: SigningPool
    journal: Journal[CallRecord]
    events: Events
    clocks: Clocks
    results: Mapping[str, Result]
    ids: IdGenerator
    problem_reply: ProblemReply

    async def close(self) -> None:
        """Close what the gateway has opened: nothing, unless it forwards calls."""

    async def answer(self, call: Call) -> Reply:
        """The reply to any call; never raises."""
        state = self._state(call)
        try:
            try:
                outcome = await self._outcome(state)
            except Refusal as refusal:
                outcome = self._refused(state, refusal)
            reply, result = await self._reply(state, outcome)
        except DomainError as error:
            return self._rejected(state, error)
        except Exception:
            logger.exception("internal error in call %s; replied UNKNOWN_EXCEPTION", state.id)
            state.choice = None
            reply, result = await self._reply(state, Outcome[Any]("UNKNOWN_EXCEPTION"))
        self._record(state, reply, result)
        return reply

    def reject(self, call: Call, error: DomainError) -> Reply:
        """The reply to a call that could not be read."""
        return self._rejected(self._state(call), error)

    async def _outcome(self, state: CallState) -> Outcome[Any]:
        call = state.call
        name, state.explanation = self.router.find(call)
        state.endpoint = name
        claimed, keys = state.client_id, self.keys.ring()
        try:
            if len(call.body) > _LARGE:
                await asyncio.to_thread(self._admit, state, name, keys)
            else:
                self._admit(state, name, keys)
        finally:
            if state.client_id != claimed:
                state.now = self.clocks.read(call.received, state.client_id)
        scenario = await self.executor.load(state, name)
        state.choice = await self.selector.choose(name, state.request_id, state, scenario)
        state.explain(state.choice.hint)
        return await self.executor.outcome(state, name, state.choice)

    def _admit(self, state: CallState, endpoint: str, keys: KeyRing) -> None:
        state.client_id, state.verdict = self.authenticator.authenticate(state.call, keys)
        state.body = self.contract.check(endpoint, state.call.body)

    def _refused(self, state: CallState, refusal: Refusal) -> Outcome[Any]:
        state.faults = refusal.faults
        hint, state.explanation = state.explanation, refusal.explanation
        state.explain(hint)
        if state.request_id is None:
            self._find_claimed_id(state)
        if state.choice is None and state.endpoint is not None:
            state.explain(self.selector.would_play(state.endpoint, state.request_id, state))
        if refusal.code == "INVALID_SIGNATURE":
            state.verdict = "invalid"
        message = refusal.message
        if refusal.faults:
            more = len(refusal.faults) - 1
            message = refusal.faults[0].text + (f" (and {more} more)" if more else "")
        elif refusal.explanation:
            message = f"{self.results[refusal.code].message.rstrip('.')}: {refusal.explanation}"
        return Outcome(refusal.code, message)

    def _find_claimed_id(self, state: CallState) -> None:
        """Set the request id of a refused call from its unchecked body."""
        families = [self.families.of(state.endpoint)] if state.endpoint else self.families.values()
        for family in families:
            if (claimed := claimed_id(state.call.body, family.id_field)) is not None:
                state.id_field, state.request_id = family.id_field, claimed
                return

    async def _reply(self, state: CallState, outcome: Outcome[Any]) -> tuple[Reply, dict[str, str]]:
        result = self.results[outcome.code].composed(outcome.message)
        body: dict[str, Any] = {**outcome.fields, "result": result}
        choice = state.choice
        if choice is None:
            return await compose(state, body, self.signing), result
        step = choice.step
        if step.set:
            scope = Scope(state.body, dict(body), state.headers, state.client_id, state.now)
            fill_in(body, step.set, scope, choice.scenario)
            sent = body.get("result")
            shown = sent.items() if isinstance(sent, dict) else ()
            result = {name: str(value) for name, value in shown if value is not None}
        delay = 0.0
        if step.delay is not None:
            delay = step.delay.at(self.ids.share(state.client_id, state.request_id or "", choice.nth))
        return await compose(state, body, self.signing, delay=delay), result

    def _rejected(self, state: CallState, error: DomainError) -> Reply:
        reply = self.problem_reply(error, state.id)
        self._record(state, reply, None, error.detail)
        return reply

    def _state(self, call: Call) -> CallState:
        client_id = call.headers.get("client-id", "")
        now = self.clocks.read(call.received, client_id)
        return CallState(
            self.journal.next_id(), call, time.perf_counter(), client_id, now, self.families.first.id_field
        )

    def _record(self, state: CallState, reply: Reply, result: dict[str, str] | None, message: str = "") -> None:
        choice = state.choice
        if state.verdict == "unverified":
            state.explain(self.authenticator.introduce(state.client_id, self.keys.ring()))
        family, endpoint = _parts(state.endpoint)
        sent = result or _NO_RESULT
        entry = CallRecord(
            id=state.id,
            time=state.now,
            call=state.call,
            reply=reply,
            client_id=state.client_id,
            family=family,
            endpoint=endpoint,
            id_field=state.id_field,
            request_id=state.request_id,
            result_code=sent.get("resultCode"),
            result_status=sent.get("resultStatus"),
            message=sent.get("resultMessage") or message,
            verdict=state.verdict,
            explanation=state.explanation,
            faults=state.faults,
            scenario=choice.scenario if choice else None,
            reason=choice.reason if choice else None,
            took=time.perf_counter() - state.began,
        )
        size = entry.size
        self.journal.keep(entry, size)
        self.events.publish("call", entry.client_id, entry, size)


@lru_cache(maxsize=256)
def _parts(endpoint: str | None) -> tuple[str | None, str | None]:
    """The family and the name of an endpoint; the journal's records share the texts."""
    family, _, name = (endpoint or "").partition("/")
    return family or None, name or None
