"""Selects the scenario of a call, and the step in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mock_alipay.contracts.names import Act, bare
from mock_alipay.errors import TooManyClientIds, UnknownScenario
from mock_alipay.scenarios.chance import Chance, Share, is_random
from mock_alipay.scenarios.library import Library, Registry
from mock_alipay.scenarios.matching import MAX_STEPS, Matchable
from mock_alipay.scenarios.notification_step import NotificationStep
from mock_alipay.scenarios.scenario import ANY, Scenario
from mock_alipay.scenarios.step import Step
from mock_alipay.storage import MemoryStorage, Settings
from mock_alipay.text.wording import close, short

_BEGAN = "what the call is about began in it"
_PLAIN = (Step(),)
_PLAIN_NOTIFICATION_STEP = NotificationStep()


class Choice(NamedTuple):
    """The scenario selected for a call, the reason, and its current step."""

    scenario: str
    reason: str
    step: Step
    nth: int
    """The number of calls counted before this one."""
    buyer: tuple[Act, ...] = ()
    """The acts of the scenario's buyer."""
    hint: str | None = None
    """For the journal: why a scenario that the call seems to ask for does not play."""


class _Preference(NamedTuple):
    scenario: str
    times: int | None


class _Asked(NamedTuple):
    """A scenario that a call names or that is set for it, and the reason."""

    scenario: Scenario
    reason: str
    set_: _Preference | None = None
    set_for: str | None = None
    """The client id that the scenario is set for; None for all client ids."""
    by_id: bool = False
    """The request id names the scenario. Every call about an aggregate has its id, with or without a matching step."""


