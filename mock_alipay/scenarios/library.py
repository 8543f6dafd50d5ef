"""All the scenarios a gateway knows, loaded from folders; later folders override by name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from mock_alipay.contracts.schemas import Schemas
from mock_alipay.errors import SetupError, UsageError
from mock_alipay.scenarios import yaml_document
from mock_alipay.scenarios.matching import Matchable
from mock_alipay.scenarios.scenario import Scenario, build
from mock_alipay.scenarios.yaml_document import Document
from mock_alipay.text.wording import close

SCHEMA = str(Path(__file__).with_name("scenario.json"))


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
    def load(cls, folders: Iterable[Path], schemas: Schemas) -> Library:
        """Read every ``*.yaml`` of the shipped folder and then of ``folders``; SetupError tells all that is wrong."""
        scenarios: list[Scenario] = []
        problems: list[str] = []
        for folder in (shipped_folder(), *folders):
            if not folder.is_dir():
                why = "this is a file; give the folder that it is in" if folder.is_file() else "no such folder"
                problems.append(f"--scenarios {folder}: {why}")
                continue
            for file in scenario_files(folder):
                try:
                    if file.suffix == ".yml" and file.with_suffix(".yaml").exists():
                        problems.append(f"{file}: {file.stem}.yaml stands beside it; a scenario has one file")
                    scenarios.append(read_file(file, schemas))
                except SetupError as error:
                    problems.extend(error.problems)
        if problems:
            raise SetupError(*problems)
        return cls(scenarios)

    def matching(self, call: Matchable) -> list[Scenario]:
        """The scenarios whose match fits and is the most particular, of these the one loaded last first."""
        found: list[Scenario] = []
        for scenario in self._claiming:
            if found and scenario.weight != found[0].weight:
                break
            for condition in scenario.match:
                if not condition.holds(call):
                    break
            else:
                found.append(scenario)
        return found

    def unknown(self, name: str) -> str:
        """What to tell someone who asked for a scenario that does not exist."""
        meant = close(name, self)
        hint = f"did you mean {meant}? " if meant else ""
        return f"there is no scenario '{name[:60]}'; {hint}there are {len(self)}, and mock-alipay scenarios lists them"

    def require(self, default: str) -> None:
        """UsageError when the scenario for calls that nothing else claims is not here."""
        if default not in self:
            raise UsageError(f"--scenario: {self.unknown(default)}")

    def __getitem__(self, name: str) -> Scenario:
        return self._scenarios[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._scenarios))

    def __len__(self) -> int:
        return len(self._scenarios)


def read_file(file: Path, schemas: Schemas) -> Scenario:
    """One scenario file; SetupError tells file, line and reason of everything wrong with it."""
    return parse_scenario(read_document(file), file.stem, schemas)


def read_document(file: Path) -> Document:
    """What stands in a file, scenario or not; SetupError when it cannot be read or is no YAML."""
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise SetupError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SetupError(f"{file}: not UTF-8 text") from None
    return yaml_document.read(text, str(file))


def parse_scenario(written: Document, name: str, schemas: Schemas) -> Scenario:
    """A scenario from a document."""
    if not isinstance(written.value, dict):
        raise SetupError(f"{written.at('')}: expected the keys of a scenario, such as description: ...")
    if schemas.accepts(SCHEMA, written.value):
        return _built(name, written, [])
    faults = schemas.explain(SCHEMA, written.value)
    problems = [f"{written.at(fault.path)}: {fault.text}" for fault in faults]
    # What is left may have more to tell: without the wrong keys, and without sections that need them.
    rest = written.without(fault.path for fault in faults)
    rest.value.setdefault("description", "None.")
    rest = rest.without(re.split(r"[.\[]", fault.path)[0] for fault in schemas.explain(SCHEMA, rest.value))
    if not schemas.accepts(SCHEMA, rest.value):
        raise SetupError(*written.in_order(problems))
    return _built(name, rest, problems)


def _built(name: str, written: Document, problems: Sequence[str]) -> Scenario:
    """The scenario, unless there are problems; SetupError tells them and those that it has itself, by line."""
    try:
        scenario = build(name, written)
    except SetupError as error:
        raise SetupError(*written.in_order([*problems, *error.problems])) from None
    if problems:
        raise SetupError(*written.in_order(problems))
    return scenario


def scenario_files(folder: Path) -> list[Path]:
    """The scenario files of a folder, by name."""
    return sorted(itertools.chain(folder.glob("*.yaml"), folder.glob("*.yml")))


def shipped_folder() -> Path:
    """The scenarios in the package, or the checkout's when it is installed in place."""
    here = Path(__file__).parent
    installed = here / "shipped"
    return installed if installed.is_dir() else here.parents[1] / "scenarios"
