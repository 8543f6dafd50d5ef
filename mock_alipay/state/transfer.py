"""Takes the state out of a gateway's storage, and puts one in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from mock_alipay.apis.family import Families
from mock_alipay.clock.clocks import ClockOffset
from mock_alipay.clock.schedule import Schedule
from mock_alipay.errors import SetupError
from mock_alipay.journal.events import Events
from mock_alipay.scenarios import Selector
from mock_alipay.scenarios.library import check_limits
from mock_alipay.state.document import MovedClock, Selection, State, Steps
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
        storage = self.storage

        def chosen(owner: str | None) -> bool:
            return client_id in (None, owner)

        clocks, loaded = storage.clocks.snapshot().items(), storage.scenarios.snapshot().items()
        selected, counted = storage.selections.snapshot().items(), await storage.steps.counted()
        return State(
            clocks=tuple(MovedClock(owner, offset.ahead, offset.frozen) for owner, offset in clocks if chosen(owner)),
            scenarios=tuple((owner, scenario) for owner, own in loaded if chosen(owner) for scenario in own.values()),
            selections=tuple(Selection(owner, *selection) for owner, selection in selected if chosen(owner)),
            steps=tuple(Steps(*counter) for counter in counted if chosen(counter[0])),
            aggregates=tuple(reversed(await storage.aggregates.browse(client_id))),
        )

    async def check_room(self, state: State, client_id: str | None = None) -> None:
        """SetupError when the state exceeds a limit, together with what client ids other than ``client_id`` have.

        ``client_id``: whose state it replaces; None for all.
        """
        kept = await self.export()
        if client_id is None:
            kept = kept._replace(**dict.fromkeys(State._fields, ()))

        def others(owners: Iterable[str | None]) -> int:
            return sum(owner != client_id for owner in owners)

        aggregates = [*state.aggregates, *(a for a in kept.aggregates if a.client_id != client_id)]
        scenarios = [s for _, s in state.scenarios] + [s for owner, s in kept.scenarios if owner != client_id]
        check_limits(scenarios)
        storage = self.storage
        for noun, count, most in (
            ("aggregates", len(aggregates), storage.aggregates.most),
            ("bytes of aggregates", sum(aggregate.size for aggregate in aggregates), storage.aggregates.max_bytes),
            ("scenarios", len(scenarios), storage.scenarios.most),
            ("clocks", len(state.clocks) + others(c.client_id for c in kept.clocks), storage.clocks.most),
            (
                "selections",
                len(state.selections) + others(s.client_id for s in kept.selections),
                storage.selections.most,
            ),
            ("steps", len(state.steps) + others(s.client_id for s in kept.steps), storage.steps.most),
        ):
            if count > most:
                raise SetupError(f"{noun}: expected at most {most} in the whole gateway, this would make {count}")

    async def load(self, state: State) -> None:
        """Put a state into a storage where ``check_room`` has found room and which has nothing of its client ids."""
        storage = self.storage
        for clock in state.clocks:
            await storage.clocks.change(clock.client_id, partial(_offset, clock))
        for owner, scenario in state.scenarios:
            await self.selector.load(scenario, client_id=owner)
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
