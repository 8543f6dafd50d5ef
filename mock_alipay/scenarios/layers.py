"""The scenarios of files, and those loaded at run time, as each client id sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mock_alipay.errors import SetupError
from mock_alipay.scenarios.library import Library, unknown
from mock_alipay.scenarios.matching import Matchable
from mock_alipay.scenarios.scenario import Scenario

MOST_LOADED = 1_000
"""Scenarios that may be loaded at run time."""


class VisibleScenarios(Mapping[str, Scenario]):
    """Several libraries as one: those in front override the others by name, and go first where both claim a call."""

    def __init__(self, *layers: Library) -> None:
        self._layers = layers

    def matching(self, call: Matchable) -> list[Scenario]:
        """The scenarios whose match holds and is the most particular; of one layer only."""
        best: list[Scenario] = []
        for layer in self._layers:
            found = layer.matching(call, self)
            if found and (not best or found[0].weight > best[0].weight):
                best = found
        return best

    def unknown(self, name: str) -> str:
        """What to tell someone who asked for a scenario that does not exist."""
        return unknown(name, self)

    def __getitem__(self, name: str) -> Scenario:
        for layer in self._layers:
            if name in layer:
                return layer[name]
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(name in layer for layer in self._layers)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({name for layer in self._layers for name in layer}))

    def __len__(self) -> int:
        return len(set().union(*self._layers))


Seen = Library | VisibleScenarios
"""The scenarios that one client id sees."""


class ScenarioLayers:
    """The files' library, one of what was loaded for all, and one for each client id that has scenarios of its own."""

    def __init__(self, filed: Library) -> None:
        self._filed = filed
        self._loaded: dict[str | None, Library] = {}
        self._seen: dict[str | None, Seen] = {None: filed}

    def library(self, client_id: str | None = None) -> Seen:
        """What a client id sees, or all of them."""
        return self._seen[client_id if client_id in self._seen else None]

    def loaded(self) -> list[tuple[str | None, Scenario]]:
        """The scenarios loaded at run time, each with the client id that it is for."""
        return [
            (client_id, scenario) for client_id, scenarios in self._loaded.items() for scenario in scenarios.values()
        ]

    def visible(self, client_id: str | None = None) -> list[Scenario]:
        """The scenarios that a client id sees; without one all there are."""
        seen = list(self.library(client_id).values())
        return seen if client_id is not None else seen + [s for whom, s in self.loaded() if whom is not None]

    def replace_files(self, filed: Library) -> None:
        """Take over what files say now."""
        self._filed = filed
        self._look_again()

    def load(self, scenario: Scenario, client_id: str | None = None) -> None:
        """Add a scenario for one client id or all, in place of what had its name.

        SetupError when its match ties with another's that was loaded for the same; before those of files it goes.
        """
        own = self._loaded.get(client_id, Library(()))
        if scenario.name not in own and sum(map(len, self._loaded.values())) >= MOST_LOADED:
            raise SetupError(f"{MOST_LOADED} scenarios are loaded already; a reset forgets them")
        self._loaded[client_id] = own.joined_by(scenario)
        self._look_again()

    def forget(self, client_id: str | None = None) -> None:
        """Take away the scenarios loaded for one client id, or all that were loaded."""
        if client_id is None:
            self._loaded.clear()
        else:
            self._loaded.pop(client_id, None)
        self._look_again()

    def _look_again(self) -> None:
        shared = [self._loaded[None], self._filed] if None in self._loaded else [self._filed]
        own = ((whom, library) for whom, library in self._loaded.items() if whom is not None)
        # Where nothing is loaded, calls need not pass through layers.
        for_all = VisibleScenarios(*shared) if len(shared) > 1 else self._filed
        self._seen = {None: for_all, **{whom: VisibleScenarios(library, *shared) for whom, library in own}}
