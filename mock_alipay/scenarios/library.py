"""All the scenarios a gateway knows: those of files, those loaded at run time, and what each client id sees of them."""

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
from mock_alipay.text.wording import close

MOST_CONDITIONS = 5_000
"""Conditions that the scenarios loaded at run time may have together: each is looked at in every call if all hold."""

MAX_LOADED_BYTES = 64 * 1024 * 1024
"""Bytes of memory that the scenarios loaded at run time may take together; another one is refused."""


class Library(Mapping[str, Scenario]):
    """Scenarios by name, and the order in which their ``match`` sections are asked."""

    def __init__(self, scenarios: Iterable[Scenario]) -> None:
        """``scenarios`` in the order in which they were loaded; the last of a name replaces the others."""
        loaded: dict[str, Scenario] = {}
        for scenario in scenarios:
            loaded.pop(scenario.name, None)
            loaded[scenario.name] = scenario
        self._scenarios = loaded
        latest_first = [scenario for scenario in reversed(loaded.values()) if scenario.match]
        self._claiming = sorted(latest_first, key=lambda scenario: scenario.weight, reverse=True)

    def joined_by(self, scenarios: Iterable[Scenario]) -> Library:
        """A library with more scenarios, which were loaded later."""
        return Library((*self._scenarios.values(), *scenarios))

    @classmethod
    def load(cls, folders: Iterable[Path], vocabulary: Vocabulary) -> Library:
        """Read the shipped folder and then ``folders``; SetupError tells all that is wrong."""
        scenarios: list[Scenario] = []
        problems: list[str | tuple[str, ...]] = []
        for folder in (shipped_folder(), *folders):
            if not folder.is_dir():
                why = "this is a file; give the folder that it is in" if folder.is_file() else "no such folder"
                problems.append((SettingName("scenarios"), f" {folder}: {why}"))
                continue
            try:
                scenarios += read_folder(folder, vocabulary)
            except SetupError as error:
                problems.extend(error.problems)
        if problems:
            raise SetupError(*problems)
        return cls(scenarios)

    def matching(self, call: Matchable, passed_over: list[Scenario] | None = None) -> list[Scenario]:
        """The scenarios whose match fits and is the most particular, of these the one loaded last first.

        Those whose match would take too many steps fit nothing; they are added to ``passed_over``.
        """
        found: list[Scenario] = []
        budget = Budget(MAX_STEPS)
        looked_at: dict[str, Sequence[str | None]] = {}
        for scenario in self._claiming:
            if found and scenario.weight != found[0].weight:
                break
            try:
                for condition in scenario.match:
                    texts = looked_at.get(condition.where)
                    if texts is None:
                        texts = looked_at[condition.where] = condition.texts(call, budget)
                    if not (texts or condition.present is False) or not condition.fits(texts, budget):
                        break
                else:
                    found.append(scenario)
            except OverBudget:
                if passed_over is not None:
                    passed_over.append(scenario)
        return found

    def unknown(self, name: str) -> str:
        """What to tell someone who asked for a scenario that does not exist."""
        meant = close(name, self)
        hint = f"did you mean {meant}? " if meant else ""
        return f"there is no scenario '{name[:60]}'; {hint}there are {len(self)}, and mock-alipay scenarios lists them"

    def require(self, default: str) -> None:
        """UsageError when the scenario for calls that nothing else claims is not here."""
        if default not in self:
            raise UsageError((SettingName("scenario"), f": {self.unknown(default)}"))

    def __getitem__(self, name: str) -> Scenario:
        return self._scenarios[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._scenarios))

    def __len__(self) -> int:
        return len(self._scenarios)


class Registry:
    """The files' library, then what was loaded for all, then what was loaded for one client id."""

    def __init__(self, filed: Library, loaded: Settings[Mapping[str, Scenario]]) -> None:
        self.filed = filed
        self._loaded = loaded
        self._known: Mapping[str | None, Mapping[str, Scenario]] = {}
        self._seen: dict[str | None, Library] = {}

    async def library(self, client_id: str | None = None) -> Library:
        """What a client id sees, or all of them; made anew only when something else is loaded."""
        loaded = await self._loaded.snapshot()
        if not loaded:
            return self.filed
        if loaded is not self._known:
            self._known, self._seen = loaded, {}
        whose = client_id if client_id in loaded else None
        seen = self._seen.get(whose)
        if seen is None:
            nearest_last = dict.fromkeys((None, whose))
            scenarios = [scenario for whom in nearest_last for scenario in loaded.get(whom, {}).values()]
            seen = self._seen[whose] = self.filed.joined_by(scenarios)
        return seen

    async def loaded(self) -> list[tuple[str | None, Scenario]]:
        """The scenarios loaded at run time, each with the client id that it is for."""
        loaded = await self._loaded.snapshot()
        return [(client_id, scenario) for client_id, own in loaded.items() for _, scenario in sorted(own.items())]

    async def visible(self, client_id: str | None = None) -> list[Scenario]:
        """The scenarios that a client id sees; without one all there are."""
        seen = list((await self.library(client_id)).values())
        return seen if client_id is not None else seen + [s for whom, s in await self.loaded() if whom is not None]

    def replace_files(self, filed: Library) -> None:
        """Take over what files say now."""
        self.filed = filed
        self._seen.clear()

    async def load(self, *scenarios: Scenario, client_id: str | None = None) -> None:
        """Add some for one client id or all, in place of what had their names; SetupError when too many are loaded."""
        new = {scenario.name: scenario for scenario in scenarios}
        others = [one for whose, one in await self.loaded() if whose != client_id or one.name not in new]
        _check_room([*others, *new.values()])

        def joined(own: Mapping[str, Scenario] | None) -> Mapping[str, Scenario]:
            # What is loaded again is loaded last.
            return {name: scenario for name, scenario in (own or {}).items() if name not in new} | new

        if not await self._loaded.change(client_id, joined):
            raise SetupError(f"at most {self._loaded.most} scenarios can be loaded; a reset forgets them")

    async def held(self) -> tuple[int, int]:
        """How many scenarios are loaded, and the bytes of memory that they take."""
        loaded = [scenario for _, scenario in await self.loaded()]
        return len(loaded), sum(scenario.size for scenario in loaded)

    async def forget(self, client_id: str | None = None) -> None:
        """Take away the scenarios loaded for one client id, or all that were loaded."""
        await self._loaded.forget(client_id)


def _check_room(loaded: Sequence[Scenario]) -> None:
    """SetupError when these are more than may be loaded at run time, in conditions or in bytes."""
    conditions = sum(len(scenario.match) for scenario in loaded)
    size = sum(scenario.size for scenario in loaded)
    for limit, count, what in ((MOST_CONDITIONS, conditions, "conditions"), (MAX_LOADED_BYTES, size, "bytes")):
        if count > limit:
            told = f"with this the loaded scenarios have {count} {what}, expected at most {limit}"
            raise SetupError(f"{told}; a reset forgets them")
