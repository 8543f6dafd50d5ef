"""All the scenarios a gateway knows, loaded from folders; later folders override by name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from mock_alipay.contracts.schemas import Schemas
from mock_alipay.errors import SetupError, UsageError
from mock_alipay.scenarios import yaml_document
from mock_alipay.scenarios.matching import Condition, Matchable, text
from mock_alipay.scenarios.scenario import Scenario, build
from mock_alipay.scenarios.yaml_document import Document
from mock_alipay.text.wording import close

SCHEMA = str(Path(__file__).with_name("scenario.json"))


class Library(Mapping[str, Scenario]):
    """Scenarios by name, and the order in which their ``match`` sections are asked."""

    def __init__(self, scenarios: Iterable[Scenario]) -> None:
        self._shelve({scenario.name: scenario for scenario in scenarios})
        _refuse_ties(itertools.combinations(self._claiming, 2))

    def _shelve(self, scenarios: dict[str, Scenario]) -> None:
        self._scenarios = scenarios
        claiming = [scenario for scenario in scenarios.values() if scenario.match]
        self._claiming = sorted(claiming, key=lambda scenario: scenario.weight, reverse=True)
        self._gates = _Gates(self._claiming)

    def joined_by(self, scenario: Scenario) -> Library:
        """A library with one more scenario, which is compared with the others; they are not compared again."""
        others = {name: other for name, other in self._scenarios.items() if name != scenario.name}
        _refuse_ties((scenario, other) for other in others.values() if scenario.match and other.match)
        library = Library(())
        library._shelve({**others, scenario.name: scenario})
        return library

    @classmethod
    def load(cls, folders: Iterable[Path], schemas: Schemas) -> Library:
        """Read every ``*.yaml`` of the shipped folder and then of ``folders``; SetupError tells all that is wrong."""
        scenarios: dict[str, Scenario] = {}
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
                    scenarios[file.stem] = read_file(file, schemas)
                except SetupError as error:
                    problems.extend(error.problems)
        if problems:
            raise SetupError(*problems)
        return cls(scenarios.values())

    def matching(self, call: Matchable, seen: Mapping[str, Scenario] | None = None) -> list[Scenario]:
        """The scenarios whose match holds and is the most particular; several only when they look at other places.

        ``seen``: those only that stand there under their name.
        """
        admitted = self._gates.admitted(call)
        if seen is not None:
            admitted = [scenario for scenario in admitted if seen[scenario.name] is scenario]
        found = [scenario for scenario in admitted if all(condition.holds(call) for condition in scenario.match)]
        return [scenario for scenario in found if scenario.weight == found[0].weight]

    def unknown(self, name: str) -> str:
        """What to tell someone who asked for a scenario that does not exist."""
        return unknown(name, self)

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


def unknown(name: str, names: Iterable[str]) -> str:
    """What to tell someone who asked for a scenario that is not among ``names``."""
    known = list(names)
    meant = close(name, known)
    hint = f"did you mean {meant}? " if meant else ""
    return f"there is no scenario '{name[:60]}'; {hint}there are {len(known)}, and mock-alipay scenarios lists them"


def _refuse_ties(pairs: Iterable[tuple[Scenario, Scenario]]) -> None:
    problems = [
        f"{a.origin}: its match ties with that of {b.origin}: both claim the same calls; "
        "give one of them another condition, or name yours as the other is named, to replace it"
        for a, b in pairs
        if a.ties_with(b)
    ]
    if problems:
        raise SetupError(*problems)


class _Gates:
    """Narrows the scenarios down to those that may claim a call, by one look at each place that they name."""

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        self._order = {scenario.name: number for number, scenario in enumerate(scenarios)}
        self._open: list[Scenario] = []
        self._gates: dict[tuple[str, str], tuple[Condition, dict[str, list[Scenario]]]] = {}
        for scenario in scenarios:
            gate = next((condition for condition in scenario.match if condition.exact), None)
            if gate is None:
                self._open.append(scenario)
                continue
            _, by_word = self._gates.setdefault((gate.source, gate.place), (gate, {}))
            for word in set(gate.words):
                by_word.setdefault(word, []).append(scenario)

    def admitted(self, call: Matchable) -> list[Scenario]:
        """In the order of the scenarios."""
        found = list(self._open)
        for gate, by_word in self._gates.values():
            for value in gate.values(call):
                found += by_word.get(value if isinstance(value, str) else text(value) or "", ())
        if len(found) < 2:
            return found
        return sorted(
            {scenario.name: scenario for scenario in found}.values(), key=lambda scenario: self._order[scenario.name]
        )


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
