"""The line a call walks, from its bytes to a signed reply. Only this module knows the order."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mock_alipay.apis.ids import Invent
from mock_alipay.apis.payments.model import Outcome
from mock_alipay.clock.clocks import Clocks
from mock_alipay.contracts.result_codes import Result
from mock_alipay.contracts.validation import Contract, claimed_id
from mock_alipay.errors import Misuse, Refusal
from mock_alipay.gateway.authentication import Verifier
from mock_alipay.gateway.call import Visit
from mock_alipay.gateway.execution import Decision
from mock_alipay.gateway.reply import compose, problem_reply
from mock_alipay.gateway.routing import Finder
from mock_alipay.journal.calls import Entry, Journal
from mock_alipay.journal.events import Events
from mock_alipay.journal.exchange import Call, Reply
from mock_alipay.scenarios import Chooser
from mock_alipay.scenarios.json_path import put
from mock_alipay.scenarios.placeholders import Scope
from mock_alipay.signing.pool import SigningPool

logger = logging.getLogger("mock_alipay")

_LARGE = 16 * 1024
"""Bytes beyond which a body is checked aside, so that nobody else waits while its faults are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """The merchant's door: answers calls."""

    finder: Finder
    verifier: Verifier
    contract: Contract
    chooser: Chooser
    decision: Decision
    signing: SigningPool
    journal: Journal
    events: Events
    clocks: Clocks
    results: Mapping[str, Result]
    invent: Invent

    async def answer(self, call: Call) -> Reply:
        """The reply to a call, whatever it holds; never raises."""
        visit = self._visit(call)
        try:
            reply, result = await self._walk(visit)
        except Misuse as misuse:
            return self._turned_away(visit, misuse)
        except Exception:
            logger.exception("call %s met a bug in mock-alipay; the merchant was told UNKNOWN_EXCEPTION", visit.id)
            visit.choice = None
            reply, result = await self._seal(visit, Outcome("UNKNOWN_EXCEPTION"))
        self._note(visit, reply, result)
        return reply

    def turn_away(self, call: Call, misuse: Misuse) -> Reply:
        """The reply to a call that could not even be read."""
        return self._turned_away(self._visit(call), misuse)

    async def _walk(self, visit: Visit) -> tuple[Reply, dict[str, str]]:
        try:
            outcome = await self._play(visit)
        except Refusal as refusal:
            outcome = self._refused(visit, refusal)
        return await self._seal(visit, outcome)

    async def _play(self, visit: Visit) -> Outcome:
        call = visit.call
        name, visit.explanation = self.finder.find(call)
        visit.endpoint = name
        if len(call.body) > _LARGE:
            await asyncio.to_thread(self._admit, visit, name)
        else:
            self._admit(visit, name)
        began = await self.decision.load(visit, name)
        visit.choice = self.chooser.choose(name, visit.payment_request_id, visit, began)
        visit.explanation = visit.choice.hint or visit.explanation
        return await self.decision.outcome(visit, name, visit.choice)

    def _admit(self, visit: Visit, endpoint: str) -> None:
        client_id, visit.verdict = self.verifier.identify(visit.call)
        if client_id != visit.client_id:
            visit.now = self.clocks.read(visit.call.received, client_id)
        visit.client_id = client_id
        visit.body = self.contract.check(endpoint, visit.call.body)

    def _refused(self, visit: Visit, refusal: Refusal) -> Outcome:
        visit.faults = refusal.faults
        visit.explanation = refusal.explanation or visit.explanation
        if visit.payment_request_id is None:
            visit.payment_request_id = claimed_id(visit.call.body)
        if refusal.code == "INVALID_SIGNATURE":
            visit.verdict = "invalid"
        message = refusal.message
        if refusal.faults:
            more = len(refusal.faults) - 1
            message = refusal.faults[0].text + (f" (and {more} more)" if more else "")
        elif refusal.explanation:
            message = f"{self.results[refusal.code].message.rstrip('.')}: {refusal.explanation}"
        return Outcome(refusal.code, message)

    async def _seal(self, visit: Visit, outcome: Outcome) -> tuple[Reply, dict[str, str]]:
        result = self.results[outcome.code].composed(outcome.message)
        body: dict[str, Any] = {**outcome.fields, "result": result}
        choice = visit.choice
        if choice is None:
            return await compose(visit, body, self.signing), result
        step = choice.step
        if step.set:
            scope = Scope(visit.body, dict(body), visit.headers, visit.client_id, visit.now)
            for path, fill in step.set:
                put(body, path, fill(scope))
            sent = body.get("result")
            result = sent if isinstance(sent, dict) else {}
        delay = 0.0
        if step.delay is not None:
            delay = self.invent.between(*step.delay, visit.client_id, visit.payment_request_id or "", choice.nth)
        return await compose(visit, body, self.signing, delay=delay), result

    def _turned_away(self, visit: Visit, misuse: Misuse) -> Reply:
        reply = problem_reply(misuse.problem, visit.id)
        self._note(visit, reply, None, misuse.detail)
        return reply

    def _visit(self, call: Call) -> Visit:
        client_id = call.headers.get("client-id", "")
        now = self.clocks.read(call.received, client_id)
        return Visit(self.journal.next_id(), call, time.perf_counter(), client_id, now)

    def _note(self, visit: Visit, reply: Reply, result: dict[str, str] | None, message: str = "") -> None:
        choice = visit.choice
        entry = Entry(
            id=visit.id,
            time=visit.now,
            call=visit.call,
            reply=reply,
            client_id=visit.client_id,
            endpoint=visit.endpoint,
            payment_request_id=visit.payment_request_id,
            result_code=_word(result, "resultCode"),
            result_status=_word(result, "resultStatus"),
            message=_word(result, "resultMessage") or message,
            verdict=visit.verdict,
            explanation=visit.explanation,
            faults=visit.faults,
            scenario=choice.scenario if choice else None,
            reason=choice.reason if choice else None,
            took=time.perf_counter() - visit.began,
        )
        self.events.publish("call", entry.client_id, entry, self.journal.note(entry))


def _word(result: Mapping[str, Any] | None, name: str) -> str | None:
    """A field of the result as it was sent: a scenario's ``set`` may have changed its type, or taken it out."""
    value = (result or {}).get(name)
    return None if value is None else str(value)
