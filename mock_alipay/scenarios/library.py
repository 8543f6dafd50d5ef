"""The scenarios of a gateway: from files and loaded at run time, and which of them each client id sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from mock_alipay.errors import SettingName, SetupError, UsageError
from mock_alipay.scenarios.budget import Budget, OverBudget
from mock_alipay.scenarios.matching import MAX_STEPS, Matchable
from mock_alipay.scenarios.scenario import Scenario
from mock_alipay.scenarios.scenario_file import read_folder, shipped_folder
from mock_alipay.scenarios.vocabulary import Vocabulary
from mock_alipay.storage import Settings
from mock_alipay.text.wording import close, short

MOST_CONDITIONS = 5_000
"""Maximum number of conditions in all scenarios loaded at run time. A call may have to check every one of them."""

MAX_LOADED_BYTES = 64 * 1024 * 1024
"""Maximum memory of all scenarios loaded at run time, in bytes."""


class Library(Mapping[str, Scenario]):
    """Scenarios by name, and the order in which their ``match`` sections are checked."""

    def __init__(self, scenarios: Iterable[Scenario]) -> None:
        """``scenarios``: in the order in which they were loaded; of equal names the last one counts."""
        loaded: dict[str, Scenario] = {}
        for scenario in scenarios:
            loaded.pop(scenario.name, None)
            loaded[scenario.name] = scenario
        self._scenarios = loaded
        latest_first = [scenario for scenario in reversed(loaded.values()) if scenario.match]
        self._claiming = sorted(latest_first, key=lambda scenario: scenario.weight, reverse=True)

    def joined_by(self, scenarios: Iterable[Scenario]) -> Library:
        """A library with more scenarios, as if they were loaded later."""
        return Library((*self._scenarios.values(), *scenarios))

    @classmethod
    def load(cls, folders: Iterable[Path], vocabulary: Vocabulary) -> Library:
        """Read the shipped folder and then ``folders``; SetupError lists every problem."""
        scenarios: list[Scenario] = []
        problems: list[str | tuple[str, ...]] = []
        for folder in (shipped_folder(), *folders):
            if not folder.is_dir():
                reason = "this is a file; give the folder that it is in" if folder.is_file() else "no such folder"
                problems.append((SettingName("scenarios"), f" {folder}: {reason}"))
                continue
            try:
                scenarios += read_folder(folder, vocabulary)
            except SetupError as error:
                problems.extend(error.problems)
        if problems:
            raise SetupError(*problems)
        return cls(scenarios)

    def matching(self, call: Matchable, passed_over: list[Scenario] | None = None) -> list[Scenario]:
        """The scenarios with the most specific ``match`` that fits the call, the one loaded last first.

        Scenarios whose ``match`` would take too many steps are skipped and added to ``passed_over``.
        """
        matching: list[Scenario] = []
        budget = Budget(MAX_STEPS)
        texts_at: dict[str, Sequence[str | None]] = {}
        for scenario in self._claiming:
            if matching and scenario.weight != matching[0].weight:
                break
            try:
                for condition in scenario.match:
                    texts = texts_at.get(condition.where)
                    if texts is None:
                        texts = texts_at[condition.where] = condition.texts(call, budget)
                    if not (texts or condition.present is False) or not condition.fits(texts, budget):
                        break
                else:
                    matching.append(scenario)
            except OverBudget:
                if passed_over is not None:
                    passed_over.append(scenario)
        return matching

    def unknown(self, name: str) -> str:
        """The error message for a scenario that does not exist."""
        meant = close(name, self)
        hint = f"did you mean {meant}? " if meant else ""
        place = "see mock-alipay scenarios or /__admin/scenarios"
        return f"there is no scenario '{short(name, 60)}'; {hint}there are {len(self)}, {place}"

    def require(self, default: str) -> None:
        """UsageError when the default scenario does not exist."""
        if default not in self:
            raise UsageError((SettingName("scenario"), f": {self.unknown(default)}"))

    def __getitem__(self, name: str) -> Scenario:
        return self._scenarios[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._scenarios))

    def __len__(self) -> int:
        return len(self._scenarios)


class Registry:
    """Scenarios of files, overridden by those loaded for all client ids, then by those loaded for one client id."""

    def __init__(self, filed: Library, loaded: Settings[Mapping[str, Scenario]]) -> None:
        self.filed = filed
        self._loaded = loaded
        self._snapshot: Mapping[str | None, Mapping[str, Scenario]] = {}
        self._libraries: dict[str | None, Library] = {}
        """Libraries built from the snapshot, by client id."""

    def library(self, client_id: str | None = None) -> Library:
        """The scenarios that a client id sees, or that all see; cached until other scenarios are loaded."""
        loaded = self._loaded.snapshot()
        if not loaded:
            return self.filed
        if loaded is not self._snapshot:
            self._snapshot, self._libraries = loaded, {}
        owner = client_id if client_id in loaded else None
        library = self._libraries.get(owner)
        if library is None:
            nearest_last = dict.fromkeys((None, owner))
            scenarios = [scenario for key in nearest_last for scenario in loaded.get(key, {}).values()]
            library = self._libraries[owner] = self.filed.joined_by(scenarios)
        return library

    def loaded(self) -> list[tuple[str | None, Scenario]]:
        """The scenarios loaded at run time, each with its client id; None means all client ids."""
        loaded = self._loaded.snapshot()
        return [(client_id, scenario) for client_id, own in loaded.items() for _, scenario in sorted(own.items())]

    def visible(self, client_id: str | None = None) -> list[Scenario]:
        """The scenarios that a client id sees; without a client id, all scenarios."""
        visible = list(self.library(client_id).values())
        if client_id is not None:
            return visible
        return visible + [scenario for owner, scenario in self.loaded() if owner is not None]

    def replace_files(self, filed: Library) -> None:
        """Use another library of scenario files."""
        self.filed = filed
        self._libraries.clear()

    async def load(self, *scenarios: Scenario, client_id: str | None = None) -> None:
        """Load scenarios for one client id or all; they replace those of the same name. SetupError beyond a limit."""
        new = {scenario.name: scenario for scenario in scenarios}
        others = [other for owner, other in self.loaded() if owner != client_id or other.name not in new]
        check_limits([*others, *new.values()])

        def joined(own: Mapping[str, Scenario] | None) -> Mapping[str, Scenario]:
            # A scenario that is loaded again counts as loaded last.
            return {name: scenario for name, scenario in (own or {}).items() if name not in new} | new

        if not await self._loaded.change(client_id, joined):
            raise SetupError(f"at most {self._loaded.most} scenarios can be loaded; a reset deletes them")

    async def held(self) -> tuple[int, int]:
        """The number of scenarios loaded at run time, and their memory in bytes."""
        loaded = [scenario for _, scenario in self.loaded()]
        return len(loaded), sum(scenario.size for scenario in loaded)

    async def forget(self, client_id: str | None = None) -> None:
        """Delete the scenarios loaded for one client id, or all loaded scenarios."""
        await self._loaded.forget(client_id)


def check_limits(loaded: Sequence[Scenario]) -> None:
    """SetupError when these scenarios exceed a limit for scenarios loaded at run time."""
    conditions = sum(len(scenario.match) for scenario in loaded)
    size = sum(scenario.size for scenario in loaded)
    for limit, count, unit in ((MOST_CONDITIONS, conditions, "conditions"), (MAX_LOADED_BYTES, size, "bytes")):
        if count > limit:
            problem = f"with this the loaded scenarios have {count} {unit}, expected at most {limit}"
            raise SetupError(f"{problem}; a reset deletes them")
