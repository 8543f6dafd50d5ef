"""The document: its records, and the checks that accept it as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

import orjson

from mock_alipay.apis.aggregate import Aggregate
from mock_alipay.apis.family import Families
from mock_alipay.contracts.contract import Contract
from mock_alipay.contracts.schemas import MAX_DEPTH
from mock_alipay.errors import SetupError, under
from mock_alipay.scenarios import Scenario
from mock_alipay.scenarios.document import Document as ScenarioDocument
from mock_alipay.scenarios.upload import loaded_from
from mock_alipay.scenarios.vocabulary import Vocabulary
from mock_alipay.state.checks import check_size, of_clocks, of_owners
from mock_alipay.state.parts import Loaded, MovedClock, Selection, State, Steps
from mock_alipay.state.records import from_json, to_json, wrong
from mock_alipay.text.json_text import depth
from mock_alipay.text.wording import not_json, short
from mock_alipay.version import __version__

FORMAT: Final = "mock-alipay-state"
VERSION = 1
"""The version of the format; a change that older versions of this package would misread counts it up."""

_ORIGIN = "the scenario"


class _Written(NamedTuple):
    format: Literal["mock-alipay-state"]
    version: int
    clocks: tuple[MovedClock, ...] = ()
    scenarios: tuple[Loaded, ...] = ()
    selections: tuple[Selection, ...] = ()
    steps: tuple[Steps, ...] = ()
    aggregates: Mapping[str, Any] = {}
    written_by: str = ""


def written(state: State) -> dict[str, Any]:
    """The document of a state."""
    families: dict[str, list[Any]] = {}
    for aggregate in state.aggregates:
        families.setdefault(aggregate.family, []).append(to_json(aggregate))
    loaded = [Loaded(owner, scenario.name, scenario.content) for owner, scenario in state.scenarios]
    return {
        "format": FORMAT,
        "version": VERSION,
        "writtenBy": f"mock-alipay {__version__}",
        "clocks": to_json(state.clocks),
        "scenarios": to_json(tuple(loaded)),
        "selections": to_json(state.selections),
        "steps": to_json(state.steps),
        "aggregates": families,
    }


def text(state: State) -> bytes:
    """The document of a state as JSON text."""
    return orjson.dumps(written(state))


def parsed(raw: bytes) -> Any:
    """The JSON value of a text; SetupError when it is none."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise SetupError(not_json(error)) from None


class Reader(NamedTuple):
    """Reads documents for one gateway."""

    families: Families
    contract: Contract
    vocabulary: Vocabulary

    def read(self, value: Any, client_id: str | None = None) -> State:
        """The state in a parsed document; SetupError says what is wrong with it.

        ``client_id``: everything in the document must belong to it; None for any.
        """
        content = _content(value)
        loaded = [
            (row.client_id, scenario)
            for at, row in enumerate(content.scenarios)
            for scenario in self._scenarios(row, f"scenarios[{at}]")
        ]
        aggregates = tuple(
            aggregate for name, records in content.aggregates.items() for aggregate in self._aggregates(name, records)
        )
        state = State(content.clocks, tuple(loaded), content.selections, content.steps, aggregates)
        for problem in (*of_owners(state, client_id), *of_clocks(state)):
            raise SetupError(problem)
        return state

    def _scenarios(self, row: Loaded, at: str) -> list[Scenario]:
        """The scenario of a row, or those of a template."""
        with under(f"{at} ({short(row.name)}): "):
            return loaded_from(ScenarioDocument(_ORIGIN, row.scenario), row.name, self.vocabulary)

    def _aggregates(self, name: str, records: Any) -> Iterator[Aggregate]:
        """The aggregates of a family."""
        at = f"aggregates.{name}"
        if name not in self.families:
            raise SetupError(f"{short(at, 80)}: expected one of {', '.join(self.families)}")
        if not isinstance(records, list):
            raise wrong(at, "an array", records)
        family = self.families[name]
        for number, record in enumerate(records):
            check_size(record, f"{at}[{number}]")
            aggregate = from_json(family.aggregate, record, f"{at}[{number}]")
            for problem in family.problems(aggregate, self.contract):
                raise SetupError(f"{at}[{number}].{problem}")
            yield aggregate


def _content(value: Any) -> _Written:
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise SetupError(f'not the state of a mock-alipay gateway: expected an object with "format": "{FORMAT}"')
    version = value.get("version")
    if version != VERSION or isinstance(version, bool):
        by = f", written by {short(str(value['writtenBy']))}" if "writtenBy" in value else ""
        remedy = "; load it with that version, or a newer one" if by else ""
        raise SetupError(f"version: expected {VERSION}, got {short(str(version))}{by}{remedy}")
    if depth(value) > MAX_DEPTH + 8:
        raise SetupError(f"nested more than {MAX_DEPTH + 8} levels deep")
    return from_json(_Written, value, "")