class Selector:
    """Selects scenarios; keeps, per client id, the scenarios that are set and the position in each."""

    def __init__(self, library: Library, default: str, storage: MemoryStorage, share: Share) -> None:
        """``share``: draws a number from 0 to 1 for a purpose."""
        self._chance = Chance(share, storage.rates)
        self.registry = Registry(library, storage.scenarios)
        self.default = default
        self._preferences: Settings[_Preference] = storage.selections
        self._counters = storage.steps

    async def choose(self, endpoint: str, request_id: str | None, call: Matchable, began: str | None = None) -> Choice:
        """Select the step for a call and count it as played.

        ``request_id``: None when the call is about no known aggregate; such calls are counted per client id.
        ``began``: the scenario in which the aggregate was created.
        UnknownScenario when the ``mock-scenario`` header names an unknown scenario.
        """
        library = self.registry.library(call.client_id)
        request_id = request_id or ""
        asked, played = self._asked(request_id, call, library), None
        while asked is not None and (played := await self._played(asked, endpoint, began)) is None:
            asked = self._asked(request_id, call, library)
        scenario, reason, hint = played or self._unasked(call, library, began)
        steps = scenario.steps.get(endpoint)
        if steps is None:
            # The faults of "*" are not carried over: after a lost reply the client must be able to inquire.
            carried = reason is _BEGAN and scenario.name != self.default
            steps = _PLAIN if carried else scenario.steps.get(ANY, _PLAIN)
        nth = await self._nth(scenario, endpoint, steps, call.client_id, request_id)
        if hint is None and "--" in request_id:
            hint = _hint(request_id, call.id_field, library)
        step, drawn = self._chance.drawn(endpoint, steps, nth, request_id)
        if step.rate is not None:
            counted = (call.client_id, scenario.name, endpoint if endpoint in scenario.steps else ANY)
            step, over = await self._chance.limited(step, step.rate, counted, call.now)
            drawn += over
        return Choice(scenario.name, "; ".join([reason, *drawn]), step, nth, scenario.buyer, hint)

    def would_play(self, endpoint: str, request_id: str | None, call: Matchable) -> str | None:
        """A note on the scenario that a refused call asks for, or None. Nothing is counted as played.

        For calls that are refused before a scenario is selected.
        """
        library = self.registry.library(call.client_id)
        try:
            asked = self._asked(request_id or "", call, library)
        except UnknownScenario:
            return None
        if asked is None or not asked.scenario.plays(endpoint):
            return None
        return f"scenario {asked.scenario.name} would have played ({asked.reason})"

    async def notification_step(
        self, scenario: str, name: str, client_id: str, request_id: str
    ) -> tuple[NotificationStep, int]:
        """The step for the next notification of this name for an aggregate, and how many were counted before it."""
        played = self.registry.library(client_id).get(scenario)
        notification_steps = played.notification_steps.get(name) if played else None
        if played is None or notification_steps is None:
            return _PLAIN_NOTIFICATION_STEP, 0
        nth = await self._nth(played, name, notification_steps, client_id, request_id)
        return notification_steps[min(nth, len(notification_steps) - 1)], nth

    def notifies_before_reply(self, scenario: str, notification: str, client_id: str) -> bool:
        """Whether a scenario sends notifications of this name before the reply to the call that causes them."""
        played = self.registry.library(client_id).get(scenario)
        return played is not None and any(step.before_reply for step in played.notification_steps.get(notification, ()))

    async def prefer(self, scenario: str, *, client_id: str | None = None, times: int | None = None) -> None:
        """Set ``scenario`` for one client id or all, for the next ``times`` calls or until changed."""
        library = self.registry.library(client_id)
        if scenario not in library:
            raise UnknownScenario(library.unknown(scenario), known=list(library))
        if not await self._preferences.change(client_id, lambda _: _Preference(scenario, times)):
            detail = f"a scenario is set for {self._preferences.most} client ids already; a reset deletes them"
            raise TooManyClientIds(detail)

    async def load(self, *scenarios: Scenario, client_id: str | None = None) -> None:
        """Load scenarios at run time; each starts at its first step. SetupError when too many are loaded."""
        await self.registry.load(*scenarios, client_id=client_id)
        for scenario in scenarios:
            await self._counters.restart(scenario.name, client_id)

    async def clear(self, client_id: str | None = None) -> None:
        """Unset the scenario of one client id, or of all client ids."""
        await self._preferences.forget(client_id)

    def preferences(self) -> list[tuple[str | None, str, int | None]]:
        """The scenarios that are set: client id (None for all), scenario, calls left (None for no limit)."""
        return [(client_id, set_.scenario, set_.times) for client_id, set_ in self._preferences.snapshot().items()]

    async def forget(self, client_id: str | None = None) -> None:
        """Delete the counters, the set scenario and the loaded scenarios of one client id or of all."""
        await self.clear(client_id)
        await self.registry.forget(client_id)
        await self._counters.forget(client_id)
        await self._chance.forget(client_id)

    def _unasked(self, call: Matchable, library: Library, began: str | None) -> tuple[Scenario, str, str | None]:
        """The scenario of a call that asks for none, the reason, and a hint on scenarios that were not compared."""
        passed_over: list[Scenario] = []
        matching = library.matching(call, passed_over)
        hint = _passed_over(*passed_over) if passed_over else None
        if matching:
            return matching[0], _fitting(*matching), hint
        if began is not None and began in library:
            return library[began], _BEGAN, hint
        return library[self.default], "the default", hint

    def _asked(self, request_id: str, call: Matchable, library: Library) -> _Asked | None:
        """The scenario that the call names or that is set for it; nothing is counted."""
        named = call.headers.get("mock-scenario")
        if named is not None:
            if named not in library:
                detail = f"header mock-scenario: {library.unknown(named)}"
                raise UnknownScenario(detail, known=list(library))
            return _Asked(library[named], "named by the mock-scenario header")
        prefix, dashes, _ = request_id.partition("--")
        if dashes and prefix in library:
            return _Asked(library[prefix], f"{call.id_field} begins with {prefix}--", by_id=True)
        selections = self._preferences.snapshot()
        for key in (call.client_id, None) if selections else ():
            set_ = selections.get(key)
            if set_ is not None and set_.scenario in library:
                owner = f"client id {key}" if key is not None else "all client ids"
                return _Asked(library[set_.scenario], f"set for {owner}", set_, key)
        return None

    async def _played(self, asked: _Asked, endpoint: str, began: str | None) -> tuple[Scenario, str, str | None] | None:
        """The scenario, the reason and a hint, after the call was counted.

        None when a concurrent call was counted first; the caller then tries again.
        """
        scenario, reason, set_ = asked.scenario, asked.reason, asked.set_
        plays = asked.by_id or scenario.plays(endpoint)
        if set_ is not None and set_.times is not None:
            if plays and not await self._count_down(asked.set_for, set_, set_.times - 1):
                return None
            reason += f", {set_.times - plays} more calls"
        if plays:
            return scenario, reason, None
        reason += f", but it has no step for {bare(endpoint)}"
        if set_ is not None and set_.times is not None:
            reason += ": this call does not count"
        # No hint if the aggregate was created in the scenario: it plays anyway.
        return scenario, reason, None if scenario.name == began else f"scenario {scenario.name}: {reason}"

    async def _count_down(self, client_id: str | None, set_: _Preference, times: int) -> bool:
        counted = False

        def less(current: _Preference | None) -> _Preference | None:
            nonlocal counted
            counted = current == set_
            if not counted:
                return current
            return set_._replace(times=times) if times > 0 else None

        await self._preferences.change(client_id, less)
        return counted

    async def _nth(
        self, scenario: Scenario, id_: str, steps: Sequence[Step | NotificationStep], client_id: str, request_id: str
    ) -> int:
        """How many steps of an endpoint or a notification were played before; 0 where the number does not matter."""
        if len(steps) == 1 and not is_random(steps[0]):
            return 0
        return await self._counters.next(client_id, scenario.name, id_, "" if scenario.count_by_client else request_id)


def _fitting(chosen: Scenario, *others: Scenario) -> str:
    reason = f"its match fits: {short(', '.join(condition.place for condition in chosen.match), 200)}"
    if others:
        reason += f"; these fit too, but were loaded earlier: {short(', '.join(other.name for other in others), 200)}"
    return reason


def _passed_over(*scenarios: Scenario) -> str:
    names = short(", ".join(scenario.name for scenario in scenarios), 200)
    limit = f"the globs and [] of all matches may read {MAX_STEPS} characters and elements per call"
    return f"match: {names}: not compared with this call: {limit}; name the scenario in the header mock-scenario"


def _hint(request_id: str, id_field: str, library: Library) -> str | None:
    prefix = request_id.partition("--")[0]
    if prefix in library:
        return None
    meant = close(prefix, library)
    return meant and f"{id_field} begins with {prefix}--, which is not a scenario; did you mean {meant}--?"
