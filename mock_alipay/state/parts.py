"""The parts of a state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from mock_alipay.apis.aggregate import Aggregate
from mock_alipay.scenarios import Scenario


class Loaded(NamedTuple):
    """A scenario loaded at run time; ``client_id`` is None for all client ids, here and below."""

    client_id: str | None
    name: str
    scenario: Mapping[str, Any]


class Selection(NamedTuple):
    """A scenario that is set."""

    client_id: str | None
    scenario: str
    times: int | None = None


class Steps(NamedTuple):
    """How many steps were played; ``key`` has the scenario, the endpoint or notification, and the request id."""

    client_id: str
    key: tuple[str, ...]
    played: int


class MovedClock(NamedTuple):
    """A clock that was moved: by how many seconds, or where it is frozen."""

    client_id: str | None
    ahead: timedelta = timedelta()
    frozen: datetime | None = None


class State(NamedTuple):
    """A gateway's state, checked."""

    clocks: tuple[MovedClock, ...] = ()
    scenarios: tuple[tuple[str | None, Scenario], ...] = ()
    selections: tuple[Selection, ...] = ()
    steps: tuple[Steps, ...] = ()
    aggregates: tuple[Aggregate, ...] = ()

    def belonging(self, to: Callable[[str | None], bool]) -> State:
        """What belongs to client ids for which ``to`` is true; None is the client id of what is set for all."""
        return State(
            clocks=tuple(clock for clock in self.clocks if to(clock.client_id)),
            scenarios=tuple((owner, scenario) for owner, scenario in self.scenarios if to(owner)),
            selections=tuple(selection for selection in self.selections if to(selection.client_id)),
            steps=tuple(steps for steps in self.steps if to(steps.client_id)),
            aggregates=tuple(aggregate for aggregate in self.aggregates if to(aggregate.client_id)),
        )

    def joined_by(self, other: State) -> State:
        """Both states together."""
        return State(
            self.clocks + other.clocks,
            self.scenarios + other.scenarios,
            self.selections + other.selections,
            self.steps + other.steps,
            self.aggregates + other.aggregates,
        )
