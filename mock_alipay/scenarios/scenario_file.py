"""Scenario files: finds the files of a folder and reads their scenarios."""

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
from mock_alipay.scenarios.lint import lacking_fields
from mock_alipay.scenarios.scenario import Scenario, build
from mock_alipay.scenarios.template import expand, is_template, unknown_placeholders
from mock_alipay.scenarios.vocabulary import SCHEMA, Vocabulary

MAX_PROBLEMS = 100
"""Maximum number of problems reported for a document; of the rest only the number is reported."""


def read_folder(folder: Path, vocabulary: Vocabulary) -> list[Scenario]:
    """The scenarios of a folder, in order of file names; SetupError lists every problem with file, line and reason."""
    scenarios: dict[str, Scenario] = {}
    problems: list[str] = []
    for file in scenario_files(folder):
        try:
            written = read_document(file, regular=True)
            parsed = parse_scenarios(written, file.stem, vocabulary)
        except SetupError as error:
            problems.extend(error.problems)
            continue
        twice = [scenario.name for scenario in parsed if scenario.name in scenarios]
        at = written.at("each")
        problems += [f"{at}: the scenario {name} is in {scenarios[name].origin} too; rename one" for name in twice]
        scenarios.update((scenario.name, scenario) for scenario in parsed)
    if problems:
        raise SetupError(*problems)
    return list(scenarios.values())


def read_document(file: Path, *, regular: bool = False) -> Document:
    """The content of a YAML file, whether it is a scenario or not; SetupError when it cannot be read or parsed.

    ``regular``: accept only a regular file. Reading a pipe would block until something is written to it, and reading a
    device might never end.
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
    """Open a regular file; SetupError for anything else. Opening a pipe does not block."""
    handle = os.open(file, flags | getattr(os, "O_NONBLOCK", 0))  # Windows has no O_NONBLOCK.
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise SetupError(f"{file}: expected a regular file, found a pipe, device or folder; take it out of the folder")
    return handle


def parse_scenarios(written: Document, name: str, vocabulary: Vocabulary) -> list[Scenario]:
    """The scenario of a document, or those of a template; SetupError lists at most MAX_PROBLEMS problems."""
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
    problems, rest = _checked(written, vocabulary)
    if rest is not None and is_template(rest):
        unknown = unknown_placeholders(rest)
        problems += [problem for _, problem in unknown]
        rest = rest.without(place for place, _ in unknown)
    scenarios: list[Scenario] = []
    try:
        if rest is not None and is_template(rest) and not unknown_placeholders(rest):
            scenarios = _expanded(rest, name, vocabulary)
    except SetupError as error:
        # On a line that is wrong, what was left out may be all that is wrong now.
        lines = {written.line_of(problem) for problem in problems}
        problems += [problem for problem in error.problems if written.line_of(problem) not in lines]
    if problems:
        raise SetupError(*written.in_order(problems))
    return scenarios


def _expanded(template: Document, name: str, vocabulary: Vocabulary) -> list[Scenario]:
    """The scenarios of a template whose placeholders are valid; SetupError lists every problem."""
    scenarios: list[Scenario] = []
    faulty: list[Sequence[str]] = []
    for own, document in expand(template, name).items():
        try:
            scenarios.append(parse_scenario(document, own, vocabulary))
        except SetupError as error:
            faulty.append(error.problems)
    if faulty:
        raise SetupError(*template.in_order(_once(template, faulty, len(scenarios) + len(faulty))))
    return scenarios


def parse_scenario(written: Document, name: str, vocabulary: Vocabulary) -> Scenario:
    """The scenario of a document that is not a template; SetupError lists every problem."""
    if not isinstance(written.value, dict):
        raise SetupError(f"{written.at('')}: expected the keys of a scenario, such as description: ...")
    problems, rest = _checked(written, vocabulary)
    if rest is None:
        raise SetupError(*written.in_order(problems))
    return _built(name, rest, vocabulary, problems)


def _checked(written: Document, vocabulary: Vocabulary) -> tuple[list[str], Document | None]:
    """The problems that the schema finds, and the document without them; None when it is invalid even so."""
    if vocabulary.schemas.accepts(SCHEMA, written.value):
        return [], written
    faults = vocabulary.schemas.explain(SCHEMA, written.value)
    problems = [f"{written.at(fault.path)}: {fault.text}" for fault in faults]
    # The rest may have more problems: remove the keys at fault, then the sections that are invalid without them.
    rest = written.without(fault.path for fault in faults)
    rest.value.setdefault("description", "None.")
    rest = rest.without(re.split(r"[.\[]", fault.path)[0] for fault in vocabulary.schemas.explain(SCHEMA, rest.value))
    return problems, rest if vocabulary.schemas.accepts(SCHEMA, rest.value) else None


def _once(template: Document, faulty: Iterable[Sequence[str]], count: int) -> Iterator[str]:
    """The problems of a template's scenarios; for a line that is wrong in all ``count``, only those of the first."""
    by_line: dict[int, list[list[str]]] = {}
    for problems in faulty:
        for line, group in itertools.groupby(template.in_order(problems), template.line_of):
            by_line.setdefault(line, []).append(list(group))
    for groups in by_line.values():
        yield from dict.fromkeys(itertools.chain(*(groups if len(groups) < count else groups[:1])))


def _built(name: str, written: Document, vocabulary: Vocabulary, problems: Sequence[str]) -> Scenario:
    """Build the scenario; SetupError lists ``problems`` and those found while building, sorted by line."""
    try:
        scenario = build(name, written, vocabulary)
        found = lacking_fields(written, vocabulary)
    except SetupError as error:
        raise SetupError(*written.in_order([*problems, *error.problems])) from None
    if problems or found:
        raise SetupError(*written.in_order([*problems, *found]))
    return scenario


def scenario_files(folder: Path) -> list[Path]:
    """The scenario files of a folder, sorted by name."""
    return sorted(itertools.chain(folder.glob("*.yaml"), folder.glob("*.yml")))


def shipped_folder() -> Path:
    """The folder of shipped scenarios: in the package, or in the checkout for an editable installation."""
    here = Path(__file__).parent
    installed = here / "shipped"
    return installed if installed.is_dir() else here.parents[1] / "scenarios"
