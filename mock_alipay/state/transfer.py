"""Takes the state out of a gateway's storage, and puts one in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from mock_alipay.apis.family import Families
from mock_alipay.clock.clocks import ClockOffset
from mock_alipay.clock.schedule import Schedule
from mock_alipay.errors import SetupError
from mock_alipay.journal.events import Events
from mock_alipay.scenarios import Selector
from mock_alipay.scenarios.library import check_limits
from mock_alipay.state.checks import of_public_ids
from mock_alipay.state.parts import MovedClock, Selection, State, Steps
from mock_alipay.storage import MemoryStorage


class Transfer(NamedTuple):
    """Moves the state of one gateway."""

    storage: MemoryStorage
    selector: Selector
    schedule: Schedule
    """When its aggregates are due."""
    events: Events
    families: Families

    async def export(self, client_id: str | None = None) -> State:
        """The state of one client id or of all; what is set for all client ids belongs to none of them."""
        state = await self._whole()
        return state if client_id is None else state.belonging(lambda owner: owner == client_id)

    async def check(self, state: State, client_id: str | None = None) -> None:
        """SetupError when the state cannot be loaded; ``client_id``: whose state it replaces, None for all."""
        kept = State() if client_id is None else (await self._whole()).belonging(lambda owner: owner != client_id)
        self.check_beside(kept, state)

    def check_beside(self, kept: State, state: State) -> None:
        """SetupError when a limit, an id or an unknown scenario prevents loading the state beside what is kept."""
        whole = state.joined_by(kept)
        self._check_limits(whole)
        for problem in (*of_public_ids(whole), *self._of_selections(state.selections, whole)):
            raise SetupError(problem)

    def _of_selections(self, selections: Iterable[Selection], whole: State) -> Iterator[str]:
        """Problems of scenarios that are set but exist neither in files nor in the whole state."""
        loaded = {(owner, scenario.name) for owner, scenario in whole.scenarios}
        filed = self.selector.registry.filed
        for at, row in enumerate(selections):
            if row.scenario not in filed and not {(None, row.scenario), (row.client_id, row.scenario)} & loaded:
                yield f"selections[{at}].scenario: {filed.unknown(row.scenario)}"

    def _check_limits(self, state: State) -> None:
        """SetupError when a whole state exceeds a limit."""
        storage = self.storage
        check_limits([scenario for _, scenario in state.scenarios])
        for noun, count, most in (
            ("aggregates", len(state.aggregates), storage.aggregates.most),
            ("bytes of aggregates", sum(each.size for each in state.aggregates), storage.aggregates.max_bytes),
            ("scenarios", len(state.scenarios), storage.scenarios.most),
            ("clocks", len(state.clocks), storage.clocks.most),
            ("selections", len(state.selections), storage.selections.most),
            ("steps", len(state.steps), storage.steps.most),
        ):
            if count > most:
                raise SetupError(f"{noun}: expected at most {most} in the whole gateway, this would make {count}")

    async def _whole(self) -> State:
        storage = self.storage
        clocks, selected = storage.clocks.snapshot().items(), storage.selections.snapshot().items()
        loaded = storage.scenarios.snapshot().items()
        return State(
            clocks=tuple(MovedClock(owner, offset.ahead, offset.frozen) for owner, offset in clocks),
            scenarios=tuple((owner, scenario) for owner, own in loaded for scenario in own.values()),
            selections=tuple(Selection(owner, *selection) for owner, selection in selected),
            steps=tuple(Steps(*counter) for counter in await storage.steps.counted()),
            aggregates=tuple(reversed(await storage.aggregates.browse())),
        )

    async def load(self, state: State) -> None:
        """Put a state into a storage which has nothing of its client ids, after ``check``."""
        storage = self.storage
        for clock in state.clocks:
            await storage.clocks.change(clock.client_id, partial(_offset, clock))
        for owner, rows in groupby(state.scenarios, itemgetter(0)):
            await self.selector.load(*(scenario for _, scenario in rows), client_id=owner)
        for selection in state.selections:
            await self.selector.prefer(selection.scenario, client_id=selection.client_id, times=selection.times)
        for steps in state.steps:
            await storage.steps.restore(steps.client_id, steps.key, steps.played)
        for aggregate in state.aggregates:
            await storage.aggregates.restore(aggregate)
            due = aggregate.due()
            if due is not None:
                await self.schedule.put(aggregate.key, due)
            self.events.publish(self.families.nouns[aggregate.family], aggregate.client_id, aggregate, aggregate.size)


def _offset(clock: MovedClock, _: ClockOffset | None) -> ClockOffset:
    return ClockOffset(clock.ahead, clock.frozen)
