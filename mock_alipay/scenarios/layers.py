"""The scenarios of files, and those loaded at run time, as each client id sees them."""

from __future__ import annotations

from mock_alipay.errors import SetupError
from mock_alipay.scenarios.library import Library
from mock_alipay.scenarios.scenario import Scenario

MOST_LOADED = 1_000
"""Scenarios that may be loaded at run time."""


class ScenarioLayers:
    """The files' library, then what was loaded for all, then what was loaded for one client id."""

    def __init__(self, filed: Library) -> None:
        self._filed = filed
        self._loaded: dict[str | None, dict[str, Scenario]] = {}
        self._seen: dict[str | None, Library] = {}

    def library(self, client_id: str | None = None) -> Library:
        """What a client id sees, or all of them."""
        whose = client_id if client_id in self._loaded else None
        seen = self._seen.get(whose)
        if seen is None:
            below = self._filed if whose is None else self.library()
            seen = self._seen[whose] = below.joined_by(self._loaded.get(whose, {}).values())
        return seen

    def loaded(self) -> list[tuple[str | None, Scenario]]:
        """The scenarios loaded at run time, each with the client id that it is for."""
        return [(client_id, scenario) for client_id, own in self._loaded.items() for _, scenario in sorted(own.items())]

    def visible(self, client_id: str | None = None) -> list[Scenario]:
        """The scenarios that a client id sees; without one all there are."""
        seen = list(self.library(client_id).values())
        return seen if client_id is not None else seen + [s for whom, s in self.loaded() if whom is not None]

    def replace_files(self, filed: Library) -> None:
        """Take over what files say now."""
        self._filed = filed
        self._seen.clear()

    def load(self, scenario: Scenario, client_id: str | None = None) -> None:
        """Add one for one client id or all, in place of what had its name; SetupError when too many are loaded."""
        own = self._loaded.get(client_id, {})
        if scenario.name not in own and sum(map(len, self._loaded.values())) >= MOST_LOADED:
            raise SetupError(f"{MOST_LOADED} scenarios are loaded already; a reset forgets them")
        own.pop(scenario.name, None)  # What is loaded again is loaded last.
        self._loaded[client_id] = {**own, scenario.name: scenario}
        self._look_again(client_id)

    def forget(self, client_id: str | None = None) -> None:
        """Take away the scenarios loaded for one client id, or all that were loaded."""
        if client_id is None:
            self._loaded.clear()
        else:
            self._loaded.pop(client_id, None)
        self._look_again(client_id)

    def _look_again(self, client_id: str | None) -> None:
        if client_id is None:
            self._seen.clear()
        else:
            self._seen.pop(client_id, None)
