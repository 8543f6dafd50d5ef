"""Scenario files: which of a folder are, and the scenarios in them."""

from __future__ import annotations

import itertools
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mock_alipay.errors import SetupError
from mock_alipay.scenarios import yaml_document
from mock_alipay.scenarios.document import Document
from mock_alipay.scenarios.scenario import Scenario, build
from mock_alipay.scenarios.template import expand, is_template
from mock_alipay.scenarios.vocabulary import SCHEMA, Vocabulary

MAX_PROBLEMS = 100
"""Problems of a document that are told; of the others their number is."""


def read_folder(folder: Path, vocabulary: Vocabulary) -> list[Scenario]:
    """The scenarios of a folder's files, by file name; SetupError tells file, line and reason of everything wrong."""
    scenarios: dict[str, Scenario] = {}
    problems: list[str] = []
    for file in scenario_files(folder):
        try:
            written = read_document(file, regular=True)
            found = parse_scenarios(written, file.stem, vocabulary)
        except SetupError as error:
            problems.extend(error.problems)
            continue
        twice = [scenario.name for scenario in found if scenario.name in scenarios]
        at = written.at("each")
        problems += [f"{at}: the scenario {name} is in {scenarios[name].origin} too; rename one" for name in twice]
        scenarios.update((scenario.name, scenario) for scenario in found)
    if problems:
        raise SetupError(*problems)
    return list(scenarios.values())


def read_document(file: Path, *, regular: bool = False) -> Document:
    """What stands in a file, scenario or not; SetupError when it cannot be read or is no YAML.

    ``regular``: only of a regular file. Reading a pipe would wait until somebody writes to it, reading a device might
    never end.
    """
    try:
        with open(file, encoding="utf-8", opener=_opened_regular if regular else None) as stream:
            text = stream.read(yaml_document.MAX_LENGTH + 1)
    except OSError as error:
        raise SetupError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SetupError(f"{file}: not UTF-8 text") from None
    return yaml_document.read(text, str(file))


def _opened_regular(file: str, flags: int) -> int:
    """A regular file, opened; SetupError for anything else. Opening a pipe does not wait for who writes to it."""
    handle = os.open(file, flags | getattr(os, "O_NONBLOCK", 0))  # not on Windows
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise SetupError(f"{file}: expected a regular file, found a pipe, device or folder; take it out of the folder")
    return handle


def parse_scenarios(written: Document, name: str, vocabulary: Vocabulary) -> list[Scenario]:
    """The scenario in a document, or those that a template stands for; SetupError tells the first problems."""
    try:
        return _parsed(written, name, vocabulary)
    except SetupError as error:
        more = len(error.problems) - MAX_PROBLEMS
        if more <= 0:
            raise
        raise SetupError(*error.problems[:MAX_PROBLEMS], f"{written.origin}: and {more} more problems") from None


def _parsed(written: Document, name: str, vocabulary: Vocabulary) -> list[Scenario]:
    if not is_template(written):
        return [parse_scenario(written, name, vocabulary)]
    if not vocabulary.schemas.accepts(SCHEMA, written.value):
        faults = vocabulary.schemas.explain(SCHEMA, written.value)
        raise SetupError(*(f"{written.at(fault.path)}: {fault.text}" for fault in faults))
    scenarios: list[Scenario] = []
    faulty: list[Sequence[str]] = []
    for own, document in expand(written, name).items():
        try:
            scenarios.append(parse_scenario(document, own, vocabulary))
        except SetupError as error:
            faulty.append(error.problems)
    if faulty:
        raise SetupError(*written.in_order(_once(written, faulty, len(scenarios) + len(faulty))))
    return scenarios


def parse_scenario(written: Document, name: str, vocabulary: Vocabulary) -> Scenario:
    """A scenario from a document."""
    if not isinstance(written.value, dict):
        raise SetupError(f"{written.at('')}: expected the keys of a scenario, such as description: ...")
    if vocabulary.schemas.accepts(SCHEMA, written.value):
        return _built(name, written, vocabulary, [])
    faults = vocabulary.schemas.explain(SCHEMA, written.value)
    problems = [f"{written.at(fault.path)}: {fault.text}" for fault in faults]
    # What is left may have more to tell: without the wrong keys, and without sections that need them.
    rest = written.without(fault.path for fault in faults)
    rest.value.setdefault("description", "None.")
    rest = rest.without(re.split(r"[.\[]", fault.path)[0] for fault in vocabulary.schemas.explain(SCHEMA, rest.value))
    if not vocabulary.schemas.accepts(SCHEMA, rest.value):
        raise SetupError(*written.in_order(problems))
    return _built(name, rest, vocabulary, problems)


def _once(template: Document, faulty: Iterable[Sequence[str]], count: int) -> Iterator[str]:
    """What is wrong with scenarios of a template; of a line that is wrong in all ``count`` what the first one says."""
    by_line: dict[int, list[list[str]]] = {}
    for problems in faulty:
        for line, found in itertools.groupby(template.in_order(problems), template.line_of):
            by_line.setdefault(line, []).append(list(found))
    for told in by_line.values():
        yield from dict.fromkeys(itertools.chain(*(told if len(told) < count else told[:1])))


def _built(name: str, written: Document, vocabulary: Vocabulary, problems: Sequence[str]) -> Scenario:
    """The scenario, unless there are problems; SetupError tells them and those that it has itself, by line."""
    try:
        scenario = build(name, written, vocabulary)
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
